#include "wire/address_block.hpp"

#include <algorithm>

namespace taleus::wire {

std::string address_block(const Multiaddr& address) {
    const auto parts = address.parts();
    if (parts.empty()) return {};
    const auto& ip = parts.front().value;
    std::string bytes{ip.begin(), ip.end()};
    if (bytes.size() == 4) return bytes;
    if (bytes.size() != 16) return {};
    static const std::string mapped = std::string(10, '\0') + "\xff\xff";
    return bytes.starts_with(mapped) ? bytes.substr(12) : bytes.substr(0, 8);
}

} // namespace taleus::wire
