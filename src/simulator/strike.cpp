#include "simulator/scene.hpp"

#include <array>

// The faults of the network, of processes, of what nodes depend on, and of their disk.
namespace taleus::simulator {

using namespace std::chrono_literals;
using sim::Node;
using Mood = sim::SimulatedProvisioner::Mood;
using std::chrono::milliseconds;

namespace {

constexpr std::array<std::string_view, 7> calls{"look_up",     "open_session", "record_tally", "move_session",
                                                "end_session", "begin_join",   "record_intent"};
constexpr std::array<std::string_view, 2> commits{"record_tally", "open_session"};

} // namespace

void Scene::learn_network() {
    const auto by_node = [this](Fault fault, void (sim::Network::*what)(const wire::PeerId&)) {
        on(fault, [this, what](const Event& event) { (world.network.*what)(any_node(event.who).peer()); });
    };
    const auto by_weather = [this](Fault fault, unsigned sim::Weather::* what) {
        on(fault, [this, what](const Event& event) {
            world.network.weather.*what = static_cast<unsigned>(20 + event.how % 300);
            later(event.length, [this, what] { world.network.weather.*what = 0; });
        });
    };
    by_weather(Fault::refused_dial, &sim::Weather::refused);
    by_weather(Fault::hanging_dial, &sim::Weather::hanging);
    by_weather(Fault::lost_connection, &sim::Weather::cut);
    by_weather(Fault::silent_message, &sim::Weather::silent);
    by_weather(Fault::lost_opening, &sim::Weather::unopened);
    by_weather(Fault::hanging_opening, &sim::Weather::unheard);
    by_node(Fault::cut, &sim::Network::cut);
    by_node(Fault::silence, &sim::Network::silence);
    on(Fault::held_packets,
       [this](const Event& event) { world.network.hold(any_node(event.who).peer(), event.length); });
    on(Fault::slow_network, [this](const Event& event) {
        world.network.set_delay(1ms, milliseconds{10 + event.how % 3000});
        later(event.length, [this] { world.network.set_delay(100us, 2ms); });
    });
    on(Fault::partition, [this](const Event& event) {
        auto& node = any_node(event.who);
        world.network.part(node.peer());
        later(event.length, [this, &node] { world.network.join(node.peer()); });
    });
}

// --- processes

void Scene::fell(Node& node, Duration down) {
    gone_since_.try_emplace(&node, world.time.now);
    for (auto& dialer : dialers_) {
        if (dialer.node != &node) continue;
        // What somebody was told stands, whoever told it, and whatever happens to the one who did.
        if (dialer.is_done() && dialer.joining->result->tally)
            witness.recorded.push_back({node.home().string(), dialer.joining->result->tally->tally_id,
                                        dialer.joining->result->tally->database.endpoint});
        dialer.joining.reset();
    }
    if (node.was_stopped_at_flush) {
        ++witness.counts["rare stopped at a failed flush"];
        node.was_stopped_at_flush = false;
        return cut_power(down); // what its page cache held is as uncertain
    }
    check_home(node);
    later(down, [this, &node] {
        if (!node.is_alive()) boot(node);
    });
}

void Scene::crash(Node& node, Duration down) {
    if (!node.is_alive()) return;
    node.crash();
    fell(node, down);
}

void Scene::cut_power(Duration down) {
    for (auto& node : world.nodes)
        if (node->is_alive()) {
            gone_since_.try_emplace(node.get(), world.time.now);
            node->crash();
            node->was_stopped_at_flush = false;
        }
    world.disk->cut_power();
    for (auto& node : world.nodes)
        if (gone_since_.contains(node.get())) fell(*node, down);
}

// Zero: goes on.
void Scene::pause(Node& node, Duration length) {
    if (!node.is_alive() || node.process().is_paused == (length > Duration::zero())) return;
    node.process().is_paused = !node.process().is_paused;
    if (node.process().is_paused) {
        gone_since_.try_emplace(&node, world.time.now);
        later(length, [this, &node] { pause(node, Duration::zero()); });
    } else if (const auto gone = gone_since_.find(&node); gone != gone_since_.end()) {
        absences_[node.peer()].emplace_back(gone->second, world.time.now);
        gone_since_.erase(gone);
        if (auto* listener = listener_of(node)) listener->watch->went_on();
    }
}

namespace {

async::awaitable<void> stop_then_tell(session::Listener& listener, Instant grace_until, std::shared_ptr<bool> stopped) {
    auto stopping = listener.stop(grace_until);
    co_await std::move(stopping);
    *stopped = true;
}

} // namespace

// In order: who is not done when its time is over is killed, as a service manager does.
void Scene::restart(ListenerRole& listener, Duration grace) {
    auto& node = *listener.node;
    if (!node.is_serving() || !node.is_running() || node.listener().is_draining()) return;
    gone_since_.try_emplace(&node, world.time.now);
    const auto stopped = std::make_shared<bool>(false);
    const auto* life = &node.process();
    node.rest();
    async::asio::co_spawn(node.process().executor(), stop_then_tell(node.listener(), world.time.now + grace, stopped),
                          [](const std::exception_ptr& failed) {
                              if (failed) std::rethrow_exception(failed);
                          });
    later(grace + 3s, [this, &node, stopped, life] {
        if (!node.is_alive() || &node.process() != life) return;
        if (!*stopped || !node.is_idle() || !node.is_running()) return crash(node, 200ms);
        ++witness.counts["rare restart in order"];
        node.shut_down();
        fell(node, 200ms);
    });
}

void Scene::revoke(const Event& event) {
    auto& invitation = invitations[event.who % invitations.size()];
    auto& node = *any_listener(event.who).node;
    if (!node.is_running() || node.home() != invitation.home) return;
    invitation.is_revoking = true;
    const auto now = node.process().clock.utc();
    const auto id = id_of(protocol::hash_of_token(invitation.token));
    ports::AuditRecord record{now, "invitation_revoked", {}, id, {}};
    async::asio::co_spawn(node.process().executor(), node.journal().revoke(id, now, std::move(record)),
                          [this, &invitation](const std::exception_ptr&, const Result<bool>& done) {
                              if (done && *done && !invitation.revoked_at) invitation.revoked_at = world.time.now;
                          });
}

void Scene::learn_processes() {
    const auto down = [](const Event& event) { return std::min<Duration>(event.length, 5s) + 50ms; };
    on(Fault::crash_of_listener,
       [this, down](const Event& event) { crash(*any_listener(event.who).node, down(event)); });
    on(Fault::crash_of_dialer, [this, down](const Event& event) { crash(*any_dialer(event.who).node, down(event)); });
    on(Fault::power_cut, [this, down](const Event& event) { cut_power(down(event)); });
    on(Fault::pause, [this](const Event& event) { pause(any_node(event.who), event.length + 10ms); });
    on(Fault::restart,
       [this](const Event& event) { restart(any_listener(event.who), std::min<Duration>(event.length, 4s)); });
    on(Fault::clock_jump, [this](const Event& event) {
        const auto by = Duration{milliseconds{event.how % 300'000}} * (event.who % 2 == 0 ? 1 : -1);
        any_node(event.who).calendar.offset += by;
        turned_ += std::max(by, -by);
    });
    on(Fault::clock_drift, [this](const Event& event) {
        any_node(event.who).calendar.drift_ppm = static_cast<std::int64_t>(event.how % 20'000) - 10'000;
        turned_ += 5s;
    });
}

// --- the operator, and who joins

void Scene::hurry(Node& dialer, Duration session, Duration length) {
    dialer.settings.dialer.session = session;
    later(length, [&dialer] { dialer.settings.dialer = {}; });
}

void Scene::interrupt(DialerRole& dialer) {
    if (!dialer.joining || !dialer.node->is_alive()) return;
    async::asio::post(dialer.node->process().executor(), [joining = dialer.joining] {
        if (joining->limit != nullptr) joining->limit->stop();
    });
}

void Scene::learn_users() {
    on(Fault::revocation, [this](const Event& event) { revoke(event); });
    on(Fault::reload, [this](const Event& event) { reload(event); });
    on(Fault::impatience, [this](const Event& event) {
        hurry(*any_dialer(event.who).node, milliseconds{20 + event.how % 1500}, event.length);
    });
    on(Fault::interruption, [this](const Event& event) { interrupt(any_dialer(event.who)); });
}

// --- what a node depends on

void Scene::upset_provisioner(Node& node, Mood mood, Duration delay, Duration length) {
    const auto set = [this, &node](Mood how, Duration takes) {
        if (auto* listener = listener_of(node)) {
            listener->mood = how;
            listener->delay = takes;
        }
        if (!node.is_alive()) return;
        node.provisioner().mood = how;
        node.provisioner().delay = takes;
    };
    set(mood, delay);
    later(length, [set] { set(Mood::makes, 5ms); });
}

void Scene::upset_verifier(ListenerRole& listener, SimulatedVerifier::Mood mood, Duration delay, Duration length) {
    auto* verifier = listener.verifier.get();
    verifier->mood = mood;
    verifier->delay = delay;
    later(length, [verifier] {
        verifier->mood = SimulatedVerifier::Mood::judges;
        verifier->delay = 2ms;
    });
}

void Scene::learn_providers() {
    using Verifies = SimulatedVerifier::Mood;
    const auto slow = [](const Event& event) { return milliseconds{event.how % 9000}; };
    const auto provisioner = [this, slow](Fault fault, Mood mood, bool is_slow = false) {
        on(fault, [this, slow, mood, is_slow](const Event& event) {
            upset_provisioner(any_node(event.who), mood, is_slow ? slow(event) : 5ms, event.length);
        });
    };
    const auto verifier = [this, slow](Fault fault, Verifies mood, bool is_slow = false) {
        on(fault, [this, slow, mood, is_slow](const Event& event) {
            upset_verifier(any_listener(event.who), mood, is_slow ? slow(event) : 2ms, event.length);
        });
    };
    provisioner(Fault::slow_provisioner, Mood::makes, true);
    provisioner(Fault::late_provisioner, Mood::late, true);
    provisioner(Fault::failing_provisioner, Mood::fails);
    provisioner(Fault::absent_provisioner, Mood::unavailable);
    provisioner(Fault::hanging_provisioner, Mood::hangs);
    provisioner(Fault::overrunning_provisioner, Mood::overruns, true);
    provisioner(Fault::throwing_provisioner, Mood::throws);
    provisioner(Fault::senseless_provisioner, Mood::nonsense);
    verifier(Fault::slow_hook, Verifies::judges, true);
    verifier(Fault::failing_hook, Verifies::fails);
    verifier(Fault::hanging_hook, Verifies::hangs);
    verifier(Fault::overrunning_hook, Verifies::overruns, true);
    verifier(Fault::throwing_hook, Verifies::throws);
}

void Scene::slow_down(Node& node, const Event& event) {
    auto& journal = node.journal();
    if (event.how % 2 == 0)
        return journal.slow_next(calls[event.how / 2 % calls.size()], milliseconds{event.how % 7000});
    journal.set_delay(1ms, milliseconds{5 + event.how % 800});
    later(event.length, [&node] {
        if (node.is_alive()) node.journal().set_delay(100us, 3ms);
    });
}

void Scene::learn_stores() {
    const auto of_node = [this](Fault fault, std::function<void(Node&, const Event&)> what) {
        on(fault, [this, what = std::move(what)](const Event& event) {
            auto& node = any_node(event.who);
            if (node.is_alive()) what(node, event);
        });
    };
    of_node(Fault::slow_store, [this](Node& node, const Event& event) { slow_down(node, event); });
    of_node(Fault::stuck_store, [this](Node& node, const Event& event) {
        node.journal().stall();
        later(event.length, [&node] {
            if (node.is_alive()) node.journal().go_on();
        });
    });
    of_node(Fault::failing_store, [](Node& node, const Event& event) {
        node.journal().fail_next(calls[event.how % calls.size()], 1 + static_cast<int>(event.how / 7 % 6));
    });
    of_node(Fault::unknown_commit, [](Node& node, const Event& event) {
        node.journal().unsettle_next(commits[event.how % commits.size()], event.how / 2 % 2 == 0, event.length);
    });
    of_node(Fault::write_error, [](Node& node, const Event& event) {
        node.mount()->fail_writes(1 + static_cast<unsigned>(event.how % 3));
    });
    of_node(Fault::read_error,
            [](Node& node, const Event& event) { node.mount()->fail_reads(1 + static_cast<unsigned>(event.how % 3)); });
    of_node(Fault::failed_flush, [](Node& node, const Event&) { node.mount()->fail_flushes(1); });
    of_node(Fault::death_in_write, [this](Node& node, const Event& event) {
        if (event.how % 4 == 1) return node.mount()->die_at_flush();
        if (event.how % 4 != 0) return node.mount()->die_after(event.how / 4 % 40);
        node.dies_after = event.how / 4 % 12; // while it recovers
        crash(node, 100ms);
    });
    on(Fault::full_disk, [this](const Event& event) {
        world.disk->fill_up();
        later(std::min<Duration>(event.length, 6s), [this] { world.disk->make_room(); });
    });
}

} // namespace taleus::simulator
