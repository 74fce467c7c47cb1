#include "simulator/run.hpp"

#include "simulator/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace taleus::simulator {
namespace {

constexpr std::uint64_t compared_in = 8;

constexpr std::array with_a_token{Fault::stolen_token,     Fault::false_identity,    Fault::slow_message,
                                  Fault::early_leaver,     Fault::greedy_reader,     Fault::late_reader,
                                  Fault::repeated_contact, Fault::repeated_database, Fault::other_database};
constexpr std::array without_one{Fault::wrong_token, Fault::malformed_message, Fault::unfinished_message,
                                 Fault::foreign_database};

bool holds(const auto& faults, Fault fault) { return std::ranges::find(faults, fault) != faults.end(); }

// Does anybody else have the invitation, or is it over some time?
bool is_shared(const Plan& plan, std::size_t dialer) {
    const auto number = plan.dialers[dialer].invitation;
    const auto is_of_it = [&](std::size_t other) { return plan.dialers[other].invitation == number; };
    for (std::size_t other = 0; other < plan.dialers.size(); ++other)
        if (other != dialer && is_of_it(other)) return true;
    const bool may_end = plan.invitations[number].expires < std::chrono::hours{1};
    return may_end || std::ranges::any_of(plan.numbers, [&](std::size_t at) {
               const auto& event = plan.events[at];
               return event.fault == Fault::revocation ||
                      (holds(with_a_token, event.fault) && is_of_it(event.who % plan.dialers.size()));
           });
}

std::vector<std::size_t> on_their_own(const Plan& plan) {
    std::vector<std::size_t> dialers;
    for (std::size_t i = 0; i < plan.dialers.size(); ++i)
        if (!plan.dialers[i].is_absent && !is_shared(plan, i)) dialers.push_back(i);
    return dialers;
}

// Nothing goes wrong but what strangers do, and then not even that.
void compare_without_strangers(const Plan& plan, Reduction left_out, Outcome& whole) {
    const auto dialers = on_their_own(plan);
    if (dialers.empty()) return;
    for (std::size_t i = 0; i < fault_count; ++i)
        if (const auto fault = static_cast<Fault>(i); !holds(with_a_token, fault) && !holds(without_one, fault))
            left_out.faults.insert(fault);
    const auto strange = draw(plan.seed, left_out);
    if (strange.numbers.empty()) return;
    left_out.faults.insert(with_a_token.begin(), with_a_token.end());
    left_out.faults.insert(without_one.begin(), without_one.end());
    const auto beside = run(strange);
    const auto alone = run(draw(plan.seed, left_out));
    for (const auto dialer : dialers) {
        ++whole.met["rare dialer compared"];
        if (beside.served[dialer] == alone.served[dialer]) continue;
        whole.violations.push_back({"isolation", fmt::format("dialer {} is {} beside strangers, and without them {}",
                                                             dialer, beside.served[dialer] ? "served" : "refused",
                                                             alone.served[dialer] ? "served" : "refused")});
    }
}

} // namespace

Outcome run(const Plan& plan) {
    Scene scene{plan};
    scene.play();
    const auto served = scene.served();
    scene.heal();
    scene.come_to_end();
    scene.judge();
    Outcome outcome{scene.report.violations, scene.witness.counts, 0, scene.world.time.now.time_since_epoch(), served};
    for (const auto& [number, talk] : scene.witness.talks) outcome.sessions += talk.arrived ? 1 : 0;
    return outcome;
}

Outcome run(std::uint64_t seed, const Reduction& left_out) {
    const auto plan = draw(seed, left_out);
    auto outcome = run(plan);
    if (seed % compared_in == 0) compare_without_strangers(plan, left_out, outcome);
    return outcome;
}

} // namespace taleus::simulator
