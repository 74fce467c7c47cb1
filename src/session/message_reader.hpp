#pragma once
// One message off a stream: to its end, and never more of it in memory than a message may have.

#include "async/awaitable.hpp"
#include "base/bytes.hpp"
#include "ports/stream.hpp"

#include <cstddef>
#include <variant>

namespace taleus::session {

struct MessageTooLarge {};
struct StreamLost {}; // reset, or the connection went, before the end
using Incoming = std::variant<Bytes, MessageTooLarge, StreamLost>;

// Cancellable by the task's limit. `received`: counts the bytes that have come, however it ends.
async::awaitable<Incoming> read_message(ports::Stream& stream, std::size_t bytes_max, std::size_t* received = nullptr);

// Reads and drops until the end, the loss of the stream or `bytes_max`: so that a peer that is still writing sees our
// refusal and not a reset.
async::awaitable<void> discard(ports::Stream& stream, std::size_t bytes_max);

} // namespace taleus::session
