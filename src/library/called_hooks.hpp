#pragma once
// The application's hooks as the session layer asks them. One event loop's thread.

#include "library/questions.hpp"
#include "ports/identity_hook.hpp"
#include "ports/provisioner.hpp"
#include "ports/token_hook.hpp"
#include "protocol/store_key.hpp"

#include <taleus/hooks.hpp>

#include <memory>

namespace taleus::library {

class CalledTokens final : public ports::TokenHook {
public:
    CalledTokens(Questions& questions, std::shared_ptr<TokenSource> hook)
        : questions_{questions}, hook_{std::move(hook)} {}
    async::awaitable<Result<std::optional<protocol::Invitation>>> find(std::string token, UtcTime now,
                                                                       ports::Call call) override;

private:
    Questions& questions_;
    std::shared_ptr<TokenSource> hook_;
};

class CalledIdentity final : public ports::IdentityHook {
public:
    CalledIdentity(Questions& questions, std::shared_ptr<IdentityCheck> hook)
        : questions_{questions}, hook_{std::move(hook)} {}
    async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact contact, wire::PeerId peer,
                                                               ports::Call call) override;

private:
    Questions& questions_;
    std::shared_ptr<IdentityCheck> hook_;
};

class CalledProvisioner final : public ports::Provisioner {
public:
    CalledProvisioner(Questions& questions, std::shared_ptr<taleus::Provisioner> hook, protocol::StoreKey store_key)
        : questions_{questions}, hook_{std::move(hook)}, store_key_{std::move(store_key)} {}
    async::awaitable<Result<ports::MadeDatabase>> provision(ports::Intent intent, ports::Call call) override;
    async::awaitable<Result<void>> remove(ports::Intent intent, ports::Call call) override;

private:
    Questions& questions_;
    std::shared_ptr<taleus::Provisioner> hook_;
    const protocol::StoreKey store_key_;
};

} // namespace taleus::library
