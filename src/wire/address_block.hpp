#pragma once
// Whom an address belongs to, as far as limits and rates can tell: an IPv4 address, or the /64 of an IPv6 address, of
// which one caller has as many as he likes.

#include "wire/multiaddr.hpp"

#include <string>

namespace taleus::wire {

// 4 bytes of IPv4 (also of one that is mapped into IPv6), else 8 of IPv6; empty for what has neither.
std::string address_block(const Multiaddr& address);

} // namespace taleus::wire
