#pragma once
// A command's event loop: one thread, one clock, tasks that are owned. Short commands `run` one awaitable to its end;
// others also listen to signals.

#include "async/clock.hpp"
#include "async/task_group.hpp"
#include "base/ensure.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace taleus::app {

using Signals = std::shared_ptr<boost::asio::signal_set>;

// A signal whose turn on the loop had come already when the set was destroyed is told without an error all the same.
inline void wait_for_signal(const Signals& signals, std::function<void()> action) {
    signals->async_wait([weak = std::weak_ptr{signals}, action = std::move(action)](auto error, int) {
        if (error || weak.expired()) return;
        action();
        if (const auto still = weak.lock()) wait_for_signal(still, action);
    });
}

// Calls `action` on that loop at each SIGINT or SIGTERM until the returned set, which nobody else owns, is destroyed or
// cancelled. Who stops reading what we print does not end us either.
inline Signals on_signal(async::Executor loop, std::function<void()> action) {
    std::signal(SIGPIPE, SIG_IGN); // NOLINT(cert-err33-c): of a signal that exists
    auto signals = std::make_shared<boost::asio::signal_set>(loop, SIGINT, SIGTERM);
    wait_for_signal(signals, std::move(action));
    return signals;
}
inline Signals on_hangup(async::Executor loop, std::function<void()> action) {
    auto signals = std::make_shared<boost::asio::signal_set>(loop, SIGHUP);
    wait_for_signal(signals, std::move(action));
    return signals;
}

class Engine {
public:
    async::Executor executor() { return context_.get_executor(); }
    async::Clock& clock() { return clock_; }
    async::TaskGroup& tasks() { return tasks_; }

    // Runs the loop until `work` has ended and gives its result. Not from within the loop.
    template <class T> T run(async::awaitable<T> work) {
        std::optional<T> result;
        tasks_.spawn([&](async::Limit&) { return keep(context_, std::move(work), result); });
        run_until_stopped();
        ensure(result.has_value(), "the loop ended before the work that it was run for");
        return std::move(*result);
    }

    void run(async::awaitable<void> work) {
        tasks_.spawn([&](async::Limit&) { return keep(context_, std::move(work)); });
        run_until_stopped();
    }

    // For commands that run until something else ends them: runs the loop until `stop`.
    void run_until_stopped() {
        context_.restart();
        context_.run();
        context_.restart();
        context_.poll(); // tasks that have ended are put away
    }
    void stop() { context_.stop(); }

    Signals on_signal(std::function<void()> action) { return app::on_signal(executor(), std::move(action)); }

private:
    template <class T>
    static async::awaitable<void> keep(boost::asio::io_context& context, async::awaitable<T> work,
                                       std::optional<T>& result) {
        result.emplace(co_await std::move(work));
        context.stop(); // whatever else is pending waits for the next `run`
    }
    static async::awaitable<void> keep(boost::asio::io_context& context, async::awaitable<void> work) {
        co_await std::move(work);
        context.stop();
    }

    boost::asio::io_context context_{1};
    async::SystemClock clock_{context_};
    async::TaskGroup tasks_{context_.get_executor(), clock_};
};

} // namespace taleus::app
