#pragma once
// Runs an awaitable that threads of its own answer (a real store) to its end, at once: in simulated time it takes none.

#include "async/awaitable.hpp"
#include "base/ensure.hpp"
#include "sim/failed_flush.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace taleus::sim {

// nullopt: the thread that was to answer stopped at a failed flush, and the awaitable stays half done.
template <class T> std::optional<T> finish_unless_stopped(async::awaitable<T> work) {
    // One loop for ever: the thread that answers may still be on its way out of it.
    static auto& context = *new async::asio::io_context{1};
    auto result = std::make_shared<std::optional<T>>();
    async::asio::co_spawn(context, std::move(work), [result](const std::exception_ptr& failed, T value) {
        if (failed) std::rethrow_exception(failed);
        result->emplace(std::move(value));
    });
    StoppedThread::wait_in(context);
    context.restart();
    while (!*result) {
        if (StoppedThread::take()) return std::nullopt;
        ensure(context.run_one() > 0, "somebody answers");
    }
    return std::move(*result);
}

template <class T> T finish_now(async::awaitable<T> work) {
    return std::move(finish_unless_stopped(std::move(work)).value());
}

} // namespace taleus::sim
