#include "wire/multiaddr_protocols.hpp"

#include "wire/base_text.hpp"
#include "wire/peer_id.hpp"
#include "wire/utf8.hpp"
#include "wire/varint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace taleus::wire {
namespace {

constexpr std::array<AddressProtocol, 29> protocols{{
    {4, "ip4", Shape::ip4, 4},
    {6, "tcp", Shape::port, 2},
    {273, "udp", Shape::port, 2},
    {41, "ip6", Shape::ip6, 16},
    {42, "ip6zone", Shape::name, {}},
    {43, "ipcidr", Shape::prefix, 1},
    {53, "dns", Shape::name, {}},
    {54, "dns4", Shape::name, {}},
    {55, "dns6", Shape::name, {}},
    {56, "dnsaddr", Shape::name, {}},
    {421, "p2p", Shape::peer, {}},
    {290, "p2p-circuit", Shape::none, 0},
    {460, "quic", Shape::none, 0},
    {461, "quic-v1", Shape::none, 0},
    {465, "webtransport", Shape::none, 0},
    {466, "certhash", Shape::hash, {}},
    {477, "ws", Shape::none, 0},
    {478, "wss", Shape::none, 0},
    {448, "tls", Shape::none, 0},
    {449, "sni", Shape::name, {}},
    {454, "noise", Shape::none, 0},
    {280, "webrtc-direct", Shape::none, 0},
    {281, "webrtc", Shape::none, 0},
    {480, "http", Shape::none, 0},
    {443, "https", Shape::none, 0},
    {481, "http-path", Shape::escaped, {}},
    {400, "unix", Shape::path, {}},
    {777, "memory", Shape::number, 8},
    {445, "onion3", Shape::onion3, 37},
}};
constexpr std::size_t onion3_key_bytes = 35;

std::unexpected<Error> bad(std::string context) { return fail(Code::malformed, std::move(context)); }

// Decimal digits only, no sign, no leading zero.
std::optional<std::uint64_t> decimal(std::string_view text, std::uint64_t max) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > max) return std::nullopt;
    if (text.size() > 1 && text[0] == '0') return std::nullopt;
    return value;
}

Result<Bytes> big_endian(std::string_view text, std::size_t size) {
    const auto max = size == 8 ? std::numeric_limits<std::uint64_t>::max() : (std::uint64_t{1} << (8 * size)) - 1;
    const auto value = decimal(text, max);
    if (!value) return bad("multiaddr has a bad number");
    Bytes out;
    for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<std::uint8_t>(*value >> (8 * i)));
    return out;
}

std::uint64_t number_of(ByteView value) {
    std::uint64_t number = 0;
    for (const auto byte : value) number = number << 8U | byte;
    return number;
}

Result<Bytes> ip_from_text(std::string_view text, int family, std::size_t size) {
    Bytes out(size);
    // inet_pton reads a C string: a zero byte would end it early.
    if (text.contains('\0') || inet_pton(family, std::string{text}.c_str(), out.data()) != 1)
        return bad("multiaddr has a bad IP address");
    return out;
}

// RFC 5952: lower case, no leading zeros, the first longest run of at least two zero groups as `::`, IPv4-mapped
// addresses with a dotted tail. (inet_ntop dots the deprecated IPv4-compatible ones as well.)
std::string ip6_to_text(ByteView ip) {
    static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::ranges::equal(ip.first(12), mapped))
        return fmt::format("::ffff:{}.{}.{}.{}", ip[12], ip[13], ip[14], ip[15]);
    const auto group = [&](std::size_t i) { return number_of(ip.subspan(2 * i, 2)); };
    std::size_t best = 8;
    std::size_t best_size = 1;
    for (std::size_t i = 0, size = 0; i < 8; ++i) {
        size = group(i) == 0 ? size + 1 : 0;
        if (size > best_size) {
            best_size = size;
            best = i + 1 - size;
        }
    }
    std::string out;
    for (std::size_t i = 0; i < 8;) {
        if (i == best) {
            out += "::";
            i += best_size;
            continue;
        }
        if (!out.empty() && !out.ends_with(':')) out += ':';
        fmt::format_to(std::back_inserter(out), "{:x}", group(i++));
    }
    return out;
}

Result<std::string> name_to_text(ByteView value) {
    const auto text = as_text(value);
    const auto breaks_the_text = [](char c) { return c == '/' || c == '\x7f' || (c >= '\0' && c <= ' '); };
    if (text.empty() || text.size() > 253 || !is_utf8(text) || std::ranges::any_of(text, breaks_the_text))
        return bad("multiaddr has a bad name");
    return std::string{text};
}

