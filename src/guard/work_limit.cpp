#include "guard/work_limit.hpp"

#include "base/ensure.hpp"

#include <limits>

namespace taleus::guard {

WorkLimit::~WorkLimit() { ensure(in_use_ == 0, "a permit outlived its limit"); }

void WorkLimit::show() {
    shown_limit_.store(limit_, std::memory_order_relaxed);
    shown_in_use_.store(in_use_, std::memory_order_relaxed);
}

std::size_t WorkLimit::share() const {
    return std::max<std::size_t>(2, settings_.initial * settings_.half_done_percent / 100);
}

std::size_t WorkLimit::room(Work work) const {
    if (work == Work::promised) return std::numeric_limits<std::size_t>::max();
    if (work == Work::unproven) return limit_;
    if (work == Work::half_done) return limit_ + share();
    return unknown_ < unknown_max_ ? limit_ + share() / 2 : 0;
}

std::optional<WorkLimit::Permit> WorkLimit::begin(Work work, Instant now) {
    turn(now);
    if (in_use_ >= room(work)) {
        most_in_use_ = std::max(most_in_use_, limit_); // the limit is what is used up
        return std::nullopt;
    }
    ++in_use_;
    most_in_use_ = std::max(most_in_use_, in_use_);
    if (work == Work::unknown) ++unknown_;
    show();
    return Permit{*this, now};
}

void WorkLimit::measured(Duration took, Instant now) {
    turn(now);
    ++samples_;
    sum_ += took;
}

void WorkLimit::Permit::park() {
    if (limit_ == nullptr || std::exchange(is_parked_, true)) return;
    --limit_->in_use_;
    limit_->show();
}

void WorkLimit::Permit::done(Instant now) {
    if (limit_ != nullptr) limit_->measured(now - begun_, now);
    give_back();
}

void WorkLimit::Permit::give_back() {
    park();
    limit_ = nullptr;
}

void WorkLimit::delayed(Duration loop_delay, Instant now) {
    turn(now);
    worst_delay_ = std::max(worst_delay_, loop_delay);
}

Duration WorkLimit::target() const {
    return std::clamp(baseline_ * static_cast<Duration::rep>(settings_.tolerance), settings_.latency_floor,
                      std::max(settings_.latency_floor, settings_.latency_ceiling));
}

// From anywhere to where it began in two seconds.
std::size_t WorkLimit::step_back() const { return std::max({std::size_t{1}, settings_.initial / 20, limit_ / 10}); }

void WorkLimit::turn(Instant now) {
    if (now < window_end_) return;
    judge_window();
    recover(now);
    // As long as the work itself takes: what was decided shows only in work begun since.
    window_end_ = now + std::max(window_min, std::min(counts_.latency, settings_.latency_ceiling));
    unknown_ = 0;
    unknown_max_ = std::max(share() / 2, samples_ / 8);
    samples_ = 0;
    sum_ = {};
    worst_delay_ = {};
    most_in_use_ = in_use_;
    show();
}

void WorkLimit::judge_window() {
    counts_.loop_delay = worst_delay_;
    const bool is_light = most_in_use_ <= std::max<std::size_t>(1, limit_ / 4);
    if (samples_ > 0) {
        counts_.latency = sum_ / static_cast<Duration::rep>(samples_);
        if (is_light) baseline_ = baseline_ == Duration{} ? counts_.latency : (baseline_ * 7 + counts_.latency) / 8;
    }
    const bool is_slow = samples_ > 0 && counts_.latency > target();
    if (!is_light && (is_slow || worst_delay_ > settings_.loop_delay)) {
        limit_ = std::max(settings_.min, limit_ - std::max<std::size_t>(1, limit_ / 10));
        ++counts_.decreases;
    } else if (most_in_use_ * 2 >= limit_) {
        limit_ = std::min(settings_.max, limit_ + std::max<std::size_t>(1, limit_ / 50));
    } else if (limit_ < settings_.initial) {
        limit_ = std::min(settings_.initial, limit_ + step_back());
    } else if (is_light) {
        limit_ = std::max(settings_.initial, limit_ - std::min(limit_, step_back()));
    }
}

// Windows in which nothing was asked for: each brings the limit a step back to where it began.
void WorkLimit::recover(Instant now) {
    if (window_end_ == Instant{}) return;
    const auto quiet = (now - window_end_) / window_min;
    for (Duration::rep i = 0; i < quiet && limit_ != settings_.initial; ++i) {
        if (limit_ < settings_.initial)
            limit_ = std::min(settings_.initial, limit_ + step_back());
        else
            limit_ = std::max(settings_.initial, limit_ - step_back());
    }
    if (quiet > 0) counts_.latency = {};
}

WorkLimit::Counts WorkLimit::counts(Instant now) {
    turn(now);
    auto counts = counts_;
    counts.limit = limit_;
    counts.in_use = in_use_;
    counts.baseline = baseline_;
    return counts;
}

void WorkLimit::use(const WorkLimitSettings& settings) {
    if (settings == settings_) return;
    settings_ = settings;
    limit_ = std::clamp(std::max(limit_, settings.initial), settings.min, settings.max);
    show();
}

} // namespace taleus::guard
