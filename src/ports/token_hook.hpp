#pragma once
// Knows tokens that this program did not make, where they come from outside (`tokens = "external"`). One shard's
// thread; cancellable by the task's limit.

#include "async/awaitable.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"
#include "ports/call.hpp"
#include "protocol/token.hpp"

#include <optional>
#include <string>

namespace taleus::ports {

class TokenHook {
public:
    virtual ~TokenHook() = default;
    // The invitation that this token is; nullopt: unknown. It is asked once and then stands in the journal, which
    // counts its uses. `dependency_unavailable` when there is no sensible answer.
    virtual async::awaitable<Result<std::optional<protocol::Invitation>>> find(std::string token, UtcTime now,
                                                                               ports::Call call) = 0;
};

} // namespace taleus::ports
