#include "ops/metrics.hpp"

#include "ops/exposition.hpp"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <concepts>

namespace taleus::ops {

using protocol::Side;
using protocol::StateName;

namespace {

const prometheus::Histogram::BucketBoundaries seconds_buckets{duration_bounds.begin(), duration_bounds.end()};

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

std::string state_label(StateName state) { return std::string{protocol::to_text(state)}; }

std::string code_label(std::optional<Code> code) { return code ? std::string{to_text(*code)} : "none"; }

// The series of a family by small numbers that stand for their labels: asked for by its labels, each would make,
// hash and compare them anew.
template <class Metric> class Series {
public:
    template <std::invocable<> Add> Metric& of(std::uint32_t number, Add&& add) {
        auto& known = known_[number];
        if (known == nullptr) known = &add();
        return *known;
    }

private:
    std::unordered_map<std::uint32_t, Metric*> known_;
};

template <class... Parts> std::uint32_t number_of(Parts... parts) { // each below 64
    std::uint32_t number = 0;
    ((number = number << 6U | static_cast<std::uint32_t>(parts)), ...);
    return number;
}

template <class Part> int or_none(std::optional<Part> part) { return part ? static_cast<int>(*part) + 1 : 0; }

} // namespace

// Families and series are made when they are first told of; their labels are of closed sets, so they are few.
struct Metrics::Families {
    prometheus::Registry registry;

