#include "ops/client.hpp"

#include "ops/address.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace taleus::ops {

namespace http = boost::beast::http;

namespace {

constexpr timeval time_to_answer{.tv_sec = 15, .tv_usec = 0};
constexpr std::size_t reply_bytes_max = 16 << 20;

struct Socket {
    int number;
    ~Socket() { ::close(number); }
};

Result<void> send(int socket, std::string_view text) {
    while (!text.empty()) {
        const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return fail(Code::unreachable, "the admin interface went away");
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<Reply> receive(int socket) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(reply_bytes_max);
    parser.eager(true);
    std::string waiting;
    std::array<char, 16 * 1024> part{};
    while (!parser.is_done()) {
        const auto got = ::recv(socket, part.data(), part.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(Code::timeout, "the admin interface does not answer");
        boost::system::error_code error;
        if (got == 0) {
            if (parser.got_some()) parser.put_eof(error);
            break;
        }
        waiting.append(part.data(), static_cast<std::size_t>(got));
        const auto used = parser.put(boost::asio::buffer(waiting), error);
        waiting.erase(0, used);
        if (error && error != http::error::need_more) return fail(Code::malformed, "the answer is not HTTP");
    }
    if (!parser.is_done()) return fail(Code::unreachable, "the admin interface went away");
    return Reply{parser.get().result_int(), std::move(parser.get().body())};
}

} // namespace

Result<Reply> ask(std::string_view address, std::string_view token, const Ask& what) {
    const auto connected = connect_to(address);
    if (!connected) return fail(connected.error());
    const Socket socket{*connected};
    ::setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &time_to_answer, sizeof time_to_answer);
    ::setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &time_to_answer, sizeof time_to_answer);
    auto request = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n",
                               what.method, what.target, token);
    if (!what.body.empty())
        request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", what.body.size());
    request += fmt::format("\r\n{}", what.body);
    if (const auto sent = send(socket.number, request); !sent) return fail(sent.error());
    return receive(socket.number);
}

} // namespace taleus::ops
