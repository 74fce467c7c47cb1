#pragma once
// How many connections a host lets in. Adjustable while it runs; holds for who comes then.

#include "guard/throttle.hpp"

#include <cstddef>

namespace taleus::host {

struct HostLimits {
    std::size_t connections_max = 4096; // inbound, in total
    std::size_t handshaking_max = 1024; // inbound, not yet authenticated
    std::size_t per_address_max = 64;   // inbound, of one IPv4 address or one IPv6 /64
    std::size_t per_peer_max = 64;      // inbound, of one authenticated peer
    std::size_t streams_max = 16'384;   // inbound streams that somebody holds, in total
    std::size_t streams_per_peer_max = 4096;
    guard::StageRates rates{}; // of connections; by address and in all
};

} // namespace taleus::host
