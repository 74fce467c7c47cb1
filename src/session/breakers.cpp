#include "session/breakers.hpp"

namespace taleus::session {

namespace {
constexpr std::size_t text_max = 2048;
}

async::awaitable<Result<ports::MadeDatabase>> GuardedProvisioner::checked(ports::Intent intent, ports::Call call) {
    auto making = real_.provision(std::move(intent), call);
    auto made = co_await std::move(making);
    const bool is_nonsense = made && (made->access.endpoint.empty() || made->access.endpoint.size() > text_max ||
                                      made->access.credentials_ref.size() > text_max);
    if (is_nonsense) co_return fail(Code::provisioning_failed, "the provisioner's answer names no usable database");
    co_return made;
}

} // namespace taleus::session
