#pragma once
// How an HTTP hook's host is reached: its addresses one after another, and each but the last for a second only, so that
// one which loses packets does not take the whole call. On the system's clock, inside the call's own deadline.

#include "async/awaitable.hpp"
#include "base/result.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include <vector>

namespace taleus::hooks {

using Stream = boost::beast::basic_stream<boost::asio::ip::tcp, async::Executor>;
using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

// `dependency_unavailable` where none answers, with what the last one said. Cancellable.
async::awaitable<Result<void>> connect(Stream& stream, const Endpoints& endpoints);

} // namespace taleus::hooks
