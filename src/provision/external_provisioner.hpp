#pragma once
// Tally databases made by the application's own code, behind a hook. It is told the instance as idempotency key and the
// passwords that this side made for the logins. The composition root owns it; the hook is its own.

#include "ports/hook.hpp"
#include "ports/provisioner.hpp"
#include "protocol/store_key.hpp"

#include <memory>

namespace taleus::provision {

class ExternalProvisioner final : public ports::Provisioner {
public:
    // `allowed` is how long a session waits: told to the hook, enforced by who asks.
    ExternalProvisioner(std::unique_ptr<ports::Hook> hook, protocol::StoreKey store_key, Duration allowed)
        : hook_{std::move(hook)}, store_key_{std::move(store_key)}, allowed_{allowed} {}

    async::awaitable<Result<ports::MadeDatabase>> provision(ports::Intent intent, ports::Call call) override;
    async::awaitable<Result<void>> remove(ports::Intent intent, ports::Call call) override;

private:
    const std::unique_ptr<ports::Hook> hook_;
    const protocol::StoreKey store_key_;
    const Duration allowed_;
};

} // namespace taleus::provision
