#pragma once
// Where a ready-made hook waits: an event loop of its own, on which each question is a task that is interrupted when
// nobody waits for its answer any more. Owned by its hook; questions come from any thread.

#include "async/limit.hpp"
#include "library/line.hpp"
#include "library/loop.hpp"

#include <taleus/hooks.hpp>

#include <exception>
#include <memory>
#include <stop_token>
#include <utility>

namespace taleus::library {

class HookLoop {
public:
    HookLoop() : line_{std::make_shared<Line>(loop_.executor())} {}
    ~HookLoop() { end(); }
    HookLoop(const HookLoop&) = delete;
    HookLoop& operator=(const HookLoop&) = delete;

    // Answers by what `start() -> awaitable<Result<T>>` gives on the loop, in the call's time.
    template <class T, class Start> void answer(const Call& call, Completion<T> done, Start start) {
        loop_.post([this, call, done = std::move(done), start = std::move(start)]() mutable {
            const auto until = loop_.clock().now() + call.allowed;
            loop_.tasks().spawn([&](async::Limit& limit) {
                return answer_in_time(line_, until, std::move(call), std::move(done), std::move(start), limit);
            });
        });
    }
    // Interrupts all, and returns when nothing is under way any more. Before what the questions need goes.
    void end() {
        line_->close();
        loop_.end();
    }

private:
    template <class T, class Start>
    static async::awaitable<void> answer_in_time(std::shared_ptr<Line> line, Instant until, Call call,
                                                 Completion<T> done, Start start, async::Limit& limit) {
        // The wish may come from another thread when the task has just ended.
        const auto asked = std::make_shared<async::Limit*>(&limit);
        const std::stop_callback cancelled{call.cancelled, [line, asked] {
                                               line->post([asked] {
                                                   if (*asked != nullptr) (*asked)->stop();
                                               });
                                           }};
        try {
            auto work = start();
            auto answer = co_await async::within(limit, until, std::move(work));
            if (answer)
                done(std::move(*answer));
            else
                done.fail(Code::dependency_unavailable, "nobody waited any more");
        } catch (const std::exception& error) {
            done.fail(Code::dependency_unavailable, error.what());
        }
        *asked = nullptr;
    }

    Loop loop_;
    std::shared_ptr<Line> line_;
};

} // namespace taleus::library
