#include "host/interfaces.hpp"

#include <boost/asio/ip/address.hpp>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>
#include <optional>

namespace taleus::host {

namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> address_of(const sockaddr& socket) {
    if (socket.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &socket, sizeof v4);
        return ip::address_v4{ntohl(v4.sin_addr.s_addr)};
    }
    if (socket.sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &socket, sizeof v6);
        ip::address_v6::bytes_type bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return ip::address_v6{bytes};
    }
    return std::nullopt;
}

bool is_link_local(const ip::address& address) {
    if (address.is_v6()) return address.to_v6().is_link_local();
    return (address.to_v4().to_uint() >> 16U) == 0xa9feU; // 169.254.0.0/16
}

std::vector<ip::address> own_addresses() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list{first, &::freeifaddrs};
    std::vector<ip::address> addresses;
    for (const auto* each = first; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0U) continue;
        if (const auto address = address_of(*each->ifa_addr); address && !is_link_local(*address))
            addresses.push_back(*address);
    }
    return addresses;
}

std::vector<ip::address> stand_ins(const ip::address& wildcard, const std::vector<ip::address>& own) {
    std::vector<ip::address> outer, loopback;
    for (const auto& address : own)
        if (address.is_v4() == wildcard.is_v4()) (address.is_loopback() ? loopback : outer).push_back(address);
    return outer.empty() ? loopback : outer;
}

} // namespace

std::vector<wire::Multiaddr> expanded(const std::vector<wire::Multiaddr>& addresses) {
    const auto own = own_addresses();
    std::vector<wire::Multiaddr> out;
    for (const auto& address : addresses) {
        const auto target = address.as_tcp();
        boost::system::error_code error;
        const auto host = target ? ip::make_address(target->host, error) : ip::address{};
        if (!target || error || !host.is_unspecified()) {
            out.push_back(address);
            continue;
        }
        const auto peer = address.peer();
        for (const auto& each : stand_ins(host, own)) {
            auto concrete = wire::Multiaddr::tcp(each.to_string(), target->port);
            out.push_back(peer ? concrete.with_peer(*peer) : concrete);
        }
    }
    return out;
}

} // namespace taleus::host
