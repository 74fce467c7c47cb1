#pragma once
// The machine's own addresses: what a wildcard stands for when others are told where to find us.

#include "wire/multiaddr.hpp"

#include <vector>

namespace taleus::host {

// Each /ip4/0.0.0.0 and /ip6/:: replaced by the addresses of the interfaces that are up (link-local ones left out, and
// loopback ones too unless there is nothing else); other addresses, ports and a trailing /p2p stay as they are.
std::vector<wire::Multiaddr> expanded(const std::vector<wire::Multiaddr>& addresses);

} // namespace taleus::host
