#pragma once
// A question to a hook of the application, as an awaitable of the event loop: asked on the application's executor,
// answered from any thread, once, late or never.

#include "async/clock.hpp"
#include "async/one_shot.hpp"
#include "library/callbacks.hpp"
#include "library/line.hpp"
#include "ports/call.hpp"

#include <taleus/hooks.hpp>

#include <exception>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

namespace taleus::library {

// Asks for one event loop. The loop and the callbacks outlive it; completions may be answered after it is gone.
class Questions {
public:
    Questions(async::Executor executor, async::Clock& clock, Callbacks& callbacks)
        : executor_{executor}, clock_{clock}, callbacks_{callbacks}, line_{std::make_shared<Line>(executor)} {}
    ~Questions() { line_->close(); }
    Questions(const Questions&) = delete;
    Questions& operator=(const Questions&) = delete;

    // `put(call, done)` puts the question to the hook, which it keeps alive. On the loop; cancelled by the task's
    // limit, which asks the hook to stop.
    template <class T, class Put>
    async::awaitable<Result<T>> ask(ports::Call on_behalf, std::string idempotency_key, Put put) {
        auto shot = std::make_shared<async::OneShot<Result<T>>>(executor_);
        Asking asking;
        Completion<T> done{[line = line_, shot](Result<T> answer) {
            line->post([shot, answer = std::move(answer)]() mutable { shot->set(std::move(answer)); });
        }};
        auto call = call_of(on_behalf, std::move(idempotency_key), asking.cancel.get_token());
        callbacks_.post([call = std::move(call), done = std::move(done), put = std::move(put)]() mutable {
            try {
                put(std::move(call), done);
            } catch (const std::exception& error) {
                done.fail(Code::dependency_unavailable, std::string{"the hook threw: "} + error.what());
            } catch (...) {
                done.fail(Code::dependency_unavailable, "the hook threw");
            }
        });
        auto answer = co_await shot->wait();
        asking.is_answered = true;
        co_return answer;
    }

    UtcTime utc() const { return clock_.utc(); }

private:
    // When the wait ends without an answer, the hook hears that nobody waits any more.
    struct Asking {
        Asking() = default;
        ~Asking() {
            if (!is_answered) cancel.request_stop();
        }
        Asking(const Asking&) = delete;
        Asking& operator=(const Asking&) = delete;
        std::stop_source cancel;
        bool is_answered = false;
    };

    Call call_of(const ports::Call& on_behalf, std::string idempotency_key, std::stop_token cancelled) const;

    async::Executor executor_;
    async::Clock& clock_;
    Callbacks& callbacks_;
    std::shared_ptr<Line> line_;
};

} // namespace taleus::library
