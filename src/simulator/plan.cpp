#include "simulator/plan.hpp"

#include "base/random.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace taleus::simulator {
namespace {

// In the order of `Fault`.
constexpr std::array<std::string_view, fault_count> fault_texts{"slow_network",
                                                                "refused_dial",
                                                                "hanging_dial",
                                                                "lost_connection",
                                                                "silent_message",
                                                                "cut",
                                                                "silence",
                                                                "held_packets",
                                                                "partition",
                                                                "crash_of_listener",
                                                                "crash_of_dialer",
                                                                "power_cut",
                                                                "pause",
                                                                "restart",
                                                                "clock_jump",
                                                                "clock_drift",
                                                                "slow_provisioner",
                                                                "late_provisioner",
                                                                "failing_provisioner",
                                                                "absent_provisioner",
                                                                "hanging_provisioner",
                                                                "overrunning_provisioner",
                                                                "throwing_provisioner",
                                                                "senseless_provisioner",
                                                                "slow_hook",
                                                                "failing_hook",
                                                                "hanging_hook",
                                                                "overrunning_hook",
                                                                "throwing_hook",
                                                                "slow_store",
                                                                "stuck_store",
                                                                "failing_store",
                                                                "unknown_commit",
                                                                "full_disk",
                                                                "write_error",
                                                                "read_error",
                                                                "failed_flush",
                                                                "death_in_write",
                                                                "wrong_token",
                                                                "stolen_token",
                                                                "false_identity",
                                                                "malformed_message",
                                                                "unfinished_message",
                                                                "slow_message",
                                                                "early_leaver",
                                                                "greedy_reader",
                                                                "late_reader",
                                                                "repeated_contact",
                                                                "foreign_database",
                                                                "repeated_database",
                                                                "other_database",
                                                                "revocation",
                                                                "lost_opening",
                                                                "hanging_opening",
                                                                "impatience",
                                                                "interruption",
                                                                "reload"};

// Worlds in which what came later may happen; the others are to the byte what they were before it, which seeds that are
// kept rely on.
constexpr std::uint64_t later_in = 5;
constexpr std::size_t fault_count_before = static_cast<std::size_t>(Fault::revocation) + 1;
constexpr std::uint64_t short_logs_in = 10;

using std::chrono::milliseconds;
using std::chrono::seconds;

bool one_in(Random& random, std::uint64_t many) { return random.below(many) == 0; }

void draw_people(Plan& plan, Random& random) {
    const auto homes = one_in(random, 4) ? 2U : 1U;
    for (std::size_t home = 0; home < homes; ++home) {
        const auto sisters = one_in(random, 3) ? 2U : 1U;
        const bool is_tight = one_in(random, 8);
        const bool has_logins = one_in(random, 3);
        for (std::size_t i = 0; i < sisters; ++i) plan.listeners.push_back({home, is_tight, has_logins});
    }
    const auto invitations = 1 + random.below(3);
    for (std::size_t i = 0; i < invitations; ++i) {
        PlannedInvitation invitation;
        invitation.home = random.below(homes);
        invitation.role = one_in(random, 2) ? wire::Role::foil : wire::Role::stock;
        const auto uses = random.below(4);
        if (uses > 0) invitation.uses = uses;
        if (one_in(random, 5)) invitation.per_peer = 1;
        invitation.requirement = static_cast<protocol::Requirement>(random.below(4));
        invitation.expires = one_in(random, 6) ? Duration{seconds{5 + random.below(40)}} : std::chrono::hours{24 * 30};
        plan.invitations.push_back(invitation);
    }
    const auto dialers = 1 + random.below(3);
    for (std::size_t i = 0; i < dialers; ++i)
        plan.dialers.push_back({random.below(invitations), false, one_in(random, 3),
                                milliseconds{random.below(one_in(random, 2) ? 100 : 4000)}});
}

// Most while somebody's session is under way, which takes some milliseconds when all is well.
Duration drawn_moment(const Plan& plan, Random& random) {
    const auto& dialer = plan.dialers.at(random.below(plan.dialers.size()));
    switch (random.below(4)) {
    case 0: return milliseconds{random.below(static_cast<std::uint64_t>(plan.length / milliseconds{1}))};
    case 1: return dialer.begins + milliseconds{random.below(1500)};
    case 2: return dialer.begins + std::chrono::microseconds{random.below(60'000)};
    default: return dialer.begins + std::chrono::microseconds{random.below(12'000)};
    }
}

Event drawn_event(const Plan& plan, Random& random, const std::vector<Fault>& on) {
    Event event;
    event.at = drawn_moment(plan, random);
    event.fault = on.at(random.below(on.size()));
    event.who = random.below(1'000'000);
    event.how = random.below(1'000'000);
    event.length = milliseconds{random.below(one_in(random, 3) ? 20'000 : 3'000)};
    return event;
}

void draw_events(Plan& plan, Random& random) {
    std::vector<Fault> on;
    const auto share = 1 + random.below(4); // of the classes, in fifths: some worlds see few, some most
    for (std::size_t i = 0; i < fault_count_before; ++i)
        if (random.below(5) < share) {
            plan.faults.set(i);
            on.push_back(static_cast<Fault>(i));
        }
    plan.length = seconds{5 + random.below(25)};
    const auto count = on.empty() ? 0 : 4 + random.below(20);
    for (std::size_t i = 0; i < count; ++i) plan.events.push_back(drawn_event(plan, random, on));
}

// Settings are changed while a session is at something that takes its time.
Event delay_beside(Event event, Random& random) {
    constexpr std::array delays{Fault::hanging_provisioner, Fault::slow_provisioner, Fault::hanging_hook,
                                Fault::slow_hook};
    event.fault = delays.at(random.below(delays.size()));
    event.at = std::max(Duration{}, event.at - milliseconds{random.below(500)});
    return event;
}

void draw_later_events(Plan& plan) {
    if (plan.seed % later_in != 1) return;
    SeededRandom random{plan.seed ^ 0xc2b2'ae3d'27d4'eb4fULL};
    std::vector<Fault> on;
    for (std::size_t i = fault_count_before; i < fault_count; ++i)
        if (one_in(random, 2)) {
            plan.faults.set(i);
            on.push_back(static_cast<Fault>(i));
        }
    const auto count = on.empty() ? 0 : 4 + random.below(12);
    for (std::size_t i = 0; i < count; ++i) {
        auto event = drawn_event(plan, random, on);
        if (event.fault == Fault::impatience) event.at = {}; // from the first join on
        plan.events.push_back(event);
        if (event.fault != Fault::reload) continue;
        plan.events.push_back(delay_beside(event, random));
        plan.faults.set(static_cast<std::size_t>(plan.events.back().fault));
    }
}

void draw_log(Plan& plan) {
    if (plan.seed % short_logs_in != 3) return;
    SeededRandom random{plan.seed ^ 0x1656'67b1'9e37'79f9ULL};
    plan.log_pages = static_cast<int>(4 + random.below(60));
}

} // namespace

std::string_view to_text(Fault fault) { return fault_texts.at(static_cast<std::size_t>(fault)); }

std::optional<Fault> fault_from_text(std::string_view text) {
    const auto found = std::ranges::find(fault_texts, text);
    if (found == fault_texts.end()) return std::nullopt;
    return static_cast<Fault>(found - fault_texts.begin());
}

std::string Reduction::options() const {
    std::string text;
    if (!faults.empty()) {
        std::vector<std::string_view> names;
        for (const auto fault : faults) names.push_back(to_text(fault));
        text += fmt::format(" --without {}", fmt::join(names, ","));
    }
    if (!events.empty()) text += fmt::format(" --drop {}", fmt::join(events, ","));
    if (!dialers.empty()) text += fmt::format(" --absent {}", fmt::join(dialers, ","));
    return text;
}

Plan draw(std::uint64_t seed, const Reduction& left_out) {
    Plan plan;
    plan.seed = seed;
    SeededRandom random{seed ^ 0x9e37'79b9'7f4a'7c15ULL};
    draw_people(plan, random);
    draw_events(plan, random);
    draw_later_events(plan);
    draw_log(plan);
    for (const auto absent : left_out.dialers)
        if (absent < plan.dialers.size()) plan.dialers[absent].is_absent = true;
    for (const auto fault : left_out.faults) plan.faults.reset(static_cast<std::size_t>(fault));
    for (std::size_t i = 0; i < plan.events.size(); ++i) plan.numbers.push_back(i);
    std::erase_if(plan.numbers, [&](std::size_t at) {
        return left_out.events.contains(at) || left_out.faults.contains(plan.events[at].fault);
    });
    std::ranges::sort(plan.numbers, {}, [&](std::size_t at) { return std::pair{plan.events[at].at, at}; });
    return plan;
}

std::string Plan::text() const {
    auto text = fmt::format("seed {}: {} listeners, {} dialers, faults until {} ms\n", seed, listeners.size(),
                            dialers.size(), length / milliseconds{1});
    if (log_pages) text += fmt::format("  logs are copied back at {} pages\n", *log_pages);
    for (std::size_t i = 0; i < listeners.size(); ++i)
        text += fmt::format("  listener {} of home {}{}{}\n", i, listeners[i].home,
                            listeners[i].has_tight_limits ? ", tight limits" : "",
                            listeners[i].has_logins ? ", logins" : "");
    for (std::size_t i = 0; i < invitations.size(); ++i) {
        const auto& one = invitations[i];
        text += fmt::format("  invitation {} of home {}: {}, uses {}, a peer {}, {}, expires after {} s\n", i, one.home,
                            wire::to_text(one.role), one.uses ? std::to_string(*one.uses) : "any",
                            one.per_peer ? std::to_string(*one.per_peer) : "any", protocol::to_text(one.requirement),
                            one.expires / seconds{1});
    }
    for (std::size_t i = 0; i < dialers.size(); ++i)
        text += fmt::format("  dialer {} with invitation {}{}\n", i, dialers[i].invitation,
                            dialers[i].is_absent ? ", absent" : "");
    for (const auto number : numbers) {
        const auto& event = events[number];
        text += fmt::format("  event {} at {} ms: {} (who {}, how {}, {} ms)\n", number, event.at / milliseconds{1},
                            to_text(event.fault), event.who, event.how, event.length / milliseconds{1});
    }
    return text;
}

} // namespace taleus::simulator
