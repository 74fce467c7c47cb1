#pragma once
// An event loop on a thread of its own, and the way into it from others. Owned by a listener's or dialer's core.

#include "async/clock.hpp"
#include "async/task_group.hpp"
#include "base/ensure.hpp"
#include "base/result.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace taleus::library {

inline constexpr Duration call_time_max = std::chrono::seconds{5}; // of a question from another thread

class Loop {
public:
    Loop() : thread_{[this] { context_.run(); }} {}
    ~Loop() { end(); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    async::Executor executor() { return context_.get_executor(); }
    async::Clock& clock() { return clock_; } // on the loop; `now` and `utc` from any thread
    async::TaskGroup& tasks() { return tasks_; }

    // From another thread: what `start() -> awaitable<Result<T>>` gives as a task of the loop. `timeout` when it takes
    // longer than `at_most`: it goes on all the same. What it throws is thrown here. Not while the loop ends.
    template <class Start> auto ask(Start start, std::optional<Duration> at_most = call_time_max) {
        using Answer = typename std::invoke_result_t<Start&>::value_type;
        if (std::this_thread::get_id() == thread_.get_id())
            return Answer{fail(Code::internal, "called from the library's event loop, which would wait for itself")};
        auto promise = std::make_shared<std::promise<Answer>>();
        auto answer = promise->get_future();
        boost::asio::post(context_, [this, promise, start = std::move(start)]() mutable {
            tasks_.spawn([&](async::Limit&) { return deliver<Answer>(promise, std::move(start)); });
        });
        if (at_most && answer.wait_for(*at_most) != std::future_status::ready)
            return Answer{fail(Code::timeout, "the event loop or the store did not answer in time")};
        return answer.get();
    }
    // From another thread: runs `start() -> awaitable<void>` as a task of the loop to its end, however long it takes.
    template <class Start> void finish(Start start) {
        auto done = std::make_shared<std::promise<void>>();
        const auto end = done->get_future();
        boost::asio::post(context_, [this, done, start = std::move(start)]() mutable {
            tasks_.spawn([&](async::Limit&) { return tell(done, std::move(start)); });
        });
        end.wait();
    }
    // Runs `work` on the loop, some time before the loop ends.
    template <class Work> void post(Work work) { boost::asio::post(context_, std::move(work)); }

    // Returns when its tasks have ended, which are asked to, and with them its thread. What is still posted afterwards
    // is never run.
    void end() {
        if (!thread_.joinable()) return;
        boost::asio::post(context_, [this] {
            tasks_.stop();
            work_.reset();
        });
        thread_.join();
        ensure(tasks_.size() == 0, "an event loop ended before its tasks");
    }

private:
    template <class Start> static async::awaitable<void> tell(std::shared_ptr<std::promise<void>> done, Start start) {
        auto work = start();
        co_await std::move(work);
        done->set_value();
    }
    template <class Answer, class Start>
    static async::awaitable<void> deliver(std::shared_ptr<std::promise<Answer>> promise, Start start) {
        try {
            auto work = start();
            promise->set_value(co_await std::move(work));
        } catch (...) {
            promise->set_exception(std::current_exception());
        }
    }

    boost::asio::io_context context_{1};
    async::SystemClock clock_{context_};
    async::TaskGroup tasks_{context_.get_executor(), clock_};
    boost::asio::executor_work_guard<async::Executor> work_{context_.get_executor()};
    std::thread thread_;
};

} // namespace taleus::library
