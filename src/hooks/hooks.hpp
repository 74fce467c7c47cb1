#pragma once
// The questions that this program has for hooks, as calls of one (docs/provisioning.md has their JSON). One shard's
// thread; the hook outlives them.

#include "base/instant.hpp"
#include "ports/hook.hpp"
#include "protocol/token.hpp"
#include "wire/messages.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "hooks/hook_target.hpp"

namespace taleus::hooks {

std::unique_ptr<ports::Hook> make_hook(const HookTarget& target);

class ExternalIdentity {
public:
    explicit ExternalIdentity(std::unique_ptr<ports::Hook> hook) : hook_{std::move(hook)} {}
    // nullopt: accepted. A text: refused, and why. `allowed` is how long a session waits: told to the hook, enforced by
    // who asks.
    async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact contact, std::string peer,
                                                               Duration allowed);

private:
    const std::unique_ptr<ports::Hook> hook_;
};

class ExternalTokens {
public:
    explicit ExternalTokens(std::unique_ptr<ports::Hook> hook) : hook_{std::move(hook)} {}
    // The invitation that this token is, without the token itself and when it was made; nullopt: unknown.
    async::awaitable<Result<std::optional<protocol::Invitation>>> find(std::string token, Duration allowed);

private:
    const std::unique_ptr<ports::Hook> hook_;
};

} // namespace taleus::hooks
