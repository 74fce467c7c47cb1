#pragma once
// A value that arrives once, from a callback, for a coroutine that waits for it. The building block under streams,
// workers and sleeps. One thread; at most one waiter; `set` may come before `wait`, and a second `set` changes nothing.

#include "async/awaitable.hpp"
#include "async/wake_memory.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <new>
#include <optional>
#include <utility>

namespace taleus::async {

template <class T> class OneShot {
public:
    explicit OneShot(Executor executor) : executor_{executor} {}
    OneShot(const OneShot&) = delete;
    OneShot& operator=(const OneShot&) = delete;

    bool is_set() const { return value_.has_value(); }

    void set(T value) {
        if (value_) return;
        value_ = std::move(value);
        resume({});
    }

    // The value, once. Cancelled by the task's limit: throws operation_aborted, which `within` turns into its answer.
    // What it needs of memory is taken by the call, before it is awaited: who calls it before asking somebody for the
    // value is sure to hear the answer.
    awaitable<T> wait() {
        if (!value_) memory_.emplace();
        return waited();
    }

private:
    awaitable<T> waited() {
        if (!value_) co_await suspended();
        auto value = std::move(*value_);
        value_.reset();
        co_return value;
    }

    using Resume = asio::async_result<asio::use_awaitable_t<Executor>, void(boost::system::error_code)>::handler_type;

    // What is thrown here would leave the event loop and not the coroutine.
    auto suspended() {
        return asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(boost::system::error_code)>(
            [this](Resume handler) {
                auto slot = asio::get_associated_cancellation_slot(handler);
                waiter_.emplace(std::move(handler));
                if (!slot.is_connected()) return;
                try {
                    slot.assign([this](asio::cancellation_type) { resume(asio::error::operation_aborted); });
                } catch (const std::bad_alloc&) {
                    resume(asio::error::no_memory);
                }
            },
            use_awaitable);
    }

    void resume(boost::system::error_code error) {
        if (!waiter_) return;
        asio::post(executor_, asio::bind_allocator(memory_->release(), [waiter = std::move(*waiter_), error]() mutable {
                       if (auto slot = asio::get_associated_cancellation_slot(waiter); slot.is_connected())
                           slot.clear();
                       std::move(waiter)(error);
                   }));
        waiter_.reset();
    }

    Executor executor_;
    std::optional<T> value_;
    std::optional<Resume> waiter_;
    std::optional<WakeMemory> memory_; // for `waiter_`
};

} // namespace taleus::async