Result<std::string> path_to_text(ByteView value) {
    const auto text = as_text(value);
    if (text.size() < 2 || text[0] != '/' || text.ends_with('/') || !is_utf8(text) || text.contains('\0'))
        return bad("multiaddr has a bad path");
    return std::string{text.substr(1)};
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<Bytes> unescaped(std::string_view text) {
    Bytes out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(static_cast<std::uint8_t>(text[i]));
            continue;
        }
        const auto high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const auto low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) return bad("multiaddr has a bad escape");
        out.push_back(static_cast<std::uint8_t>(high * 16 + low));
        i += 2;
    }
    return out;
}

Result<std::string> escaped_to_text(ByteView value) {
    if (value.empty()) return bad("multiaddr has an empty path");
    std::string out;
    for (const auto byte : value) {
        const auto c = static_cast<char>(byte);
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                std::string_view{"-._~"}.contains(c);
        if (unreserved)
            out += c;
        else
            fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
    }
    return out;
}

Result<std::string> hash_to_text(ByteView value) {
    const auto code = read_varint(value);
    if (!code || !*code) return bad("multiaddr has a bad certificate hash");
    const auto rest = value.subspan((*code)->size);
    const auto size = read_varint(rest);
    if (!size || !*size || (*size)->value == 0 || (*size)->value != rest.size() - (*size)->size)
        return bad("multiaddr has a bad certificate hash");
    return "u" + to_base64url(value);
}

Result<Bytes> peer_from_text(std::string_view text) {
    const auto id = PeerId::from_text(text);
    if (!id) return fail(id.error());
    return to_bytes(id->bytes());
}

Result<std::string> peer_to_text(ByteView value) {
    const auto id = PeerId::from_bytes(value);
    if (!id) return fail(id.error());
    return id->to_text();
}

Result<Bytes> onion3_from_text(std::string_view text) {
    const auto colon = text.find(':');
    if (colon != 56) return bad("multiaddr has a bad onion address");
    auto out = from_base32(text.substr(0, colon));
    const auto port = big_endian(text.substr(colon + 1), 2);
    if (!out || !port) return bad("multiaddr has a bad onion address");
    append(*out, *port);
    return out;
}

} // namespace

const AddressProtocol* protocol_of(std::uint64_t code) {
    const auto* const found = std::ranges::find(protocols, code, &AddressProtocol::code);
    return found == protocols.end() ? nullptr : found;
}

const AddressProtocol* protocol_named(std::string_view name) {
    if (name == "ipfs") name = "p2p";
    const auto* const found = std::ranges::find(protocols, name, &AddressProtocol::name);
    return found == protocols.end() ? nullptr : found;
}

Result<Bytes> value_from_text(Shape shape, std::string_view text) {
    switch (shape) {
    case Shape::none: return Bytes{};
    case Shape::ip4: return ip_from_text(text, AF_INET, 4);
    case Shape::ip6: return ip_from_text(text, AF_INET6, 16);
    case Shape::port: return big_endian(text, 2);
    case Shape::prefix: return big_endian(text, 1);
    case Shape::number: return big_endian(text, 8);
    case Shape::name: return to_bytes(text);
    case Shape::path: return to_bytes("/" + std::string{text});
    case Shape::escaped: return unescaped(text);
    case Shape::peer: return peer_from_text(text);
    case Shape::hash: return text.starts_with('u') ? from_base64url(text.substr(1)) : bad("multiaddr has a bad hash");
    case Shape::onion3: return onion3_from_text(text);
    }
    return bad("multiaddr has an unknown value");
}

Result<std::string> value_to_text(Shape shape, ByteView value) {
    switch (shape) {
    case Shape::none: return std::string{};
    case Shape::ip4: return fmt::format("{}.{}.{}.{}", value[0], value[1], value[2], value[3]);
    case Shape::ip6: return ip6_to_text(value);
    case Shape::port:
    case Shape::number: return std::to_string(number_of(value));
    case Shape::prefix:
        if (value[0] > 128) return bad("multiaddr has a bad prefix length");
        return std::to_string(value[0]);
    case Shape::name: return name_to_text(value);
    case Shape::path: return path_to_text(value);
    case Shape::escaped: return escaped_to_text(value);
    case Shape::peer: return peer_to_text(value);
    case Shape::hash: return hash_to_text(value);
    case Shape::onion3:
        if (number_of(value.subspan(onion3_key_bytes)) == 0) return bad("multiaddr has a bad onion port");
        return fmt::format("{}:{}", to_base32(value.first(onion3_key_bytes), Case::lower),
                           number_of(value.subspan(onion3_key_bytes)));
    }
    return bad("multiaddr has an unknown value");
}

} // namespace taleus::wire
