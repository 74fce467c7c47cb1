#include "provision/draft_query.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace taleus::provision {
namespace {

namespace ip = boost::asio::ip;
namespace json = boost::json;

constexpr std::size_t draft_bytes_max = 32 * 1024;

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Finish>;

void ignore_notice(void*, const PGresult*) {}

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

Connection connect(const json::object& request, const Endpoint& endpoint, const std::string& address) {
    const auto timeout = request.at("timeoutMs").to_number<std::int64_t>();
    const std::array<std::pair<const char*, std::string>, 16> options{{
        {"host", endpoint.host}, // for the name in a certificate
        {"hostaddr", address},
        {"port", std::to_string(endpoint.port)},
        {"dbname", endpoint.database},
        {"user", text(request, "login")},
        {"password", text(request, "secret")},
        {"passfile", "/dev/null"},
        {"application_name", "taleus join"},
        {"connect_timeout", std::to_string(std::max<std::int64_t>(2, timeout / 1000))},
        {"options", fmt::format("-c statement_timeout={} -c default_transaction_read_only=on", timeout)},
        {"client_encoding", "UTF8"},
        {"gssencmode", "disable"},
        {"sslmode", text(request, "tls")},
        {"sslrootcert", text(request, "rootCert")},
        {"sslcert", "/dev/null/none"}, // no certificate of ours
        {"target_session_attrs", "any"},
    }};
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : options) {
        names.push_back(name);
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    Connection connection{PQconnectdbParams(names.data(), values.data(), 0)};
    PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
    return connection;
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

    const auto connection = connect(request, *endpoint, *address);
    if (PQstatus(connection.get()) != CONNECTION_OK) return failed(false, PQerrorMessage(connection.get()));
    const auto tally_id = text(request, "tallyId");
    const std::array<const char*, 1> arguments{tally_id.c_str()};
    const std::unique_ptr<PGresult, Clear> rows{PQexecParams(connection.get(),
                                                             "SELECT draft::text FROM tally WHERE tally_id = $1", 1,
                                                             nullptr, arguments.data(), nullptr, nullptr, 0)};
    if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK) return failed(true, PQresultErrorMessage(rows.get()));
    if (PQntuples(rows.get()) != 1 || PQnfields(rows.get()) != 1) return failed(true, "it holds no such draft");
    const std::string_view draft{PQgetvalue(rows.get(), 0, 0), static_cast<std::size_t>(PQgetlength(rows.get(), 0, 0))};
    if (draft.size() > draft_bytes_max) return failed(true, "its draft is too large");
    return {{"draft", draft}};
}

} // namespace taleus::provision
