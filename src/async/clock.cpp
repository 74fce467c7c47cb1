#include "async/clock.hpp"

namespace taleus::async {

std::optional<Instant> Clock::next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first;
}

void Clock::expire(Instant now) {
    while (!timers_.empty() && timers_.begin()->first <= now) {
        auto& timer = *timers_.begin()->second;
        timer.clear();
        timer.fire_(); // may destroy the timer
    }
    if (!timers_.empty()) arm(timers_.begin()->first);
}

void Clock::Timer::set(Instant at) {
    auto& timers = clock_.timers_;
    if (place_) {
        auto node = timers.extract(*place_); // no allocation on the way
        node.key() = at;
        place_ = timers.insert(std::move(node));
    } else {
        place_ = timers.emplace(at, this);
    }
    if (*place_ == timers.begin()) clock_.arm(at);
}

void Clock::Timer::clear() {
    if (!place_) return;
    clock_.timers_.erase(*place_);
    place_.reset();
    if (clock_.timers_.empty()) clock_.arm(Instant::max());
}

Instant SystemClock::now() const { return Instant{std::chrono::steady_clock::now().time_since_epoch()}; }

UtcTime SystemClock::utc() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void SystemClock::arm(Instant earliest) {
    if (earliest == Instant::max()) { // nobody waits, and so the loop need not either
        timer_.cancel();
        return;
    }
    const auto at = std::chrono::steady_clock::time_point{earliest.time_since_epoch()};
    timer_.expires_at(at);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) expire(now());
    });
}

} // namespace taleus::async
