#include "guard/breaker.hpp"

#include <algorithm>
#include <numeric>

namespace taleus::guard {

std::optional<Duration> Breaker::refuses(Instant now) {
    expire(now);
    constexpr Duration least = std::chrono::milliseconds{1};
    if (state_ == BreakerState::open) return std::max(least, open_until_ - now);
    const bool is_full = state_ == BreakerState::half_open && leases_.size() + successes_ >= settings_.probes;
    if (is_full) return std::max(least, settings_.open_min);
    return std::nullopt;
}

std::expected<Breaker::Lease, Duration> Breaker::ask(Instant now) {
    if (const auto wait = refuses(now)) return std::unexpected(*wait);
    const Lease lease{next_id_++, generation_, now};
    leases_.emplace(lease.id, now + settings_.lease);
    return lease;
}

void Breaker::report(const Lease& lease, CallResult result, Instant now) {
    expire(now);
    if (lease.generation != generation_ || leases_.erase(lease.id) == 0) {
        ++counts_.late;
        return;
    }
    decide(result, now - lease.begun, now);
}

BreakerState Breaker::state(Instant now) {
    expire(now);
    return state_;
}

Breaker::Counts Breaker::counts(Instant now) {
    expire(now);
    auto counts = counts_;
    counts.state = state_;
    counts.leases = leases_.size();
    for (std::size_t i = 0; i < durations_.size(); ++i) {
        const auto buckets = durations_[i].counts();
        counts.results[i] = std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
    }
    return counts;
}

void Breaker::use(const BreakerSettings& settings) {
    if (settings.window != settings_.window) { // its slices have other numbers
        window_ = {};
        slice_ = 0;
    }
    settings_ = settings;
    if (state_ == BreakerState::half_open && successes_ >= settings_.probes) enter(BreakerState::closed);
}

// What time alone has done: leases that are over, an open period that is.
void Breaker::expire(Instant now) {
    while (!leases_.empty()) {
        const auto oldest = leases_.begin(); // of the same length, unless the setting has just changed
        if (oldest->second > now) break;
        const auto at = oldest->second;
        leases_.erase(oldest);
        decide(CallResult::timed_out, settings_.lease, at);
    }
    if (state_ == BreakerState::open && now >= open_until_) enter(BreakerState::half_open);
}

void Breaker::decide(CallResult result, Duration took, Instant now) {
    if (result == CallResult::abandoned) return;
    const bool has_failed = result != CallResult::good;
    const bool is_slow = took >= settings_.slow;
    if (state_ == BreakerState::half_open) {
        if (has_failed || is_slow)
            open(now);
        else if (++successes_ >= settings_.probes)
            enter(BreakerState::closed);
        return;
    }
    timeouts_ = result == CallResult::timed_out ? timeouts_ + 1 : 0;
    note(has_failed, is_slow, now);
    if (is_sick(now)) open(now);
}

bool Breaker::is_sick(Instant now) {
    if (timeouts_ >= settings_.timeouts_in_row) return true;
    turn_window(now);
    Tally sum;
    for (const auto& slice : window_) {
        sum.calls += slice.calls;
        sum.failures += slice.failures;
        sum.slow += slice.slow;
    }
    if (sum.calls < settings_.calls_min) return false;
    return sum.failures * 100 >= sum.calls * settings_.failure_percent ||
           sum.slow * 100 >= sum.calls * settings_.slow_percent;
}

void Breaker::note(bool has_failed, bool is_slow, Instant now) {
    turn_window(now);
    auto& slice = window_[static_cast<std::size_t>(slice_) % slices];
    ++slice.calls;
    slice.failures += has_failed ? 1 : 0;
    slice.slow += is_slow ? 1 : 0;
}

void Breaker::turn_window(Instant now) {
    const auto length = std::max<Duration::rep>(1, settings_.window.count() / static_cast<Duration::rep>(slices));
    const auto newest = now.time_since_epoch().count() / length;
    if (newest - slice_ >= static_cast<std::int64_t>(slices)) window_ = {};
    while (slice_ < newest) {
        slice_ = std::max(slice_ + 1, newest - static_cast<std::int64_t>(slices));
        window_[static_cast<std::size_t>(slice_) % slices] = {};
    }
}

void Breaker::enter(BreakerState state) {
    state_ = state;
    ++generation_;
    ++counts_.transitions[static_cast<std::size_t>(state)];
    leases_.clear(); // their results are of an earlier generation
    window_ = {};
    timeouts_ = 0;
    successes_ = 0;
    if (state == BreakerState::closed) openings_ = 0;
}

void Breaker::open(Instant now) {
    enter(BreakerState::open);
    auto length = settings_.open_min;
    for (std::size_t i = 0; i < openings_ && length < settings_.open_max; ++i) length *= 2;
    ++openings_;
    length = std::min(length, settings_.open_max);
    const auto percent = 80 + random_.below(41); // +-20 %: several nodes do not probe in step
    open_until_ = now + length * static_cast<Duration::rep>(percent) / 100;
}

} // namespace taleus::guard
