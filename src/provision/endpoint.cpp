#include "provision/endpoint.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace taleus::provision {
namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view scheme = "postgres://";
constexpr std::size_t host_size_max = 253;
constexpr std::size_t database_size_max = 63;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_host_name(std::string_view text) {
    const auto fits = [](char c) { return is_word(c) || c == '-' || c == '.'; };
    return !text.empty() && text.size() <= host_size_max && is_word(text.front()) && std::ranges::all_of(text, fits);
}

bool is_database_name(std::string_view text) {
    const auto fits = [](char c) { return is_word(c) || c == '-' || c == '_'; };
    return !text.empty() && text.size() <= database_size_max && is_word(text.front()) &&
           std::ranges::all_of(text, fits);
}

// No zone; and the parser reads C strings, so that a NUL would hide what follows.
bool is_ipv6(std::string_view text) {
    if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
    boost::system::error_code error;
    ip::make_address_v6(std::string{text}, error);
    return !error;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
    return port;
}

struct Range {
    std::uint32_t network;
    unsigned bits;
};
// IANA's registry of special-purpose IPv4 addresses, and multicast and what is above it.
constexpr std::array special{Range{0x00000000, 8},  Range{0x0A000000, 8},  Range{0x64400000, 10}, Range{0x7F000000, 8},
                             Range{0xA9FE0000, 16}, Range{0xAC100000, 12}, Range{0xC0000000, 24}, Range{0xC0000200, 24},
                             Range{0xC0586300, 24}, Range{0xC0A80000, 16}, Range{0xC6120000, 15}, Range{0xC6336400, 24},
                             Range{0xCB007100, 24}, Range{0xE0000000, 3}};

bool is_public_v4(std::uint32_t address) {
    return std::ranges::none_of(special, [&](const Range& range) {
        const auto shift = 32 - range.bits;
        return address >> shift == range.network >> shift;
    });
}

std::uint32_t v4_at(const ip::address_v6::bytes_type& bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes.at(at)) << 24 | static_cast<std::uint32_t>(bytes.at(at + 1)) << 16 |
           static_cast<std::uint32_t>(bytes.at(at + 2)) << 8 | bytes.at(at + 3);
}

bool is_public_v6(const ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    if (address.is_v4_mapped()) return is_public_v4(v4_at(bytes, 12));
    const auto first = static_cast<unsigned>(bytes[0]) << 8 | bytes[1];
    const auto second = static_cast<unsigned>(bytes[2]) << 8 | bytes[3];
    if (first == 0x0064 && second == 0xff9b) return is_public_v4(v4_at(bytes, 12)); // NAT64
    if (first == 0x2002) return is_public_v4(v4_at(bytes, 2));                      // 6to4
    const bool is_special = first == 0x2001 && (second < 0x0200 || second == 0x0db8);
    const bool is_global_unicast = (first & 0xe000U) == 0x2000;
    return is_global_unicast && !is_special && first != 0x3fff;
}

} // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    if (!text.starts_with(scheme)) return std::nullopt;
    text.remove_prefix(scheme.size());
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    Endpoint endpoint;
    endpoint.database = text.substr(slash + 1);
    auto authority = text.substr(0, slash);
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        endpoint.host = authority.substr(1, end - 1);
        authority.remove_prefix(end + 1);
        if (!is_ipv6(endpoint.host)) return std::nullopt;
    } else {
        endpoint.host = authority.substr(0, authority.find(':'));
        authority.remove_prefix(endpoint.host.size());
        if (!is_host_name(endpoint.host)) return std::nullopt;
    }
    if (!authority.empty()) {
        const auto port = authority.front() == ':' ? parse_port(authority.substr(1)) : std::nullopt;
        if (!port) return std::nullopt;
        endpoint.port = *port;
    }
    if (!is_database_name(endpoint.database)) return std::nullopt;
    return endpoint;
}

std::string to_text(const Endpoint& endpoint) {
    const bool is_bracketed = endpoint.host.contains(':');
    return fmt::format("{}{}{}{}:{}/{}", scheme, is_bracketed ? "[" : "", endpoint.host, is_bracketed ? "]" : "",
                       endpoint.port, endpoint.database);
}

bool is_public(const ip::address& address) {
    return address.is_v4() ? is_public_v4(address.to_v4().to_uint()) : is_public_v6(address.to_v6());
}

} // namespace taleus::provision
