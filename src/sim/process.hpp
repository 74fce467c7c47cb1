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

class SimulatedClock final : public async::Clock {
public:
    explicit SimulatedClock(const Time& time) : time_{time} {}
    Instant now() const override { return time_.now; }
    UtcTime utc() const override { return time_.utc(); }

private:
    void arm(Instant) override {} // the world asks `next`
    const Time& time_;
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
    explicit Process(const Time& time) : clock{time} {}
    async::Executor executor() { return context.get_executor(); }

    async::asio::io_context context{1};
    SimulatedClock clock;
    bool is_alive = true;
};

} // namespace taleus::sim