    prometheus::Family<prometheus::Counter>& counters(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    prometheus::Family<prometheus::Gauge>& gauges(const char* name, const char* help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }
    prometheus::Family<prometheus::Histogram>& histograms(const char* name, const char* help) {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }

    prometheus::Counter& begun =
        counters("taleus_sessions_begun_total", "Sessions that took their first step here.").Add({});
    prometheus::Family<prometheus::Gauge>& active =
        gauges("taleus_sessions_active", "Sessions under way, by side and state.");
    prometheus::Family<prometheus::Counter>& ended =
        counters("taleus_sessions_ended_total", "Sessions that ended, by side, role, outcome and code.");
    prometheus::Counter& left =
        counters("taleus_sessions_left_total", "Sessions over here without an end of their own: answered from the "
                                               "record, or a sister node's.")
            .Add({});
    prometheus::Gauge& unaccounted =
        gauges("taleus_sessions_unaccounted", "Begun, less active, ended and left: always 0, else a fault of ours.")
            .Add({});
    prometheus::Counter& joined =
        counters("taleus_sessions_joined_total", "Contacts that wait for the answer of their key's live session.")
            .Add({});
    prometheus::Family<prometheus::Counter>& unserved = counters(
        "taleus_streams_unserved_total", "Streams that ended before they carried a message that could be served.");
    prometheus::Family<prometheus::Counter>& refused =
        counters("taleus_admissions_refused_total", "What was refused before anything was read of it, by cause.");
    prometheus::Family<prometheus::Histogram>& session_time =
        histograms("taleus_session_duration_seconds", "How long sessions lasted, by side and outcome.");
    prometheus::Family<prometheus::Histogram>& state_time =
        histograms("taleus_session_state_duration_seconds", "How long sessions were in a state, by side and state.");
    std::uint64_t ended_count = 0;

    Series<prometheus::Counter> ended_series;
    Series<prometheus::Counter> unserved_series;
    Series<prometheus::Histogram> session_time_series;
    Series<prometheus::Histogram> state_time_series;
};

Metrics::Metrics(std::string version) : families_{std::make_unique<Families>()} {
    families_->gauges("taleus_build_info", "1; what runs is in the labels.")
        .Add({{"version", std::move(version)}})
        .Set(1);
    for (const auto why : {Code::overloaded, Code::shutting_down})
        families_->refused.Add({{"cause", std::string{to_text(why)}}});
}

Metrics::~Metrics() = default;

void Metrics::moved(std::string_view session, Side side, StateName from, StateName to, Duration spent) {
    const std::lock_guard lock{mutex_};
    auto found = active_.find(session);
    if (found == active_.end()) {
        found = active_.emplace(std::string{session}, std::pair{side, from}).first;
        families_->begun.Increment();
    }
    found->second = {side, to};
    families_->state_time_series
        .of(number_of(side, from),
            [&]() -> auto& {
                return families_->state_time.Add(
                    {{"side", std::string{protocol::to_text(side)}}, {"state", state_label(from)}}, seconds_buckets);
            })
        .Observe(seconds(spent));
}

void Metrics::resumed(std::string_view session) {
    const std::lock_guard lock{mutex_};
    if (active_.emplace(std::string{session}, std::pair{Side::listener, StateName::awaiting_database}).second)
        families_->begun.Increment();
}

void Metrics::left(std::string_view session) {
    const std::lock_guard lock{mutex_};
    const auto found = active_.find(session);
    if (found == active_.end()) return;
    active_.erase(found);
    families_->left.Increment();
}

void Metrics::ended(std::string_view session, Side side, std::optional<wire::Role> role, StateName outcome,
                    std::optional<Code> code, Duration lasted) {
    const std::lock_guard lock{mutex_};
    if (session.empty()) {
        families_->unserved_series
            .of(number_of(outcome, or_none(code)),
                [&]() -> auto& {
                    return families_->unserved.Add(
                        {{"outcome", std::string{protocol::outcome_text(outcome)}}, {"code", code_label(code)}});
                })
            .Increment();
        return;
    }
    if (const auto found = active_.find(session); found == active_.end())
        families_->begun.Increment(); // it ended with its first step
    else
        active_.erase(found);
    ++families_->ended_count;
    families_->ended_series
        .of(number_of(side, or_none(role), outcome, or_none(code)),
            [&]() -> auto& {
                return families_->ended.Add({{"side", std::string{protocol::to_text(side)}},
                                             {"role", role ? std::string{wire::to_text(*role)} : "unknown"},
                                             {"outcome", std::string{protocol::outcome_text(outcome)}},
                                             {"code", code_label(code)}});
            })
        .Increment();
    families_->session_time_series
        .of(number_of(side, outcome),
            [&]() -> auto& {
                return families_->session_time.Add({{"side", std::string{protocol::to_text(side)}},
                                                    {"outcome", std::string{protocol::outcome_text(outcome)}}},
                                                   seconds_buckets);
            })
        .Observe(seconds(lasted));
}

void Metrics::joined() {
    const std::lock_guard lock{mutex_};
    families_->joined.Increment();
}

void Metrics::turned_away(Code why) {
    const std::lock_guard lock{mutex_};
    families_->refused.Add({{"cause", std::string{to_text(why)}}}).Increment();
}

void Metrics::show(std::vector<Reading> readings) {
    const std::lock_guard lock{mutex_};
    readings_ = std::move(readings);
}

Metrics::Sessions Metrics::sessions() const {
    const std::lock_guard lock{mutex_};
    Sessions now{.begun = static_cast<std::uint64_t>(families_->begun.Value()),
                 .active = active_.size(),
                 .ended = families_->ended_count,
                 .left = static_cast<std::uint64_t>(families_->left.Value()),
                 .by_state = {}};
    for (const auto& [id, at] : active_) ++now.by_state[state_label(at.second)];
    return now;
}

std::string Metrics::expose(ports::Control::Exposition form) const {
    const auto now = sessions();
    const std::lock_guard lock{mutex_};
    std::map<std::pair<Side, StateName>, double> active;
    for (auto state = StateName::reading_request; !protocol::is_terminal(state);
         state = static_cast<StateName>(static_cast<int>(state) + 1))
        if (state < StateName::connecting) active[{Side::listener, state}] = 0; // every state has its series, always
    for (const auto& [id, at] : active_) ++active[at];
    for (const auto& [at, count] : active)
        families_->active.Add({{"side", std::string{protocol::to_text(at.first)}}, {"state", state_label(at.second)}})
            .Set(count);
    families_->unaccounted.Set(static_cast<double>(now.begun) - static_cast<double>(now.active + now.ended + now.left));
    auto collected = families_->registry.Collect();
    add_readings(collected, readings_);
    return form == ports::Control::Exposition::openmetrics ? openmetrics_text(std::move(collected))
                                                           : prometheus_text(collected);
}

} // namespace taleus::ops
