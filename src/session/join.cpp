#include "session/join.hpp"

#include "session/join_session.hpp"

#include <utility>

namespace taleus::session {

async::awaitable<JoinResult> join(JoinWorld& world, JoinRequest request, async::Limit& limit) {
    const auto settings = world.settings; // pinned
    JoinSession session{world, std::move(request), limit};
    co_return co_await session.run();
}

} // namespace taleus::session
