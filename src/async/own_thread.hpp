#pragma once
// Blocking calls that nothing can interrupt, such as looking up a name: each on a thread of its own, which is left
// behind when nobody waits for it any more, so that neither a deadline nor the end of the process is held up by it.

#include "async/one_shot.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

namespace taleus::async {

// What `work()` returns. It owns all it uses, throws nothing, and may run on until the process ends. Cancellable.
template <class Work> awaitable<std::invoke_result_t<Work&>> on_own_thread(Executor executor, Work work) {
    using Answer = std::invoke_result_t<Work&>;
    // The executor may be used only while somebody waits: the frame lives no longer than its loop.
    struct Line {
        std::mutex mutex;
        OneShot<Answer>* waiting = nullptr;
    };
    struct End {
        std::shared_ptr<Line> line;
        ~End() {
            const std::lock_guard lock{line->mutex};
            line->waiting = nullptr;
        }
    };
    OneShot<Answer> answer{executor};
    const End end{std::make_shared<Line>()};
    end.line->waiting = &answer;
    const auto busy = asio::make_work_guard(executor);
    std::thread{[line = end.line, executor, work = std::move(work)]() mutable {
        auto result = work();
        const std::lock_guard lock{line->mutex};
        if (line->waiting == nullptr) return;
        asio::post(executor, [line, result = std::move(result)]() mutable {
            const std::lock_guard still{line->mutex};
            if (line->waiting != nullptr) line->waiting->set(std::move(result));
        });
    }}.detach();
    co_return co_await answer.wait();
}

} // namespace taleus::async
