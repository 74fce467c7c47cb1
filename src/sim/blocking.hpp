#pragma once
// Runs an awaitable that the thread itself answers (a real store without threads) to its end, at once: in simulated
// time it takes none.

#include "async/awaitable.hpp"
#include "base/ensure.hpp"
#include "sim/failed_flush.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace taleus::sim {

// nullopt: the process that asked is to stop at a failed flush, and nothing is known of what it asked.
template <class T> std::optional<T> finish_unless_stopped(async::awaitable<T> work) {
    static async::asio::io_context context{1};
    context.restart();
    std::optional<T> result;
    async::asio::co_spawn(context, std::move(work), [&result](const std::exception_ptr& failed, T value) {
        if (failed) std::rethrow_exception(failed);
        result.emplace(std::move(value));
    });
    try {
        context.run();
    } catch (const StoppedAtFlush&) {
        return std::nullopt;
    }
    ensure(result.has_value(), "a store without threads answers at once");
    return result;
}

template <class T> T finish_now(async::awaitable<T> work) {
    return std::move(finish_unless_stopped(std::move(work)).value());
}

} // namespace taleus::sim
