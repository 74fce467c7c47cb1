#pragma once
// What a process that died left behind, brought back to states that have a continuation.

#include "base/instant.hpp"
#include "ports/journal.hpp"
#include "store/database.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace taleus::store {

struct Recovered {
    std::size_t interrupted = 0; // ended FAILED, their uses given back
    std::size_t completed = 0;   // their tally was recorded: DONE, not known to be delivered
    std::size_t waiting = 0;     // foil sessions that await their database
};

// Listener's sessions of this node's earlier boots, and only when no process of it serves: dialers take up their own.
// Epochs rise, so that a process thought dead writes nothing any more.
Recovered recover_sessions(Database& database, UtcTime now);
// The same for the sessions of other nodes that gave no sign of life since; from now on they are this node's.
Recovered take_over_sessions(Database& database, UtcTime now, UtcTime alive_since);

// Instances that no session completed are removed after a time to live, in two durable steps around the removal itself:
// claimed (from then on no session adopts it, and its key is not provisioned), and forgotten. What was claimed and not
// forgotten is claimed again when no round of whoever claimed it can be under way with it, after
// `ports::time_of_claim(now - older_than)`; where no node serves, so that no round is longer than that of a `join`,
// after the least such time; and at once if it was handed back.
std::vector<ports::Intent> claim_stale_instances(Database& database, UtcTime older_than, UtcTime now,
                                                 std::size_t limit);
void forget_instance(Database& database, const InstanceId& instance, const ports::AuditRecord& audit);
void hand_back_instances(Database& database, const std::vector<InstanceId>& instances, UtcTime at);

} // namespace taleus::store
