#pragma once
// Work for another event loop, and its answer here.

#include "async/one_shot.hpp"
#include "async/task_group.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace taleus::async {

// What `start() -> awaitable<T>` gives as a task of `there`, whose event loop `loop` is another one. Interrupted here,
// the work goes on there and its answer is dropped. The group, and the loop that asks, outlive the work; the answer
// must be limited in time, since the other loop may stand still.
template <class Start> std::invoke_result_t<Start&> elsewhere(Executor loop, TaskGroup& there, Start start) {
    using Answer = typename std::invoke_result_t<Start&>::value_type;
    auto shot = std::make_shared<OneShot<Answer>>(co_await asio::this_coro::executor);
    const auto here = co_await asio::this_coro::executor;
    asio::post(loop, [&there, here, shot, start = std::move(start)]() mutable {
        there.spawn([&](Limit&) -> awaitable<void> {
            return [](Executor back, auto to, Start work) -> awaitable<void> {
                auto answer = co_await work();
                asio::post(back, [to, answer = std::move(answer)]() mutable { to->set(std::move(answer)); });
            }(here, shot, std::move(start));
        });
    });
    co_return co_await shot->wait();
}

} // namespace taleus::async
