#include "simulator/scene.hpp"

#include "base/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taleus::simulator {

using namespace std::chrono_literals;
using sim::Node;
using Mood = sim::SimulatedProvisioner::Mood;

namespace {

constexpr Duration time_to_live = 30s; // of databases that nobody completes
constexpr Duration tick = 400ms;

} // namespace

Scene::Scene(const Plan& with)
    : plan{with}, witness{world.time}, chance{with.seed ^ 0x5eedULL}, world{with.seed, sim::World::Medium::disk} {
    survive_failed_flushes();
    world.network.tap = &witness;
    world.on_moment = [this] { watch_bounds(); };
    world.on_death = [this](Node& node) { fell(node, std::chrono::milliseconds{100 + chance.below(1500)}); };
    learn_network();
    learn_processes();
    learn_providers();
    learn_stores();
    learn_strangers();
    learn_users();
    settle_people();
    invite();
}

Scene::~Scene() {
    world.on_moment = nullptr; // what it looks at goes before the world
    world.on_death = nullptr;
}

// --- people

void Scene::settle_people() {
    std::map<std::size_t, Node*> first;
    listeners_.resize(plan.listeners.size());
    for (std::size_t i = 0; i < plan.listeners.size(); ++i) {
        const auto& planned = plan.listeners[i];
        auto& role = listeners_[i];
        role.node = &world.add(fmt::format("inviter-{}", i));
        role.has_logins = planned.has_logins;
        role.verifier = std::make_unique<SimulatedVerifier>(*role.node);
        auto& node = *role.node;
        node.identity_hook = role.verifier.get();
        node.time_to_live = time_to_live;
        node.rate_rows = 64; // no rates are set
        if (plan.log_pages) node.log_pages = *plan.log_pages;
        node.settings.party_id = fmt::format("party-of-home-{}", planned.home);
        if (planned.has_tight_limits) {
            auto& limits = node.settings.limits;
            limits.sessions = 3;
            limits.sessions_per_peer = 2;
            limits.reserved = 2;
            limits.waiting = 2;
            limits.waiting_per_peer = 1;
            limits.sessions_per_token = 2;
            limits.joiners = 1;
        }
        if (const auto [at, is_first] = first.try_emplace(planned.home, role.node); !is_first) {
            node.settings.cadre = at->second->settings.cadre;
            node.move_in_with(*at->second);
        }
        role.watch = std::make_unique<SettingsWatch>(node.name(), world.time, witness, report);
        role.usual = node.settings;
        node.observer = role.watch.get();
        node.log = &witness;
        ensure(boot(node), "a first boot succeeds");
    }
    for (std::size_t i = 0; i < plan.dialers.size(); ++i) {
        auto& node = world.add(fmt::format("respondent-{}", i));
        const auto requirement = plan.invitations[plan.dialers[i].invitation].requirement;
        const bool is_bound =
            requirement == protocol::Requirement::bound || requirement == protocol::Requirement::proof;
        if (is_bound) node.settings.party_id.clear(); // then it is the peer id
        node.observer = &witness;
        node.log = &witness;
        auto& role = dialers_.emplace_back();
        role.node = &node;
        role.invitation = plan.dialers[i].invitation;
        role.is_absent = plan.dialers[i].is_absent;
        role.has_logins = plan.dialers[i].has_logins;
        if (!plan.dialers[i].is_absent) ensure(boot(node), "a first boot succeeds");
    }
}

void Scene::invite() {
    std::vector<wire::Link> links;
    for (const auto& planned : plan.invitations) {
        std::vector<Node*> nodes;
        for (std::size_t i = 0; i < listeners_.size(); ++i)
            if (plan.listeners[i].home == planned.home) nodes.push_back(listeners_[i].node);
        auto link = world.invite(*nodes.front(), {.role = planned.role,
                                                  .uses = planned.uses,
                                                  .per_peer = planned.per_peer,
                                                  .requirement = planned.requirement,
                                                  .expires = planned.expires});
        for (std::size_t i = 1; i < nodes.size(); ++i) link.addresses.push_back(nodes[i]->address());
        const auto hash = to_hex(protocol::hash_of_token(link.token).view());
        Invited one{link.token, {}, planned, nodes.front()->home().string(), std::nullopt};
        std::ranges::transform(hash, std::back_inserter(one.token_hash),
                               [](char digit) { return static_cast<char>(std::toupper(digit)); });
        invitations.push_back(std::move(one));
        links.push_back(std::move(link));
    }
    for (auto& dialer : dialers_) dialer.link = links[dialer.invitation];
}

ListenerRole* Scene::listener_of(const Node& node) {
    const auto found = std::ranges::find(listeners_, &node, &ListenerRole::node);
    return found == listeners_.end() ? nullptr : &*found;
}

void Scene::equip(Node& node) {
    auto& provisioner = node.provisioner();
    provisioner.on_asked = [this, &node](const ports::Intent& intent) {
        for (const auto& earlier : witness.provisions)
            if (earlier.instance == intent.instance) ++witness.counts["rare instance asked for again"];
        witness.provisions.push_back({node.home().string(), intent.instance, intent.tally_id, world.time.now});
    };
    node.journal().on_recorded = [this, &node](const ports::TallyRecord& tally) {
        witness.recorded.push_back({node.home().string(), tally.tally_id, tally.database.endpoint});
    };
    if (const auto* listener = listener_of(node)) {
        provisioner.mood = listener->mood;
        provisioner.delay = listener->delay;
        provisioner.has_logins = listener->has_logins;
    } else {
        for (const auto& dialer : dialers_)
            if (dialer.node == &node) provisioner.has_logins = dialer.has_logins;
    }
}

