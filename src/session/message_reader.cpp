#include "session/message_reader.hpp"

namespace taleus::session {

async::awaitable<Incoming> read_message(ports::Stream& stream, std::size_t bytes_max, std::size_t* received) {
    Bytes message;
    for (;;) {
        auto more = co_await stream.read();
        if (!more) co_return StreamLost{};
        if (received != nullptr) *received += more->size();
        if (more->empty()) co_return Incoming{std::move(message)};
        if (more->size() > bytes_max - message.size()) co_return MessageTooLarge{};
        if (message.empty())
            message = std::move(*more);
        else
            append(message, *more);
    }
}

async::awaitable<void> discard(ports::Stream& stream, std::size_t bytes_max) {
    for (std::size_t dropped = 0; dropped < bytes_max;) {
        auto more = co_await stream.read();
        if (!more || more->empty()) co_return;
        dropped += more->size();
    }
}

} // namespace taleus::session
