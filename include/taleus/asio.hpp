#pragma once
/// @file
/// For programs that live on Boost.Asio: hooks, observers and completions on an executor of theirs, and a join that may
/// be awaited. Header only, over the Boost that the program has (1.74 or newer); the library itself shows nothing of
/// Asio.

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <taleus/dialer.hpp>
#include <taleus/executor.hpp>

#include <memory>
#include <utility>

namespace taleus::asio {

/// Runs the library's tasks there: on a strand one at a time and in order, on a pool several at once. Keeps what it is
/// of from running out of work only while a task waits. Any thread.
template <class AsioExecutor> Executor on(AsioExecutor executor) {
    return [executor = std::move(executor)](Task task) { boost::asio::post(executor, std::move(task)); };
}

/// `Dialer::join` as an asynchronous operation of Asio's: completes once with `Result<JoinResult>` on the handler's
/// executor, and may be cancelled by the handler's slot, which ends the join `cancelled`. The dialer outlives it.
/// Errors as of `Dialer::join`.
template <class CompletionToken> auto async_join(Dialer& dialer, JoinRequest request, CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, void(Result<JoinResult>)>(
        [&dialer](auto handler, JoinRequest what) {
            auto work = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            auto joining = dialer.join(std::move(what), [handler = std::move(handler), work = std::move(work),
                                                         slot](Result<JoinResult> result) mutable {
                auto executor = work.get_executor();
                boost::asio::dispatch(executor,
                                      [handler = std::move(handler), slot, result = std::move(result)]() mutable {
                                          if (slot.is_connected()) slot.clear();
                                          std::move(handler)(std::move(result));
                                      });
            });
            if (slot.is_connected()) slot.assign([joining](boost::asio::cancellation_type) { joining.cancel(); });
        },
        token, std::move(request));
}

} // namespace taleus::asio
