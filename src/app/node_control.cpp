#include "app/node_control.hpp"

#include "app/party_settings.hpp"
#include "app/session_json.hpp"
#include "async/elsewhere.hpp"
#include "base/ensure.hpp"
#include "wire/base_text.hpp"

#include <fmt/format.h>

namespace taleus::app {

namespace {

boost::json::array texts(const std::vector<wire::Multiaddr>& addresses) {
    boost::json::array out;
    for (const auto& address : addresses) out.emplace_back(address.to_text());
    return out;
}

} // namespace

NodeControl::NodeControl(ConfiguredHome& home, library::ListenerParts parts, std::function<void()> drain)
    : home_{home}, parts_{std::move(parts)}, settings_{home.home, home.flags, home.settings}, drain_{std::move(drain)},
      log_{*home.log, "ops"}, began_{parts_.ground.clock.now()}, tasks_{parts_.ground.executor, parts_.ground.clock} {}

async::awaitable<void> NodeControl::close() {
    closed_ = true;
    co_await async::asio::post(parts_.ground.executor, async::use_awaitable); // what was asked before begins
    co_await tasks_.join();
}

// --- what it shows

template <class Work> auto NodeControl::on_node(Work work) -> std::invoke_result_t<Work&> {
    using Answer = typename std::invoke_result_t<Work&>::value_type;
    if (closed_) co_return Answer{fail(Code::shutting_down, "the node is ending")};
    co_return co_await async::elsewhere(parts_.ground.executor, tasks_, std::move(work));
}

async::awaitable<Result<void>> NodeControl::sample() {
    return on_node([this] { return sample_here(); });
}

async::awaitable<Result<void>> NodeControl::sample_here() {
    parts_.metrics.show(readings());
    co_return Result<void>{};
}

async::awaitable<Result<boost::json::object>> NodeControl::status() {
    return on_node([this] { return status_here(); });
}

async::awaitable<Result<boost::json::object>> NodeControl::status_here() {
    co_await parts_.vitals.see_trail_head();
    co_return status_now();
}

boost::json::object NodeControl::status_now() {
    const auto sessions = parts_.metrics.sessions();
    const auto counts = parts_.node.counts();
    const auto& host = parts_.node.host_counts();
    const auto& limits = home_.config.limits;
    const auto commits = parts_.ground.journal.commit_counts();
    const auto use = process_.use();
    const auto clock_now = parts_.ground.clock.now();
    auto& breakers = parts_.node.breakers();
    const auto state_of = [&](guard::Breaker& breaker) {
        return guard::breaker_state_texts[static_cast<std::size_t>(breaker.counts(clock_now).state)];
    };
    const auto work = parts_.node.guards().work.counts(clock_now);
    const auto up = parts_.ground.clock.now() - began_;
    const auto& trail_head = parts_.vitals.trail_head();
    boost::json::object by_state;
    for (const auto& [state, count] : sessions.by_state) by_state[state] = count;
    return {{"version", TALEUS_VERSION},
            {"peerId", home_.peer().to_text()},
            {"state", parts_.vitals.phase_text()},
            {"uptimeSeconds", std::chrono::duration_cast<std::chrono::seconds>(up).count()},
            {"addresses", texts(parts_.node.listening())},
            {"announced", texts(parts_.node.announced())},
            {"sessions",
             {{"underWay", counts.streams},
              {"awaitingDatabase", counts.waiting},
              {"begun", sessions.begun},
              {"active", sessions.active},
              {"ended", sessions.ended},
              {"byState", std::move(by_state)}}},
            {"connections",
             {{"open", host.connections},
              {"handshaking", host.handshaking},
              {"streams", host.streams},
              {"accepted", host.accepted}}},
            {"limits",
             {{"sessions", limits.sessions},
              {"waiting", limits.waiting},
              {"connections", home_.config.host.connections_max},
              {"messageBytes", limits.message_bytes}}},
            {"breakers",
             {{"store", state_of(breakers.store)},
              {"identity", state_of(breakers.identity)},
              {"provisioner", state_of(breakers.provisioner)}}},
            {"work", {{"limit", work.limit}, {"inUse", work.in_use}}},
            {"store", {{"calls", commits.calls}, {"commits", commits.commits}}},
            {"trail",
             {{"origin", trail_head ? trail_head->origin : ""},
              {"records", trail_head ? trail_head->size : 0},
              {"root", trail_head ? wire::to_base64(trail_head->root) : ""}}},
            {"eventLoop", {{"lagSeconds", std::chrono::duration<double>(parts_.vitals.lag()).count()}}},
            {"process",
             {{"residentBytes", use.resident_bytes},
              {"descriptors", use.descriptors},
              {"descriptorsMax", use.descriptors_max},
              {"cpuSeconds", use.cpu_seconds}}}};
}

async::awaitable<Result<boost::json::object>> NodeControl::sessions(ports::SessionFilter filter) {
    return on_node([this, filter = std::move(filter)] { return sessions_here(filter); });
}

async::awaitable<Result<boost::json::object>> NodeControl::sessions_here(ports::SessionFilter filter) {
    auto one_more = filter; // tells whether there is another page
    ++one_more.limit;
    auto found = co_await parts_.ground.journal.sessions(std::move(one_more));
    if (!found) co_return fail(found.error());
    const bool goes_on = found->size() > filter.limit;
    if (goes_on) found->pop_back();
    boost::json::array page;
    for (const auto& session : *found) page.push_back(json_of(session));
    boost::json::object out{{"sessions", std::move(page)}};
    if (goes_on) out["next"] = found->back().id;
    co_return out;
}

async::awaitable<Result<std::optional<boost::json::object>>> NodeControl::session(std::string id) {
    return on_node([this, id = std::move(id)] { return session_here(id); });
}

async::awaitable<Result<std::optional<boost::json::object>>> NodeControl::session_here(std::string id) {
    const auto found = co_await parts_.ground.journal.session(id);
    if (!found) co_return fail(found.error());
    if (!*found) co_return std::optional<boost::json::object>{};
    co_return std::optional{json_of(**found)};
}

async::awaitable<Result<std::optional<Bytes>>> NodeControl::trail_file(std::string path) {
    return on_node([this, path = std::move(path)] { return parts_.ground.journal.trail_file(path); });
}

async::awaitable<Result<boost::json::object>> NodeControl::drain(std::string by) {
    return on_node([this, by = std::move(by)] { return drain_here(by); });
}

async::awaitable<Result<boost::json::object>> NodeControl::drain_here(std::string by) {
    log_.info("asked to drain by {}", by);
    drain_();
    const auto counts = parts_.node.counts();
    const auto grace = std::chrono::duration_cast<std::chrono::milliseconds>(home_.config.grace);
    co_return boost::json::object{{"state", "draining"},
                                  {"underWay", counts.streams},
                                  {"awaitingDatabase", counts.waiting},
                                  {"graceMs", grace.count()}};
}

// --- changes

async::awaitable<Result<boost::json::object>> NodeControl::settings() {
    return on_node([this] { return settings_here(); });
}

async::awaitable<Result<boost::json::object>> NodeControl::settings_here() { co_return json_of(home_.settings); }

async::awaitable<Result<std::expected<boost::json::object, std::vector<ports::SettingFault>>>>
NodeControl::change(ports::SettingChange change) {
    return on_node([this, change = std::move(change)] { return change_here(change); });
}

async::awaitable<Result<std::expected<boost::json::object, std::vector<ports::SettingFault>>>>
NodeControl::change_here(ports::SettingChange change) {
    using Made = std::expected<boost::json::object, Faults>;
    if (changing_) co_return fail(Code::conflict, "another change is being made; try again");
    auto proposal = settings_.with(change);
    const auto made = co_await make(std::move(proposal), change.by, change.persist);
    if (!made) {
        log_.warn("settings refused to {}: {}", change.by, made.error().front().detail);
        co_return Made{std::unexpected(made.error())};
    }
    co_return Made{json_of(home_.settings)};
}

void NodeControl::reload(std::function<void()> done) {
    if (closed_) return; // nobody would wait for its end
    reload_done_.push_back(std::move(done));
    reload_wanted_ = true;
    if (!changing_) tasks_.spawn([this](async::Limit&) { return reload_once(); });
}

async::awaitable<void> NodeControl::reload_once() {
    if (!std::exchange(reload_wanted_, false)) co_return; // another one has read the file meanwhile
    auto proposal = settings_.from_file();
    const auto count = proposal ? proposal->changes.size() : 0;
    const auto made = co_await make(std::move(proposal), "SIGHUP", false);
    if (made)
        log_.info("config.toml was read again: {} settings changed", count);
    else
        for (const auto& fault : made.error()) log_.error("config.toml was not taken: {}", fault.detail);
    for (auto& done : std::exchange(reload_done_, {})) done();
}

// The file, the audit trail, and then what begins from now on: in this order.
async::awaitable<std::expected<void, NodeControl::Faults>> NodeControl::make(LiveSettings::Judged judged,
                                                                             std::string by, bool persist) {
    using Outcome = std::expected<void, Faults>;
    if (!judged) {
        ++changes_refused_;
        co_return Outcome{std::unexpected(judged.error())};
    }
    auto& proposal = *judged;
    changing_ = true;
    const auto now = parts_.ground.clock.utc();
    auto keeping = settings_.keep(proposal, std::move(by), persist, parts_.ground.journal, now);
    auto outcome = co_await std::move(keeping);
    if (outcome) {
        settings_.take(std::move(proposal));
        ensure(parts_.change(live_settings(home_.config)).has_value(),
               "the configuration allows what the library refuses");
        if (auto levels = LogLevels::parse(home_.config.log_level, home_.config.log_levels))
            home_.log->use(std::move(*levels));
    }
    ++(outcome ? changes_made_ : changes_refused_);
    changing_ = false;
    if (reload_wanted_) tasks_.spawn([this](async::Limit&) { return reload_once(); });
    co_return outcome;
}

} // namespace taleus::app
