#pragma once
// A world, drawn from one seed before anything happens in it: who is there, what they want, what goes wrong and when.
// A part can be left out of a plan and the rest stays as it was drawn, which is how a failure is made smaller.

#include "base/instant.hpp"
#include "protocol/token.hpp"
#include "simulator/fault.hpp"
#include "wire/messages.hpp"

#include <bitset>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace taleus::simulator {

// What is left out of what the seed draws.
struct Reduction {
    std::set<Fault> faults{};
    std::set<std::size_t> events{};
    std::set<std::size_t> dialers{};

    std::string options() const; // as the command line takes them: " --without … --drop … --absent …"
};

struct PlannedListener {
    std::size_t home = 0; // listeners of one home are sisters
    bool has_tight_limits = false;
    bool has_logins = false;
};
struct PlannedInvitation {
    std::size_t home = 0;
    wire::Role role = wire::Role::stock;
    std::optional<std::uint64_t> uses;
    std::optional<std::uint64_t> per_peer;
    protocol::Requirement requirement = protocol::Requirement::any;
    Duration expires{};
};
struct PlannedDialer {
    std::size_t invitation = 0;
    bool is_absent = false;
    bool has_logins = false;
    Duration begins{};
};
struct Event {
    Duration at{};
    Fault fault = Fault::cut;
    std::uint64_t who = 0; // and how: drawn, to be taken modulo what there is
    std::uint64_t how = 0;
    Duration length{};
};

struct Plan {
    std::uint64_t seed = 0;
    std::bitset<fault_count> faults; // that are on
    std::vector<PlannedListener> listeners;
    std::vector<PlannedInvitation> invitations;
    std::vector<PlannedDialer> dialers;
    std::vector<Event> events;        // in order of time
    std::vector<std::size_t> numbers; // of the events, as they were drawn
    Duration length{};                // until all faults end
    std::optional<int> log_pages;     // of a store, copied back at so many; none: as in production, which no world sees

    bool has(Fault fault) const { return faults.test(static_cast<std::size_t>(fault)); }
    std::string text() const; // for people
};

Plan draw(std::uint64_t seed, const Reduction& left_out = {});

} // namespace taleus::simulator
