#pragma once
// The project's coroutine type: Asio's, bound to the concrete executor (measurably cheaper than the erased one).

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace taleus::async {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template <class T> using awaitable = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_awaitable;

} // namespace taleus::async
