#pragma once
// The questions that this program has for hooks, as calls of one (docs/provisioning.md has their JSON). One shard's
// thread; the hook outlives them.

#include "ports/hook.hpp"
#include "ports/identity_hook.hpp"
#include "ports/token_hook.hpp"

#include <memory>

#include "hooks/hook_target.hpp"

namespace taleus::hooks {

std::unique_ptr<ports::Hook> make_hook(const HookTarget& target);

class ExternalIdentity final : public ports::IdentityHook {
public:
    // `allowed` is how long a session waits: told to the hook, enforced by the session.
    ExternalIdentity(std::unique_ptr<ports::Hook> hook, Duration allowed) : hook_{std::move(hook)}, allowed_{allowed} {}
    async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact contact, wire::PeerId peer,
                                                               ports::Call call) override;

private:
    const std::unique_ptr<ports::Hook> hook_;
    const Duration allowed_;
};

class ExternalTokens final : public ports::TokenHook {
public:
    ExternalTokens(std::unique_ptr<ports::Hook> hook, Duration allowed) : hook_{std::move(hook)}, allowed_{allowed} {}
    async::awaitable<Result<std::optional<protocol::Invitation>>> find(std::string token, UtcTime now,
                                                                       ports::Call call) override;

private:
    const std::unique_ptr<ports::Hook> hook_;
    const Duration allowed_;
};

} // namespace taleus::hooks
