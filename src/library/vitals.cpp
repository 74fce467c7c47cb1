#include "library/vitals.hpp"

#include <fmt/format.h>

#include <utility>

namespace taleus::library {
namespace {

constexpr Duration silence_max = std::chrono::seconds{5}; // of a loop that is meant to beat every 250 ms
constexpr Duration probe_period = std::chrono::seconds{5};
constexpr Duration probe_period_after_fault = std::chrono::seconds{1};
constexpr Duration probe_time = std::chrono::seconds{5};

Check good(std::string name) { return {.name = std::move(name), .code = {}, .detail = {}}; }
Check bad(std::string name, std::string code, std::string detail) {
    return {.name = std::move(name), .code = std::move(code), .detail = std::move(detail)};
}

} // namespace

Vitals::Vitals(Ground ground, Node& node)
    : ground_{ground}, node_{node}, tasks_{ground.executor, ground.clock}, pulse_{ground.clock},
      next_probe_{ground.clock, [this] { probe(); }} {
    pulse_.start();
}

void Vitals::started() {
    if (phase_ == Phase::starting) phase_ = Phase::serving;
    has_started_ = true;
    next_probe_.set(ground_.clock.now() + probe_period);
}

async::awaitable<void> Vitals::close() {
    is_closed_ = true;
    next_probe_.clear();
    pulse_.stop();
    co_await tasks_.join();
}

std::string_view Vitals::phase_text() const {
    switch (phase_.load()) {
    case Phase::starting: return "starting";
    case Phase::serving: return "serving";
    case Phase::draining: return "draining";
    }
    return {};
}

Health Vitals::live() const {
    const auto silence = pulse_.silence(ground_.clock.now());
    if (!silence || *silence < silence_max) return {{good("event_loop")}};
    return {{bad("event_loop", "event_loop_stalled",
                 fmt::format("the node's event loop has not moved for {} s",
                             std::chrono::duration_cast<std::chrono::seconds>(*silence).count()))}};
}

Health Vitals::ready() const {
    auto health = live();
    switch (phase_.load()) {
    case Phase::starting: health.checks.push_back(bad("node", "starting", "the node is starting")); break;
    case Phase::serving:
        health.checks.push_back(is_lost_ ? bad("node", "taken_over", "another process serves under this peer id")
                                         : good("node"));
        break;
    case Phase::draining:
        health.checks.push_back(bad("node", "draining", "the node ends the sessions under way and takes no new ones"));
        break;
    }
    std::string fault;
    bool provisioner_is_open = false;
    {
        const std::lock_guard lock{mutex_};
        fault = store_fault_;
        provisioner_is_open = provisioner_is_open_;
    }
    health.checks.push_back(provisioner_is_open
                                ? bad("provisioner", "provisioner_unavailable", "the provisioner's breaker is open")
                                : good("provisioner"));
    const Duration since{probing_since_.load()};
    if (fault.empty() && since.count() >= 0 && ground_.clock.now().time_since_epoch() - since > probe_time)
        fault = "the store does not answer";
    health.checks.push_back(fault.empty() ? good("store") : bad("store", "store_unavailable", fault));
    return health;
}

Health Vitals::has_started() const {
    if (has_started_) return {{good("start")}};
    return {{bad("start", "starting", "the node is starting")}};
}

void Vitals::probe() {
    tasks_.spawn([this](async::Limit&) { return probe_once(); });
}

async::awaitable<void> Vitals::see_trail_head() {
    auto head = co_await ground_.journal.trail_head();
    if (head && *head) trail_head_ = std::move(**head);
}

// By the node's heartbeat, which is a write like any other.
async::awaitable<void> Vitals::probe_once() {
    auto& clock = ground_.clock;
    const auto began = clock.now();
    probing_since_ = began.time_since_epoch().count();
    const auto written = co_await node_.beat();
    beat_time_ = clock.now() - began;
    co_await see_trail_head();
    probing_since_ = -1;
    const auto is_open = [&](guard::Breaker& breaker) {
        return breaker.state(clock.now()) == guard::BreakerState::open;
    };
    auto fault = written ? std::string{} : written.error().context;
    // A beat is tried while the breaker is open, new sessions are not.
    if (written && is_open(node_.breakers().store)) fault = "the store's breaker is open";
    if (!is_closed_) next_probe_.set(clock.now() + (fault.empty() ? probe_period : probe_period_after_fault));
    const std::lock_guard lock{mutex_};
    provisioner_is_open_ = is_open(node_.breakers().provisioner);
    store_fault_ = std::move(fault);
}

} // namespace taleus::library
