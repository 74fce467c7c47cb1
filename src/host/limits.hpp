#pragma once
// How many connections a host lets in. Adjustable while it runs; holds for who comes then.

#include <cstddef>

namespace taleus::host {

struct HostLimits {
    std::size_t connections_max = 4096; // inbound, in total
    std::size_t handshaking_max = 1024; // inbound, not yet authenticated
    std::size_t per_address_max = 64;   // inbound, of one IPv4 address or one IPv6 /64
};

} // namespace taleus::host
