#pragma once
// Makes the databases in which tallies live. Idempotent by instance: the same intent makes the same database, however
// often and by whichever process it is asked.

#include "async/awaitable.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "ports/call.hpp"
#include "ports/journal.hpp"
#include "wire/messages.hpp"

#include <string>

namespace taleus::ports {

// A tally's database that is there, and how each party logs in. Where a database has no logins the secrets are empty.
struct MadeDatabase {
    wire::DatabaseAccess access; // as the partner is told: `credentials_ref` is its login
    Secret partner_secret;       // of that login; text
    std::string own_login;
    Secret own_secret;
};

class Provisioner {
public:
    virtual ~Provisioner() = default;
    // Makes the database and writes the draft tally into it. `provisioning_failed` when it cannot be made,
    // `dependency_unavailable` when it may work later. The task's limit cancels the waiting; the database may then
    // exist all the same and is found again under its instance.
    virtual awaitable<Result<MadeDatabase>> provision(Intent intent, Call call) = 0;
    // Removes what `provision` made of it, if anything; likewise cancelled by the task's limit.
    virtual awaitable<Result<void>> remove(Intent intent, Call call) = 0;
};

} // namespace taleus::ports
