#pragma once
// A hook behind HTTP/1.1: one POST a call on a connection of its own. Redirects are not followed; only 200 with a JSON
// object counts. The call's idempotency key, where it has one, is also its `Idempotency-Key`.

#include "ports/hook.hpp"

#include "hooks/hook_target.hpp"

namespace taleus::hooks {

class HttpHook final : public ports::Hook {
public:
    explicit HttpHook(HttpTarget target) : target_{std::move(target)} {}
    async::awaitable<Result<boost::json::object>> ask(boost::json::object request) override;

private:
    const HttpTarget target_;
};

} // namespace taleus::hooks
