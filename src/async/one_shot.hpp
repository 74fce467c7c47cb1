#pragma once
// A value that arrives once, from a callback, for a coroutine that waits for it. The building block under streams,
// workers and sleeps. One thread; at most one waiter; `set` may come before `wait`, and a second `set` changes nothing.

#include "async/awaitable.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <functional>
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
    awaitable<T> wait() {
        if (!value_) co_await suspended();
        auto value = std::move(*value_);
        value_.reset();
        co_return value;
    }

private:
    using Resume = std::move_only_function<void(boost::system::error_code)>;

    auto suspended() {
        return asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(boost::system::error_code)>(
            [this](auto handler) {
                auto slot = asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected())
                    slot.assign([this](asio::cancellation_type) { resume(asio::error::operation_aborted); });
                waiter_ = [handler = std::move(handler), slot](boost::system::error_code error) mutable {
                    if (slot.is_connected()) slot.clear();
                    std::move(handler)(error);
                };
            },
            use_awaitable);
    }

    void resume(boost::system::error_code error) {
        if (!waiter_) return;
        asio::post(executor_, [waiter = std::exchange(waiter_, nullptr), error]() mutable { waiter(error); });
    }

    Executor executor_;
    std::optional<T> value_;
    Resume waiter_;
};

} // namespace taleus::async
