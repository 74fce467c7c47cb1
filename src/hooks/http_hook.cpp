#include "hooks/http_hook.hpp"

#include "async/own_thread.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <netdb.h>

#include <cstring>
#include <memory>
#include <vector>

#include "hooks/answer.hpp"
#include "hooks/cancelled.hpp"
#include "hooks/connect.hpp"

namespace taleus::hooks {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto as_tuple = asio::as_tuple(async::use_awaitable);
constexpr std::size_t read_buffer = 16 * 1024; // headers included
constexpr std::uint32_t header_bytes_max = 8 * 1024;

std::unexpected<Error> unreachable(std::string_view why) {
    return fail(Code::dependency_unavailable, fmt::format("the hook cannot be asked: {}", why));
}

Result<Endpoints> look_up(const HttpTarget& target) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* first = nullptr;
    const int failed = ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &first);
    if (failed != 0) return unreachable(::gai_strerror(failed));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{first, &::freeaddrinfo};
    Endpoints endpoints;
    for (const auto* each = first; each != nullptr; each = each->ai_next) {
        asio::ip::tcp::endpoint endpoint;
        if (each->ai_addrlen > endpoint.capacity()) continue;
        std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
        endpoint.resize(each->ai_addrlen);
        endpoints.push_back(endpoint);
    }
    return endpoints;
}

http::request<http::string_body> request_to(const HttpTarget& target, const boost::json::object& content) {
    http::request<http::string_body> request{http::verb::post, target.path, 11};
    const bool is_bracketed = target.host.contains(':'); // an IPv6 address, RFC 3986 3.2.2
    request.set(http::field::host,
                fmt::format("{}{}{}:{}", is_bracketed ? "[" : "", target.host, is_bracketed ? "]" : "", target.port));
    request.set(http::field::content_type, "application/json");
    request.set(http::field::connection, "close");
    if (const auto* key = content.if_contains("idempotencyKey"); key != nullptr && key->is_string())
        request.set("Idempotency-Key", std::string_view{key->get_string()});
    request.body() = boost::json::serialize(content);
    request.prepare_payload();
    return request;
}

} // namespace

async::awaitable<Result<boost::json::object>> HttpHook::ask(boost::json::object content) {
    const auto executor = co_await asio::this_coro::executor;
    auto looking = async::on_own_thread(executor, [target = target_] { return look_up(target); });
    const auto endpoints = co_await std::move(looking);
    if (!endpoints) co_return fail(endpoints.error());

    Stream socket{executor}; // closed with this frame, however it ends
    auto connecting = connect(socket, *endpoints);
    if (auto connected = co_await std::move(connecting); !connected) co_return fail(std::move(connected.error()));
    const auto request = request_to(target_, content);
    const auto written = co_await http::async_write(socket, request, as_tuple);
    if (const auto& error = std::get<0>(written); has_failed(error)) co_return unreachable(error.message());

    boost::beast::flat_static_buffer<read_buffer> buffer;
    http::response_parser<http::string_body> response;
    response.header_limit(header_bytes_max);
    response.body_limit(ports::hook_answer_bytes_max);
    const auto read = co_await http::async_read(socket, buffer, response, as_tuple);
    if (const auto& error = std::get<0>(read); has_failed(error)) co_return unreachable(error.message());
    if (response.get().result() != http::status::ok)
        co_return unreachable(fmt::format("it answered with status {}", response.get().result_int()));
    if (buffer.size() > 0) co_return unreachable("it answered more than once");
    co_return parse_answer(response.get().body());
}

} // namespace taleus::hooks