bool Scene::boot(Node& node) {
    auto* listener = listener_of(node);
    auto booted = node.try_boot();
    if (booted) equip(node);
    if (booted && listener != nullptr) {
        listener->watch->booted(node.settings.listener);
        listener->waiting_max = node.settings.limits.waiting;
        listener->served = listener->begun = 0;
        booted = node.try_serve();
    }
    if (!booted) {
        ++witness.counts["rare boot that failed"];
        fell(node, 1s);
        return false;
    }
    if (const auto gone = gone_since_.find(&node); gone != gone_since_.end()) {
        absences_[node.peer()].emplace_back(gone->second, world.time.now);
        gone_since_.erase(gone);
    }
    return true;
}

void Scene::join_who_does_not() {
    for (auto& dialer : dialers_) {
        if (dialer.is_absent || !dialer.node->is_running() || world.time.now < dialer.begins) continue;
        if (dialer.joining && (!dialer.joining->result || dialer.is_done())) continue;
        dialer.joining = dialer.node->join(dialer.link);
    }
}

std::vector<bool> Scene::served() const {
    std::vector<bool> all;
    for (const auto& dialer : dialers_) all.push_back(dialer.is_done());
    return all;
}

// --- what happens

void Scene::do_until(Instant end) {
    while (!agenda_.empty() && agenda_.begin()->first <= end) {
        auto next = agenda_.extract(agenda_.begin());
        if (next.key() > world.time.now) world.run_for(next.key() - world.time.now);
        next.mapped()();
    }
    if (end > world.time.now) world.run_for(end - world.time.now);
}

void Scene::play() {
    const auto began = world.time.now;
    for (std::size_t i = 0; i < dialers_.size(); ++i) {
        dialers_[i].begins = began + plan.dialers[i].begins;
        agenda_.emplace(dialers_[i].begins, [this] { join_who_does_not(); });
    }
    for (const auto number : plan.numbers) {
        const auto& event = plan.events[number];
        agenda_.emplace(began + event.at, [this, &event] { strike(event); });
    }
    for (Duration at{}; at < plan.length; at += tick) agenda_.emplace(began + at, [this] { join_who_does_not(); });
    do_until(began + plan.length);
}

void Scene::strike(const Event& event) {
    strikes_.at(static_cast<std::size_t>(event.fault))(event);
    ++witness.counts[fmt::format("fault {}", to_text(event.fault))];
}

void Scene::heal() {
    agenda_.clear();
    is_healed_ = true;
    world.network.weather = {};
    world.network.set_delay(100us, 2ms);
    world.disk->make_room();
    for (auto& listener : listeners_) {
        listener.mood = Mood::makes;
        listener.delay = 5ms;
        listener.verifier->mood = SimulatedVerifier::Mood::judges;
        listener.verifier->delay = 2ms;
    }
    for (auto& node : world.nodes) {
        world.network.join(node->peer());
        node->calendar.drift_ppm = 0;
        node->dies_after.reset();
        if (!node->is_alive()) continue;
        pause(*node, Duration::zero());
        node->mount()->heal();
        node->provisioner().mood = Mood::makes;
        node->provisioner().delay = 5ms;
        auto& journal = node->journal();
        journal.fail_next("", 0);
        journal.slow_next("", 0s);
        journal.unsettle_next("", false, 0s);
        journal.set_delay(100us, 3ms);
        journal.go_on();
    }
    for (auto& listener : listeners_) adopt(listener, listener.usual);
    for (auto& dialer : dialers_) dialer.node->settings.dialer = {};
    for (auto& listener : listeners_) // one that was ending ends
        if (listener.node->is_serving() && listener.node->listener().is_draining()) listener.node->crash();
    for (auto& node : world.nodes) {
        const bool is_absent =
            std::ranges::any_of(dialers_, [&](const auto& one) { return one.node == node.get() && one.is_absent; });
        if (node->is_alive() || is_absent) continue;
        if (!boot(*node)) report.add("recovers", fmt::format("{} does not start again", node->name()));
    }
    healed_at_ = world.time.now;
}

// Everybody tries again; then all that was left behind has its time to end.
void Scene::come_to_end() {
    constexpr int rounds = 4;
    constexpr Duration apart = 7s; // so that what waits for a database at first, too late for one, has gone by the last
    const auto is_decided = [](const DialerRole& dialer) {
        if (dialer.is_absent || dialer.is_done()) return true;
        if (!dialer.joining || !dialer.joining->result) return false;
        const auto& code = dialer.joining->result->code;
        return code == Code::token_used || code == Code::token_revoked || code == Code::token_expired;
    };
    for (int round = 0; round < rounds && !std::ranges::all_of(dialers_, is_decided); ++round) {
        const auto began = world.time.now;
        join_who_does_not();
        const auto until = began + 62s;
        while (world.time.now < until && !std::ranges::all_of(dialers_, &DialerRole::is_over))
            do_until(world.time.now + 1s);
        if (!std::ranges::all_of(dialers_, is_decided)) do_until(std::max(world.time.now, began + apart));
    }
    for (const auto& dialer : dialers_)
        if (dialer.joining && !dialer.joining->result)
            report.add("join_ends", fmt::format("{} is joining for ever", dialer.node->name()));
    do_until(world.time.now + 2 * time_to_live + turned_);
    judge_outcomes();
    for (auto& node : world.nodes)
        if (node->is_alive()) node->rest();
    do_until(world.time.now + 1s);
    judge_guards();
    for (auto& listener : listeners_) {
        if (!listener.node->is_serving()) continue;
        const auto began = world.time.now;
        world.stop(*listener.node, 2s);
        if (world.time.now - began > 3s)
            report.add("drain_ends", fmt::format("{} drains too long", listener.node->name()));
    }
    world.run_for(1s);
}

} // namespace taleus::simulator
