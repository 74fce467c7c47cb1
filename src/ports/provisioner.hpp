#pragma once
// Makes the databases in which tallies live. Idempotent by instance: the same intent makes the same database, however
// often and by whichever process it is asked.

#include "async/awaitable.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "ports/journal.hpp"
#include "wire/messages.hpp"

namespace taleus::ports {

class Provisioner {
public:
    virtual ~Provisioner() = default;
    // Makes the database and writes the draft tally into it. `provisioning_failed` when it cannot be made,
    // `dependency_unavailable` when it may work later. The task's limit cancels the waiting; the database may then
    // exist all the same and is found again under its instance.
    virtual awaitable<Result<wire::DatabaseAccess>> provision(Intent intent) = 0;
    // Removes what `provision` made of it, if anything.
    virtual awaitable<Result<void>> remove(Intent intent) = 0;
};

} // namespace taleus::ports
