#pragma once
// How much work may be under way at once, found from what is measured: the time that work takes and the delay of the
// event loop. Additive increase while all is well and the limit is used, multiplicative decrease, once a window, when
// work takes longer than it should or the loop is late.
//
// How long work should take is a multiple of what it takes when little is under way, between a floor and a ceiling. It
// is learned only then, so a lasting overload cannot teach that slow is normal. When load ends the limit comes back to
// where it began by itself: all is a function of the times passed in, no timer is needed.
//
// New work, whose token is not proven, is shed first: half-done work has a share above the limit, and what was promised
// is counted only. Finding out whether something is half done is work too, and most of what is asked in overload is
// not: it may take half of the share at once, and in a window an eighth of what was done in the last one. One thread,
// except `has_room`.

#include "base/instant.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace taleus::guard {

struct WorkLimitSettings {
    std::size_t initial = 200;
    std::size_t min = 16;
    std::size_t max = 10'000;
    std::size_t half_done_percent = 25; // of `initial`, above the limit: a fifth of the whole
    Duration latency_floor = std::chrono::milliseconds{100};
    Duration latency_ceiling = std::chrono::seconds{2};
    std::size_t tolerance = 3; // times what it takes when little is under way
    Duration loop_delay = std::chrono::milliseconds{100};
    bool operator==(const WorkLimitSettings&) const = default;
};

enum class Work : std::uint8_t {
    unproven,  // new
    unknown,   // beyond the limit, perhaps half done: half of the share and some in a window, to find out
    half_done, // all of the share
    promised,  // the rest of what was let in here: never shed
};

class WorkLimit {
public:
    class Permit;
    struct Counts {
        std::size_t limit = 0;
        std::size_t in_use = 0;
        Duration latency{};    // of the last window with work, mean
        Duration baseline{};   // when little is under way
        Duration loop_delay{}; // worst of the last window
        std::uint64_t decreases = 0;
        std::array<std::uint64_t, 3> shed{}; // by `Work`; what is promised never is
    };

    explicit WorkLimit(const WorkLimitSettings& settings) : settings_{settings}, limit_{settings.initial} {}
    ~WorkLimit();
    WorkLimit(const WorkLimit&) = delete;
    WorkLimit& operator=(const WorkLimit&) = delete;

    // nullopt: there is no room for it.
    std::optional<Permit> begin(Work work, Instant now);
    // It was refused for that, whatever else it was tried as before.
    void shed(Work work) { ++counts_.shed[static_cast<std::size_t>(work)]; }
    // A timer came this much too late.
    void delayed(Duration loop_delay, Instant now);

    std::size_t in_use() const { return in_use_; }
    // Room for as much new work at once, or for a quarter of the limit where that is less. Any thread; another one sees
    // what was so a moment ago.
    bool has_room(std::size_t more) const {
        const auto limit = shown_limit_.load(std::memory_order_relaxed);
        const auto in_use = shown_in_use_.load(std::memory_order_relaxed);
        return in_use + std::min(more, std::max<std::size_t>(1, limit / 4)) <= limit;
    }
    Counts counts(Instant now);
    void use(const WorkLimitSettings& settings);

private:
    static constexpr Duration window_min = std::chrono::milliseconds{100};

    void show();
    void turn(Instant now);
    void judge_window();
    void recover(Instant now);
    Duration target() const;
    std::size_t step_back() const;
    std::size_t share() const;
    std::size_t room(Work work) const;
    void measured(Duration took, Instant now);

    WorkLimitSettings settings_;
    std::size_t limit_;
    std::size_t in_use_ = 0;
    std::atomic<std::size_t> shown_limit_{limit_}; // the two above, for other threads
    std::atomic<std::size_t> shown_in_use_{0};
    Duration baseline_{};
    Counts counts_;

    // The present window.
    Instant window_end_;
    std::size_t samples_ = 0;
    Duration sum_{};
    Duration worst_delay_{};
    std::size_t most_in_use_ = 0;
    std::size_t unknown_ = 0;
    std::size_t unknown_max_ = 0;
};

// Move-only; `done` measures, destruction alone (a lost peer, a refusal, a hook that hangs) only gives back.
class [[nodiscard]] WorkLimit::Permit {
public:
    Permit() = default;
    Permit(Permit&& other) noexcept
        : limit_{std::exchange(other.limit_, nullptr)}, begun_{other.begun_}, is_parked_{other.is_parked_} {}
    Permit& operator=(Permit&& other) noexcept {
        std::swap(limit_, other.limit_);
        std::swap(begun_, other.begun_);
        std::swap(is_parked_, other.is_parked_);
        return *this;
    }
    ~Permit() { give_back(); }

    // It waits for somebody else and is no load: not counted any more, measured still.
    void park();
    void done(Instant now);
    void give_back();

private:
    friend class WorkLimit;
    Permit(WorkLimit& limit, Instant begun) : limit_{&limit}, begun_{begun} {}
    WorkLimit* limit_ = nullptr;
    Instant begun_;
    bool is_parked_ = false;
};

} // namespace taleus::guard
