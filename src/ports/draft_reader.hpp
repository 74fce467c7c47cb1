#pragma once
// Reads a draft back out of the database in which it is said to be, by the login that the partner gave. One shard's
// thread; cancellable by the task's limit.

#include "async/awaitable.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "wire/messages.hpp"

#include <optional>
#include <string>

namespace taleus::ports {

class DraftReader {
public:
    virtual ~DraftReader() = default;
    // The draft's JSON text; nullopt: an endpoint that this one does not dial, by its kind or by the rules for
    // endpoints. `invalid_database` when the database is there and holds no such draft, `dependency_unavailable` when
    // it cannot be reached or lets nobody in. `access` is a partner's text.
    virtual async::awaitable<Result<std::optional<std::string>>> read(wire::DatabaseAccess access, Secret secret,
                                                                      std::string tally_id) = 0;
};

} // namespace taleus::ports
