#pragma once
// Tally databases made by the application's own code, behind a hook (docs/provisioning.md). It is told the instance as
// idempotency key. One shard's thread.

#include "base/instant.hpp"
#include "ports/hook.hpp"
#include "provision/order.hpp"

#include <memory>
#include <utility>

namespace taleus::provision {

class ExternalProvisioner {
public:
    explicit ExternalProvisioner(std::unique_ptr<ports::Hook> hook) : hook_{std::move(hook)} {}

    // `allowed` is how long a session waits: told to the hook, enforced by who asks. Errors as of ports::Provisioner.
    async::awaitable<Result<Made>> provision(Order order, Duration allowed);
    async::awaitable<Result<void>> remove(Order order, Duration allowed);

private:
    const std::unique_ptr<ports::Hook> hook_;
};

} // namespace taleus::provision
