#include "host/resolver.hpp"

#include "async/own_thread.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <string>

namespace taleus::host {

namespace {

using Host = wire::Multiaddr::Host;
using Endpoints = std::vector<tcp::endpoint>;

constexpr std::size_t endpoints_max = 16;

Result<Endpoints> literal(const wire::Multiaddr::Tcp& address) {
    boost::system::error_code error;
    const auto host = asio::ip::make_address(address.host, error);
    if (error) return fail(Code::unreachable, fmt::format("{} is no IP address", escaped(address.host)));
    return Endpoints{{host, address.port}};
}

int family_of(Host kind) {
    if (kind == Host::dns4) return AF_INET;
    return kind == Host::dns6 ? AF_INET6 : AF_UNSPEC;
}

Result<Endpoints> look_up(const wire::Multiaddr::Tcp& address) {
    addrinfo hints{};
    hints.ai_family = family_of(address.kind);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV; // not AI_ADDRCONFIG: it hides the loopback of a machine without a network
    addrinfo* first = nullptr;
    const int failed = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &first);
    if (failed != 0)
        return fail(Code::unreachable,
                    fmt::format("cannot resolve {}: {}", escaped(address.host), ::gai_strerror(failed)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{first, &::freeaddrinfo};
    Endpoints endpoints;
    for (const auto* each = first; each != nullptr && endpoints.size() < endpoints_max; each = each->ai_next) {
        tcp::endpoint endpoint;
        if (each->ai_addrlen > endpoint.capacity()) continue;
        std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
        endpoint.resize(each->ai_addrlen);
        endpoints.push_back(endpoint);
    }
    if (endpoints.empty()) return fail(Code::unreachable, fmt::format("{} has no address", escaped(address.host)));
    return endpoints;
}

} // namespace

async::awaitable<Result<Endpoints>> resolve(async::Executor executor, wire::Multiaddr::Tcp address) {
    if (address.kind == Host::ip4 || address.kind == Host::ip6) co_return literal(address);

    co_return co_await async::on_own_thread(executor, [address] { return look_up(address); });
}

} // namespace taleus::host
