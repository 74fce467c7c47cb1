#pragma once
// Waiting for an instant of the shard's clock; the simulated clock wakes it too. Cancellable by the task's limit.

#include "async/clock.hpp"
#include "async/one_shot.hpp"

#include <variant>

namespace taleus::async {

inline awaitable<void> sleep_until(Clock& clock, Instant at) {
    OneShot<std::monostate> woken{co_await asio::this_coro::executor};
    Clock::Timer timer{clock, [&woken] { woken.set({}); }};
    timer.set(at);
    co_await woken.wait();
}

} // namespace taleus::async
