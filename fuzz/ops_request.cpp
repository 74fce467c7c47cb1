// What the admin interface makes of bytes: no input reaches a question that needs the token, since none can hold it,
// and every refusal is a problem in JSON.
#include "base/ensure.hpp"
#include "ops/request.hpp"
#include "wire/hash.hpp"
#include "wire/json.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace {

using namespace taleus;
namespace http = boost::beast::http;

ops::Request request_of(const http::request<http::string_body>& message) {
    ops::Request request;
    request.method = std::string{message.method_string()};
    request.target = std::string{message.target()};
    request.host = std::string{message[http::field::host]};
    request.body = message.body();
    if (message.count(http::field::origin) > 0) request.origin = std::string{message[http::field::origin]};
    if (message.count(http::field::authorization) > 0)
        request.authorization = std::string{message[http::field::authorization]};
    request.content_type = std::string{message[http::field::content_type]};
    return request;
}

void check(const ops::Request& request, const Digest& token, bool is_known) {
    const auto question = ops::understand(request, token);
    if (question) {
        const bool is_open =
            std::holds_alternative<ops::AskLive>(*question) || std::holds_alternative<ops::AskReady>(*question) ||
            std::holds_alternative<ops::AskStarted>(*question) || std::holds_alternative<ops::AskMetrics>(*question);
        ensure(is_open || is_known, "a question was understood without the token");
    } else {
        ensure(question.error().status >= 400 && question.error().type == "application/problem+json", "no problem");
        ensure(wire::parse_json(as_bytes(question.error().body)).has_value(), "a refusal is no JSON");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(ops::head_bytes_max);
    parser.body_limit(ops::body_bytes_max);
    parser.eager(true);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(data, size), error);
    if (error || !parser.is_done()) return 0;
    auto request = request_of(parser.get());
    check(request, Digest{}, false); // no input has this digest
    const auto known = wire::sha256(as_bytes("token"));
    request.authorization = "Bearer token";
    check(request, known, true);
    return 0;
}
