#include "host/resolver.hpp"

#include "async/own_thread.hpp"
#include "host/text_records.hpp"

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
constexpr std::size_t names_max = 8; // that one /dnsaddr may lead to
constexpr std::uint64_t dnsaddr_code = 56;
constexpr std::string_view dnsaddr_prefix = "dnsaddr=";

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

Result<Endpoints> endpoints_of(const wire::Multiaddr::Tcp& address) {
    if (address.kind == Host::ip4 || address.kind == Host::ip6) return literal(address);
    return look_up(address);
}

// NAME of /dnsaddr/NAME/p2p/ID.
std::optional<std::string> dnsaddr_of(const wire::Multiaddr& address) {
    const auto parts = address.parts();
    if (parts.size() != 2 || parts[0].code != dnsaddr_code || !address.peer()) return std::nullopt;
    return taleus::to_text(parts[0].value);
}

// The addresses of this very peer that a name has, as far as they can be read.
Result<std::vector<wire::Multiaddr>> addresses_of(const std::string& name, const wire::PeerId& peer,
                                                  std::optional<sockaddr_in> server) {
    const auto texts = text_records("_dnsaddr." + name, server);
    if (!texts) return fail(texts.error());
    std::vector<wire::Multiaddr> addresses;
    for (const std::string_view text : *texts) {
        if (!text.starts_with(dnsaddr_prefix)) continue;
        auto address = wire::Multiaddr::from_text(text.substr(dnsaddr_prefix.size()));
        if (address && address->peer() == peer) addresses.push_back(std::move(*address));
    }
    return addresses;
}

// One name that does not answer hinders no other; its error is told when nothing was found.
Result<Endpoints> look_up_dnsaddr(const wire::Multiaddr& address, std::optional<sockaddr_in> server) {
    std::vector names{*dnsaddr_of(address)};
    Endpoints endpoints;
    Error failure{Code::unreachable, fmt::format("{} has no TCP address of this peer", escaped(names.front()))};
    for (std::size_t asked = 0; asked < names.size() && endpoints.size() < endpoints_max; ++asked) {
        const auto found = addresses_of(names[asked], *address.peer(), server);
        if (!found) failure = found.error();
        if (!found) continue;
        for (const auto& each : *found) {
            if (auto next = dnsaddr_of(each); next && names.size() < names_max) names.push_back(std::move(*next));
            const auto target = each.as_tcp();
            if (!target) continue;
            auto more = endpoints_of(*target);
            if (!more)
                failure = std::move(more.error());
            else
                endpoints.insert(endpoints.end(), more->begin(), more->end());
        }
    }
    if (endpoints.empty()) return fail(std::move(failure));
    endpoints.resize(std::min(endpoints.size(), endpoints_max));
    return endpoints;
}

} // namespace

async::awaitable<Result<Endpoints>> resolve(async::Executor executor, wire::Multiaddr address,
                                            std::optional<sockaddr_in> server) {
    const auto target = address.as_tcp();
    if (target && (target->kind == Host::ip4 || target->kind == Host::ip6)) co_return literal(*target);
    if (target) co_return co_await async::on_own_thread(executor, [target] { return look_up(*target); });
    if (!dnsaddr_of(address))
        co_return fail(Code::unreachable,
                       "this program speaks only /ip4, /ip6, /dns, /dns4 or /dns6 with /tcp, and /dnsaddr");
    co_return co_await async::on_own_thread(executor, [address, server] { return look_up_dnsaddr(address, server); });
}

} // namespace taleus::host
