#include "host/resolver.hpp"

#include <boost/asio/ip/basic_resolver.hpp>

#include <memory>
#include <string>

namespace taleus::host {

namespace {

using Host = wire::Multiaddr::Host;
using Endpoints = std::vector<tcp::endpoint>;
using Resolver = asio::ip::basic_resolver<tcp, async::Executor>;
using boost::system::error_code;

constexpr std::size_t endpoints_max = 16;

Result<Endpoints> literal(const wire::Multiaddr::Tcp& address) {
    error_code error;
    const auto host = asio::ip::make_address(address.host, error);
    if (error) return fail(Code::unreachable, fmt::format("{} is no IP address", escaped(address.host)));
    return Endpoints{{host, address.port}};
}

bool is_wanted(Host kind, const tcp::endpoint& endpoint) {
    return kind == Host::dns || endpoint.address().is_v4() == (kind == Host::dns4);
}

Result<Endpoints> answer(const wire::Multiaddr::Tcp& address, const error_code& error,
                         const Resolver::results_type& results) {
    if (error)
        return fail(Code::unreachable, fmt::format("cannot resolve {}: {}", escaped(address.host), error.message()));
    Endpoints endpoints;
    for (const auto& result : results)
        if (is_wanted(address.kind, result.endpoint()) && endpoints.size() < endpoints_max)
            endpoints.push_back(result.endpoint());
    if (endpoints.empty()) return fail(Code::unreachable, fmt::format("{} has no address", escaped(address.host)));
    return endpoints;
}

} // namespace

async::awaitable<Result<Endpoints>> resolve(async::Executor executor, wire::Multiaddr::Tcp address) {
    if (address.kind == Host::ip4 || address.kind == Host::ip6) co_return literal(address);

    // Shared with the resolver's thread's answer, which may come after this coroutine has gone.
    const auto shot = std::make_shared<async::OneShot<Result<Endpoints>>>(executor);
    const auto take = [shot, address](const error_code& error, const Resolver::results_type& results) {
        shot->set(answer(address, error, results));
    };
    // Not `address_configured`: it hides the loopback addresses of a machine without a network.
    const auto flags = Resolver::numeric_service;
    const auto port = std::to_string(address.port);
    Resolver resolver{executor};
    if (address.kind == Host::dns)
        resolver.async_resolve(address.host, port, flags, take);
    else
        resolver.async_resolve(address.kind == Host::dns4 ? tcp::v4() : tcp::v6(), address.host, port, flags, take);
    co_return co_await shot->wait();
}

} // namespace taleus::host
