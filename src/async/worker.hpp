#pragma once
// A bounded queue to a thread of its own, for calls that block (SQLite, files). Results come back as values to the
// shard that asked. Thread-safe to submit to; `run` must be awaited on a shard's executor.

#include "async/one_shot.hpp"
#include "base/result.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace taleus::async {

class Worker {
public:
    using Job = std::move_only_function<void()>;

    // `queue_max` jobs may wait; one more is refused. `threads` run jobs side by side; without one, `submit` runs the
    // job itself, for a world of one thread. Throws std::system_error where there is no thread to be had.
    explicit Worker(std::size_t queue_max, std::size_t threads = 1);
    ~Worker(); // runs what is queued, then ends the threads
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // False when the queue is full.
    bool submit(Job job);

    // Runs `call() -> Result<T>` on the worker. `overloaded` when the queue is full. When the awaiting task is
    // interrupted the call still runs and its result is dropped: calls must be safe to lose sight of.
    template <class Call> auto run(Call call) -> awaitable<std::invoke_result_t<Call&>> {
        using Outcome = std::invoke_result_t<Call&>;
        const auto executor = co_await asio::this_coro::executor;
        const auto shot = std::make_shared<OneShot<Outcome>>(executor);
        // The loop stays until the answer is back. The guard goes back with the answer and ends on the loop's thread:
        // ended here it could be the last work there is and stop the loop, late, in the middle of its next run.
        auto guard = asio::make_work_guard(executor);
        auto job = [shot = shot, guard = std::move(guard), call = std::move(call), executor]() mutable {
            auto outcome = call();
            asio::post(executor, [shot = std::move(shot), guard = std::move(guard),
                                  outcome = std::move(outcome)]() mutable { shot->set(std::move(outcome)); });
        };
        auto waiting = shot->wait();
        if (!submit(std::move(job))) co_return Outcome{fail(Code::overloaded, "the worker's queue is full")};
        co_return co_await std::move(waiting);
    }

private:
    void serve();
    void end();

    const std::size_t queue_max_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Job> queue_;
    bool ending_ = false;
    const bool has_threads_;
    std::vector<std::jthread> threads_; // last: they use what is above
};

} // namespace taleus::async
