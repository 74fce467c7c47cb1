#pragma once
// Says whether a contact is who it claims to be, for invitations that require `external`: the application's verifier
// behind HTTP or an executable. One shard's thread; cancellable by the task's limit.

#include "async/awaitable.hpp"
#include "base/result.hpp"
#include "ports/call.hpp"
#include "wire/messages.hpp"
#include "wire/peer_id.hpp"

#include <optional>
#include <string>

namespace taleus::ports {

class IdentityHook {
public:
    virtual ~IdentityHook() = default;
    // nullopt: accepted. A text: refused, for our records; the partner is told `Invalid identity` and no more. An
    // error: the verifier did not answer sensibly (`dependency_unavailable`).
    virtual async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact contact, wire::PeerId peer,
                                                                       ports::Call call) = 0;
};

} // namespace taleus::ports
