#pragma once
// What may interrupt a task, and the one way to wait with a deadline.
//
// A task (a coroutine tree started by `TaskGroup::spawn`) has one `Limit`. `within(limit, at, work)` awaits `work` and,
// at the deadline or when the task is asked to stop, cancels it, waits until it has ended, and says which of the two it
// was: a deadline and a shutdown in the same breath are not confused. One `within` at a time per task (nest by taking
// the earlier instant). One thread.

#include "async/awaitable.hpp"
#include "async/clock.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <expected>
#include <optional>
#include <type_traits>

namespace taleus::async {

enum class Interrupted : std::uint8_t { deadline, stopped };

class Limit {
public:
    explicit Limit(Clock& clock)
        : timer_{clock, [this] {
                     late_ = true;
                     signal_.emit(asio::cancellation_type::terminal);
                 }} {}

    // Asks the task to end: what it awaits within this limit is cancelled, now and from now on.
    void stop() {
        stopped_ = true;
        if (waiting_) signal_.emit(asio::cancellation_type::terminal);
    }
    bool is_stopped() const { return stopped_; }

    asio::cancellation_slot slot() { return signal_.slot(); }

private:
    template <class T>
    friend awaitable<std::expected<T, Interrupted>> within(Limit& limit, Instant at, awaitable<T> work);

    asio::cancellation_signal signal_;
    Clock::Timer timer_;
    bool late_ = false;
    bool stopped_ = false;
    bool waiting_ = false;
};

template <class T> awaitable<std::expected<T, Interrupted>> within(Limit& limit, Instant at, awaitable<T> work) {
    using Outcome = std::expected<T, Interrupted>;
    if (limit.stopped_) co_return Outcome{std::unexpected(Interrupted::stopped)};
    limit.late_ = false;
    limit.timer_.set(at);
    limit.waiting_ = true;

    std::optional<Outcome> result;
    std::exception_ptr failed;
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(work);
            result.emplace();
        } else {
            result.emplace(co_await std::move(work));
        }
    } catch (...) {
        failed = std::current_exception();
    }
    limit.timer_.clear();
    limit.waiting_ = false;
    if (limit.late_ || limit.stopped_) { // cancelled by us, or the result came in the same breath: allow waiting again
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        co_await asio::this_coro::throw_if_cancelled(true);
        if (!result) result.emplace(std::unexpected(limit.late_ ? Interrupted::deadline : Interrupted::stopped));
        co_return std::move(*result);
    }
    if (failed) std::rethrow_exception(failed);
    co_return std::move(*result);
}

} // namespace taleus::async
