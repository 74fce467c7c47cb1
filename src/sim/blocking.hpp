#pragma once
// Runs an awaitable that threads of its own answer (a real store) to its end, at once: in simulated time it takes none.

#include "async/awaitable.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace taleus::sim {

template <class T> T finish_now(async::awaitable<T> work) {
    // One loop for ever: the thread that answers may still be on its way out of it.
    static auto& context = *new async::asio::io_context{1};
    std::optional<T> result;
    async::asio::co_spawn(context, std::move(work), [&](const std::exception_ptr& failed, T value) {
        if (failed) std::rethrow_exception(failed);
        result.emplace(std::move(value));
    });
    context.restart();
    context.run();
    return std::move(result.value());
}

} // namespace taleus::sim
