#include "ops/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <utility>

namespace taleus::ops {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr Duration time_to_ask = std::chrono::seconds{10};  // head and body, from the last answer on
constexpr Duration time_to_take = std::chrono::seconds{10}; // an answer
constexpr Duration quiet_max = std::chrono::seconds{15};    // then listeners of events are told that we are there

constexpr std::string_view head_of_events = "HTTP/1.1 200 OK\r\n"
                                            "Content-Type: text/event-stream\r\n"
                                            "Cache-Control: no-store\r\n"
                                            "X-Content-Type-Options: nosniff\r\n"
                                            "Connection: close\r\n\r\n";

constexpr auto as_pair = async::asio::as_tuple(async::use_awaitable);

// A request is taken as nothing but what it says once: nullopt for a header that is there twice.
std::optional<Request> plain(const http::request<http::string_body>& message) {
    Request request{.method = std::string{message.method_string()},
                    .target = std::string{message.target()},
                    .host = {},
                    .origin = {},
                    .authorization = {},
                    .accept = {},
                    .content_type = {},
                    .body = message.body()};
    for (auto [field, to] : {std::pair{http::field::host, &request.host},
                             {http::field::origin, &request.origin},
                             {http::field::authorization, &request.authorization},
                             {http::field::accept, &request.accept},
                             {http::field::content_type, &request.content_type}}) {
        if (message.count(field) > 1) return std::nullopt;
        if (const auto found = message.find(field); found != message.end()) *to = std::string{found->value()};
    }
    return request;
}

// nullopt: there is nobody to be told.
std::optional<Answer> answer_to(const error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return problem(431, "message_too_large", "the head of a request has at most 8 KiB");
    if (error == http::error::body_limit)
        return problem(413, "message_too_large", "the body of a request has at most 64 KiB");
    if (error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message)
        return problem(400, "malformed", "this is not HTTP/1.1");
    return std::nullopt;
}

} // namespace

Connection::Connection(Socket socket, World world) : stream_{std::move(socket)}, world_{world} {}

void Connection::close() { stream_.close(); }

void Connection::end() {
    ending_ = true;
    if (idle_since_) close();
}

int Connection::release() {
    error_code ignored;
    auto& socket = stream_.socket();
    return socket.is_open() ? socket.release(ignored) : -1;
}

async::awaitable<void> Connection::serve(async::Limit& limit) {
    while (!ending_ && co_await serve_one(limit)) {
    }
}

async::awaitable<error_code> Connection::read(Parser& parser) {
    stream_.expires_after(time_to_ask);
    auto [failed, read] = co_await http::async_read_header(stream_, buffer_, parser, as_pair);
    if (failed) co_return failed;
    if (parser.get()[http::field::expect] == "100-continue" && !co_await write_text("HTTP/1.1 100 Continue\r\n\r\n"))
        co_return http::error::end_of_stream;
    stream_.expires_after(time_to_ask);
    auto [failed_later, more] = co_await http::async_read(stream_, buffer_, parser, as_pair);
    co_return failed_later;
}

async::awaitable<bool> Connection::serve_one(async::Limit& limit) {
    Parser parser;
    parser.header_limit(head_bytes_max);
    parser.body_limit(body_bytes_max);
    idle_since_ = world_.clock.now();
    const auto failed = co_await read(parser);
    const bool has_begun = parser.got_some();
    idle_since_.reset();
    const auto& message = parser.get();
    const auto parts = message.method() == http::verb::head ? Parts::head : Parts::all;
    if (failed) {
        const auto answer = answer_to(failed);
        if (answer && has_begun) co_await write(*answer, parts, false);
        co_return false;
    }
    const auto request = plain(message);
    if (!request) co_return co_await write(problem(400, "malformed", "a header is there twice"), parts, false);
    auto question = understand(*request, world_.token);
    if (!question) co_return co_await write(question.error(), parts, message.keep_alive());
    if (std::holds_alternative<AskEvents>(*question))
        if (const auto listener = world_.events.listen(stream_.get_executor())) {
            co_await stream_events(listener, parts, limit);
            co_return false;
        }
    const auto answer = co_await world_.desk.answer(std::move(*question), limit);
    co_return co_await write(answer, parts, message.keep_alive() && !ending_);
}

async::awaitable<bool> Connection::write(const Answer& answer, Parts parts, bool keep) {
    http::response<http::string_body> message{static_cast<http::status>(answer.status), 11};
    message.set(http::field::content_type, answer.type);
    message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : answer.headers) message.set(name, value);
    message.body() = answer.body;
    message.keep_alive(keep);
    message.prepare_payload();
    if (parts == Parts::head) message.body().clear(); // how long it is stays told
    stream_.expires_after(time_to_take);
    const auto [failed, written] = co_await http::async_write(stream_, message, as_pair);
    co_return !failed && keep;
}

async::awaitable<bool> Connection::write_text(std::string text) {
    stream_.expires_after(time_to_take);
    const auto [failed, written] = co_await async::asio::async_write(stream_, async::asio::buffer(text), as_pair);
    co_return !failed;
}

async::awaitable<void> Connection::stream_events(const std::shared_ptr<Events::Listener>& listener, Parts parts,
                                                 async::Limit& limit) {
    std::string begin{head_of_events};
    if (parts == Parts::all) begin += ": listening\n\n";
    const bool begun = co_await write_text(std::move(begin));
    if (!begun || parts == Parts::head) co_return;
    watch_for_end(listener);
    for (bool goes_on = true; goes_on;) {
        const auto heard = co_await listener->next(limit, world_.clock.now() + quiet_max);
        goes_on = co_await write_text(heard.text.empty() ? ": still here\n\n" : heard.text) && !heard.is_over;
    }
}

// While nothing happens nothing is written, so that only reading tells when whoever listens has gone. What else is read
// is no request any more. Past `stream_`, whose limits of time are those of what is written.
void Connection::watch_for_end(const std::weak_ptr<Events::Listener>& of) {
    const auto space = async::asio::buffer(ignored_);
    stream_.socket().async_read_some(space, [this, of](const error_code& error, std::size_t /*count*/) {
        const auto listener = of.lock();
        if (!listener) return; // this connection may be gone as well
        if (error)
            listener->leave();
        else
            watch_for_end(of);
    });
}

} // namespace taleus::ops
