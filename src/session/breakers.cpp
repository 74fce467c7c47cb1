#include "session/breakers.hpp"

#include "session/partner_access.hpp"

namespace taleus::session {

async::awaitable<Result<ports::MadeDatabase>> GuardedProvisioner::checked(ports::Intent intent, ports::Call call) {
    auto making = provision_usably(real_, std::move(intent), call);
    co_return co_await std::move(making);
}

} // namespace taleus::session
