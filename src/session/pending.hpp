#pragma once
// A call whose result matters even when nobody has the patience to wait for it: it runs as a task of its own. Who asked
// may wait with a deadline, stop waiting, and wait again. Commits are asked for in this way, because an interrupted
// commit takes effect all the same; and hooks, because one that does not heed its cancellation must not hold a session.

#include "async/one_shot.hpp"
#include "async/task_group.hpp"
#include "base/result.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace taleus::session {

template <class T> class Pending {
public:
    Pending() = default;

    // Once. Cancelled with the waiting task; the call goes on.
    async::awaitable<Result<T>> result() const {
        const auto shared = shared_; // the one who waits may go before its turn comes
        co_return co_await shared->shot.wait();
    }
    bool is_asked() const { return shared_ != nullptr; }
    void forget() { shared_.reset(); }
    // Asks a call that was begun as interruptible to end.
    void cancel() const {
        if (shared_ && shared_->limit != nullptr) shared_->limit->stop();
    }

private:
    struct Shared {
        explicit Shared(async::Executor executor) : shot{executor} {}
        async::OneShot<Result<T>> shot;
        async::Limit* limit = nullptr; // while it runs
    };

    // Whoever waits is answered, also where the task had no memory to begin.
    class Answer {
    public:
        explicit Answer(std::shared_ptr<Shared> shared) : shared_{std::move(shared)} {}
        Answer(Answer&&) noexcept = default;
        Answer& operator=(Answer&&) = delete;
        ~Answer() {
            if (shared_) shared_->shot.set(fail(Code::internal, "no memory")); // the first one counts
        }
        Shared* operator->() const { return shared_.get(); }

    private:
        std::shared_ptr<Shared> shared_;
    };

    static async::awaitable<void> deliver(Answer shared, async::awaitable<Result<T>> call) {
        Result<T> result = fail(Code::internal, "an exception");
        try {
            result = co_await std::move(call);
        } catch (const std::exception& error) {
            result = fail(Code::internal, error.what());
        }
        shared->shot.set(std::move(result));
    }

    static async::awaitable<void> deliver_within(Answer shared, async::Limit& limit, Instant until,
                                                 async::awaitable<Result<T>> call) {
        shared->limit = &limit;
        Result<T> result = fail(Code::timeout, "cancelled");
        try {
            auto answer = co_await async::within(limit, until, std::move(call));
            if (answer) result = std::move(*answer);
        } catch (const std::exception& error) {
            result = fail(Code::internal, error.what());
        }
        shared->limit = nullptr;
        shared->shot.set(std::move(result));
    }

    template <class U>
    friend Pending<U> begin_call(async::TaskGroup& group, async::Executor executor, async::awaitable<Result<U>> call);
    template <class U>
    friend Pending<U> begin_hook(async::TaskGroup& group, async::Executor executor, Instant until,
                                 async::awaitable<Result<U>> call);

    std::shared_ptr<Shared> shared_;
};

// Nothing interrupts it.
template <class U>
Pending<U> begin_call(async::TaskGroup& group, async::Executor executor, async::awaitable<Result<U>> call) {
    Pending<U> pending;
    pending.shared_ = std::make_shared<typename Pending<U>::Shared>(executor);
    group.spawn([&](async::Limit&) {
        return Pending<U>::deliver(typename Pending<U>::Answer{pending.shared_}, std::move(call));
    });
    return pending;
}

// `until`, `cancel` and the group's stop interrupt it.
template <class U>
Pending<U> begin_hook(async::TaskGroup& group, async::Executor executor, Instant until,
                      async::awaitable<Result<U>> call) {
    Pending<U> pending;
    pending.shared_ = std::make_shared<typename Pending<U>::Shared>(executor);
    group.spawn([&](async::Limit& limit) {
        return Pending<U>::deliver_within(typename Pending<U>::Answer{pending.shared_}, limit, until, std::move(call));
    });
    return pending;
}

} // namespace taleus::session
