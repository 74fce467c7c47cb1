#pragma once
// A circuit breaker before a dependency, as a machine without a clock: closed, open, half-open.
//
// A call is made under a lease with a deadline and a generation. A lease whose result does not come counts as a timeout
// at its deadline, so nothing waits for a call that never returns and half-open cannot get stuck. Every change of state
// begins a generation; a result of an earlier one, or of a lease that is over, is counted and decides nothing.
//
// Opens on the rate of failures or of slow calls in a window, and on timeouts in a row, which need no traffic. Open
// periods double up to a maximum, with jitter; then a few probes at a time, all of which must succeed. One thread.

#include "base/histogram.hpp"
#include "base/instant.hpp"
#include "base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string_view>

namespace taleus::guard {

struct BreakerSettings {
    Duration window = std::chrono::seconds{10};
    std::size_t calls_min = 20;       // in a window, before a rate says anything
    std::size_t failure_percent = 50; // of the window's calls, timeouts included
    std::size_t slow_percent = 80;
    Duration slow = std::chrono::seconds{2}; // a call that took at least this long
    std::size_t timeouts_in_row = 5;
    Duration open_min = std::chrono::seconds{1};
    Duration open_max = std::chrono::seconds{30};
    std::size_t probes = 3; // at once, and successes that close it
    Duration lease = std::chrono::seconds{5};
    bool operator==(const BreakerSettings&) const = default;
};

enum class BreakerState : std::uint8_t { closed, open, half_open };
inline constexpr std::array<std::string_view, 3> breaker_state_texts{"closed", "open", "half_open"};

enum class CallResult : std::uint8_t {
    good, // the dependency did its work, whatever it said of the peer
    failed,
    timed_out,
    abandoned, // the caller went away: says nothing of the dependency
};
inline constexpr std::array<std::string_view, 4> call_result_texts{"good", "failed", "timed_out", "abandoned"};

class Breaker {
public:
    struct Lease {
        std::uint64_t id = 0;
        std::uint64_t generation = 0;
        Instant begun;
    };
    struct Counts {
        BreakerState state = BreakerState::closed;
        std::size_t leases = 0; // calls under way
        std::uint64_t refused = 0;
        std::uint64_t late = 0;                     // results that decided nothing
        std::array<std::uint64_t, 4> results{};     // of what was measured, by `CallResult`
        std::array<std::uint64_t, 3> transitions{}; // into each state
    };

    Breaker(const BreakerSettings& settings, Random& random) : settings_{settings}, random_{random} {}

    // Leave to call, or how long to wait before it is worth asking again.
    std::expected<Lease, Duration> ask(Instant now);
    // What `ask` would say, without asking: nullopt, or how long to wait.
    std::optional<Duration> refuses(Instant now);
    void report(const Lease& lease, CallResult result, Instant now);
    // A call was not made for it.
    void has_refused() { ++counts_.refused; }
    // What a call took from its beginning to its end, with or without a lease: decides nothing, and is for who watches.
    void measure(CallResult result, Duration took) { durations_[static_cast<std::size_t>(result)].observe(took); }
    const std::array<Histogram, 4>& durations() const { return durations_; } // by `CallResult`

    BreakerState state(Instant now);
    Counts counts(Instant now);
    // For calls from now on; what is open stays open for as long as it was to. Who needs fewer probes now may have had
    // them; a window of another length begins empty.
    void use(const BreakerSettings& settings);

private:
    struct Tally {
        std::size_t calls = 0;
        std::size_t failures = 0;
        std::size_t slow = 0;
    };
    static constexpr std::size_t slices = 10;

    void expire(Instant now);
    void decide(CallResult result, Duration took, Instant now);
    void note(bool has_failed, bool is_slow, Instant now);
    bool is_sick(Instant now);
    void turn_window(Instant now);
    void enter(BreakerState state);
    void open(Instant now);

    BreakerSettings settings_;
    Random& random_;
    BreakerState state_ = BreakerState::closed;
    std::uint64_t generation_ = 1;
    std::uint64_t next_id_ = 1;
    std::map<std::uint64_t, Instant> leases_; // deadlines of this generation's, in order of time
    std::array<Tally, slices> window_{};
    std::int64_t slice_ = 0; // the newest one's number since the clock's beginning
    std::size_t timeouts_ = 0;
    std::size_t successes_ = 0; // of probes
    std::size_t openings_ = 0;  // in a row, without having been closed
    Instant open_until_;
    Counts counts_;
    std::array<Histogram, 4> durations_{};
};

} // namespace taleus::guard
