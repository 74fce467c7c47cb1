#include "provision/draft_query.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include "postgres/connection.hpp"

namespace taleus::provision {
namespace {

namespace ip = boost::asio::ip;
namespace json = boost::json;

constexpr std::size_t draft_bytes_max = 32 * 1024;

ip::address address_of(const sockaddr& socket) {
    if (socket.sa_family == AF_INET)
        return ip::address_v4{ntohl(reinterpret_cast<const sockaddr_in&>(socket).sin_addr.s_addr)}; // NOLINT: POSIX
    ip::address_v6::bytes_type bytes;
    std::ranges::copy(reinterpret_cast<const sockaddr_in6&>(socket).sin6_addr.s6_addr, bytes.begin()); // NOLINT
    return ip::address_v6{bytes};
}

std::string text(const json::object& request, std::string_view name) {
    return std::string{request.at(name).as_string()};
}

json::object failed(bool is_reached, std::string_view why) {
    return {{"error", std::string{why.substr(0, std::min<std::size_t>(why.find('\n'), 200))}}, {"reached", is_reached}};
}

postgres::Options options_of(const json::object& request, const Endpoint& endpoint, const std::string& address,
                             std::chrono::milliseconds timeout) {
    return {
        {"host", endpoint.host}, // for the name in a certificate
        {"hostaddr", address},
        {"port", std::to_string(endpoint.port)},
        {"dbname", endpoint.database},
        {"user", text(request, "login")},
        {"password", text(request, "secret")},
        {"passfile", "/dev/null"},
        {"application_name", "taleus join"},
        {"options", fmt::format("-c statement_timeout={} -c default_transaction_read_only=on", timeout.count())},
        {"client_encoding", "UTF8"},
        {"gssencmode", "disable"},
        {"sslmode", text(request, "tls")},
        {"sslrootcert", text(request, "rootCert")},
        {"sslcert", "/dev/null/none"}, // no certificate of ours
        {"target_session_attrs", "any"},
    };
}

} // namespace

Addresses resolve_host(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* first = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &first) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{first, &::freeaddrinfo};
    Addresses found;
    for (const auto* each = first; each != nullptr; each = each->ai_next)
        if (each->ai_family == AF_INET || each->ai_family == AF_INET6) found.push_back(address_of(*each->ai_addr));
    return found;
}

std::optional<std::string> allowed_address(const Endpoint& endpoint, bool only_public, const Resolve& resolve) {
    for (const auto& address : resolve(endpoint.host))
        if (!only_public || is_public(address)) return address.to_string();
    return std::nullopt;
}

json::object read_draft(const json::object& request, const Resolve& resolve) {
    const auto endpoint = parse_endpoint(text(request, "endpoint"));
    if (!endpoint) return {{"refused", true}};
    const auto address = allowed_address(*endpoint, request.at("onlyPublic").as_bool(), resolve);
    if (!address) return {{"refused", true}};

    const std::chrono::milliseconds timeout{request.at("timeoutMs").to_number<std::int64_t>()};
    const auto wait = postgres::Wait::at_most(timeout);
    auto connection = postgres::Connection::open(options_of(request, *endpoint, *address, timeout),
                                                 postgres::Connection::Dbname::is_name, wait);
    if (!connection) return failed(false, connection.error());
    const auto tally_id = text(request, "tallyId");
    const std::array<const char*, 1> arguments{tally_id.c_str()};
    if (PQsendQueryParams(connection->get(), "SELECT draft::text FROM tally WHERE tally_id = $1", 1, nullptr,
                          arguments.data(), nullptr, nullptr, 0) != 1)
        return failed(true, connection->fault());
    const auto answer = connection->next_result(wait);
    if (!answer) return failed(true, answer.error());
    const auto& rows = *answer;
    if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK) return failed(true, PQresultErrorMessage(rows.get()));
    if (PQntuples(rows.get()) != 1 || PQnfields(rows.get()) != 1) return failed(true, "it holds no such draft");
    const std::string_view draft{PQgetvalue(rows.get(), 0, 0), static_cast<std::size_t>(PQgetlength(rows.get(), 0, 0))};
    if (draft.size() > draft_bytes_max) return failed(true, "its draft is too large");
    return {{"draft", draft}};
}

} // namespace taleus::provision
