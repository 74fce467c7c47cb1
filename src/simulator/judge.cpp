#include "simulator/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace taleus::simulator {

using sim::Node;

// What is held never passes a limit, in no moment.
void Scene::watch_bounds() {
    for (auto& role : listeners_) {
        auto& node = *role.node;
        if (!node.is_serving()) continue;
        const auto& limits = node.settings.limits;
        const auto& scopes = node.guards().scopes;
        const auto all = scopes.held({guard::Kind::process, {}});
        const auto begun = scopes.held({guard::Kind::new_work, {}});
        const auto served = std::exchange(role.served, all.sessions);
        const auto new_work = std::exchange(role.begun, begun.sessions);
        if (all.sessions > std::max(limits.all_sessions(), served) ||
            begun.sessions > std::max(limits.sessions, new_work))
            report.add("exact_bounds", fmt::format("{} serves {} ({} new)", node.name(), all.sessions, begun.sessions));
        if (witness.counts.contains("rare resumed wait")) continue; // those were admitted by an earlier life
        if (all.waiting > role.waiting_max)
            report.add("exact_bounds", fmt::format("{} has {} waiting", node.name(), all.waiting));
    }
}

void Scene::check_home(Node& node) {
    if (std::ranges::find(witness.recorded, node.home().string(), &Recorded::home) == witness.recorded.end()) return;
    const auto home = view_home(*world.disk, node.home().string(), Depth::tallies);
    check_durable(witness, home, report);
    for (const auto& tally : home.tallies) {
        if (tally.side != "listener" || tally.role != "stock") continue;
        const bool is_told = std::ranges::any_of(witness.talks, [&](const auto& entry) {
            return entry.second.answered.find(tally.tally_id) != std::string::npos;
        });
        if (!is_told) ++witness.counts["rare crash between commit and answer"];
    }
}

// Is there a reason that the world knows of?
bool Scene::is_refused_rightly(const DialerRole& dialer, const session::JoinResult& result,
                               const HomeView& home) const {
    const auto& invitation = invitations[dialer.invitation];
    if (result.code == Code::token_revoked) return invitation.is_revoking;
    if (result.code == Code::token_expired) return invitation.plan.expires < std::chrono::hours{1};
    if (result.code != Code::token_used) return false;
    std::uint64_t made = 0;
    std::uint64_t of_peer = 0;
    for (const auto& tally : home.tallies) {
        if (tally.side != "listener" || tally.token != invitation.token_hash) continue;
        ++made;
        of_peer += tally.peer == dialer.node->peer().to_text() ? 1 : 0;
    }
    const auto& planned = invitation.plan;
    return (planned.uses && made >= *planned.uses) || (planned.per_peer && of_peer >= *planned.per_peer);
}

void Scene::judge_outcomes() {
    for (const auto& dialer : dialers_) {
        if (dialer.is_done()) {
            const auto& tally = dialer.joining->result->tally;
            const auto own = view_home(*world.disk, dialer.node->home().string(), Depth::tallies);
            const bool is_recorded = tally && std::ranges::find(own.tallies, tally->tally_id,
                                                                &HomeView::Tally::tally_id) != own.tallies.end();
            if (!is_recorded)
                report.add("done_is_recorded", fmt::format("{} is done and has no tally", dialer.node->name()));
        }
        if (dialer.is_absent || dialer.is_done()) continue;
        if (!dialer.joining || !dialer.joining->result) continue; // told already
        const auto& result = *dialer.joining->result;
        const auto home = view_home(*world.disk, invitations[dialer.invitation].home, Depth::tallies);
        if (is_refused_rightly(dialer, result, home)) continue;
        report.add("honest_is_served",
                   fmt::format("{} has {} {}: {}", dialer.node->name(), protocol::to_text(result.outcome),
                               result.code ? to_text(*result.code) : "", result.reason));
    }
    for (const auto& dialer : dialers_)
        ++witness.counts[dialer.is_done() ? "rare honest dialer served" : "rare honest dialer refused"];
}

// What protects a listener has forgotten the bad times.
void Scene::judge_guards() {
    const auto now = world.time.now;
    for (auto& role : listeners_) {
        auto& node = *role.node;
        if (!node.is_serving()) continue;
        auto& breakers = node.breakers();
        for (auto* breaker : {&breakers.store, &breakers.identity, &breakers.provisioner}) {
            const auto counts = breaker->counts(now);
            if (counts.transitions[1] > 0) ++witness.counts["rare breaker opened"];
            if (counts.transitions[2] > 0) ++witness.counts["rare breaker half open"];
            if (counts.transitions[0] > 0) ++witness.counts["rare breaker closed again"];
            if (counts.late > 0) ++witness.counts["rare late result of a lease"];
            if (counts.leases > 0)
                report.add("leases_end", fmt::format("{} holds {} leases", node.name(), counts.leases));
            if (breaker->refuses(now)) report.add("breaker_heals", fmt::format("{}: a breaker refuses", node.name()));
        }
        const auto counts = node.listener().counts();
        if (counts.streams + counts.waiting + counts.keys + counts.reserved + counts.seats > 0)
            report.add("permits_return",
                       fmt::format("{} holds {} streams, {} waits, {} keys, {} uses, {} seats", node.name(),
                                   counts.streams, counts.waiting, counts.keys, counts.reserved, counts.seats));
        if (node.guards().work.in_use() > 0)
            report.add("permits_return", fmt::format("{} has {} at work", node.name(), node.guards().work.in_use()));
    }
}

Facts Scene::facts() {
    Facts facts{plan, witness, invitations, {}, {}, {}, absences_, {}};
    std::set<std::string> seen;
    for (const auto& node : world.nodes) {
        const bool is_listener = listener_of(*node) != nullptr;
        const auto& party = node->settings.party_id;
        facts.people.push_back({node->peer(), node->home().string(), party.empty() ? node->peer().to_text() : party,
                                node->settings.cadre.front(), is_listener});
        auto& databases = facts.databases[node->home().string()];
        for (const auto& [tally_id, access] : node->databases()) databases.insert(tally_id);
        if (seen.insert(node->home().string()).second)
            facts.homes.push_back(view_home(*world.disk, node->home().string()));
    }
    for (const auto& [node, since] : gone_since_) facts.absences[node->peer()].emplace_back(since, world.time.now);
    for (const auto& path : world.disk->paths()) facts.files[path] = &world.disk->content(path);
    return facts;
}

void Scene::judge() {
    const auto all = facts();
    check_tallies(all, report);
    check_answers(all, report);
    check_sessions(all, report);
    check_trails(all, report);
    check_sums(all, report);
    check_secrecy(all, report);
    check_times(all, report);
    count_rare(all);
    const auto& disk = world.disk->counts();
    const auto count = [&](std::string_view name, std::uint64_t times) {
        if (times > 0) witness.counts[std::string{name}] += times;
    };
    count("rare write lost at a cut of power", disk.lost);
    count("rare write kept that was not flushed", disk.kept);
    count("rare write torn", disk.torn);
    count("rare write on a full disk", disk.full);
    count("rare error of the disk", disk.errors);
    count("rare death between two operations", disk.deaths);
    count("rare log copied back", disk.copied_back);
}

void count_rare(const Facts&) {}

} // namespace taleus::simulator
