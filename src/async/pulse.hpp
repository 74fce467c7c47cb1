#pragma once
// The heartbeat of an event loop: beats as long as the loop takes its turns, and says how late the last beats came.

#include "async/clock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace taleus::async {

// Beats on the thread of `clock`; asked from any thread, with the time of the same clock.
class Pulse {
public:
    static constexpr Duration period = std::chrono::milliseconds{250};

    explicit Pulse(Clock& clock) : clock_{clock}, timer_{clock, [this] { beat(); }} {}

    // From the loop's thread, when it begins to run: from now on silence means that it stands still.
    void start() {
        due_ = clock_.now();
        beat();
    }
    // From the loop's thread, when it is about to end: silence is right from now on.
    void stop() {
        timer_.clear();
        last_.store(none, std::memory_order_relaxed);
    }

    // How long ago the last beat was; nothing while it is not meant to beat.
    std::optional<Duration> silence(Instant now) const {
        const auto last = last_.load(std::memory_order_relaxed);
        if (last == none) return std::nullopt;
        return std::max(Duration::zero(), now.time_since_epoch() - Duration{last});
    }
    // How late the last beat came: what an event of the loop waits for its turn.
    Duration lag() const { return Duration{lag_.load(std::memory_order_relaxed)}; }

private:
    static constexpr Duration::rep none = -1;

    void beat() {
        const auto now = clock_.now();
        lag_.store(std::max(Duration::zero(), now - due_).count(), std::memory_order_relaxed);
        last_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
        due_ = now + period;
        timer_.set(due_);
    }

    Clock& clock_;
    Clock::Timer timer_;
    Instant due_{};
    std::atomic<Duration::rep> last_{none};
    std::atomic<Duration::rep> lag_{0};
};

} // namespace taleus::async
