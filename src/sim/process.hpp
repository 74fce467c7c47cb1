#pragma once
// A simulated process: an event loop and a clock of its own, both driven by the world. When it crashes, it is never
// polled again: what it was doing stays half done, as after a power cut.

#include "async/awaitable.hpp"
#include "async/clock.hpp"
#include "async/one_shot.hpp"
#include "base/instant.hpp"

#include <utility>

namespace taleus::sim {

// The world's time. UTC runs along; `jump` sets the calendar of all, as an administrator would.
struct Time {
    Instant now{};
    Duration utc_offset{std::chrono::seconds{1'800'000'000}};

    UtcTime utc() const {
        return UtcTime{std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch() + utc_offset)};
    }
};

// What one machine's calendar shows beside the world's: its clock was set, and runs fast or slow.
struct Calendar {
    Duration offset{};
    std::int64_t drift_ppm = 0;
};

class SimulatedClock final : public async::Clock {
public:
    SimulatedClock(const Time& time, const Calendar& calendar) : time_{time}, calendar_{calendar} {}
    Instant now() const override { return time_.now; }
    UtcTime utc() const override {
        const auto drift = time_.now.time_since_epoch() / 1'000'000 * calendar_.drift_ppm;
        return time_.utc() + std::chrono::floor<std::chrono::milliseconds>(calendar_.offset + drift);
    }

private:
    void arm(Instant) override {} // the world asks `next`
    const Time& time_;
    const Calendar& calendar_;
};

struct Process;

// Whose code this thread runs, for whoever breaks what one process asks of its machine; nullptr: the world's own.
class Turn {
public:
    explicit Turn(const Process* process) : before_{std::exchange(running_, process)} {}
    ~Turn() { running_ = before_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    static const Process* running() { return running_; }

private:
    static inline thread_local const Process* running_ = nullptr;
    const Process* before_;
};

struct Process {
    explicit Process(const Time& time, const Calendar& calendar = right) : clock{time, calendar} {}
    async::Executor executor() { return context.get_executor(); }

    async::asio::io_context context{1};
    SimulatedClock clock;
    bool is_alive = true;
    bool is_paused =
        false; // as by SIGSTOP: neither its loop nor its timers run, and then all that is due comes at once
    bool is_doomed = false; // it is to end before it does anything more

    static constexpr Calendar right{};
};

} // namespace taleus::sim
