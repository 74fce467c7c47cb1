#pragma once
// The twelve bytes in front of every yamux frame (libp2p specification, yamux/README.md).

#include "base/bytes.hpp"

#include <array>
#include <optional>

namespace taleus::p2p::yamux {

enum class Type : std::uint8_t { data = 0, window_update = 1, ping = 2, go_away = 3 };

inline constexpr std::uint16_t syn = 1;
inline constexpr std::uint16_t ack = 2;
inline constexpr std::uint16_t fin = 4;
inline constexpr std::uint16_t rst = 8;

inline constexpr std::size_t header_size = 12;
inline constexpr std::uint32_t window_initial = 256 * 1024;

struct Header {
    Type type = Type::data;
    std::uint16_t flags = 0;
    std::uint32_t stream = 0;
    std::uint32_t length = 0; // of the body for data, else credit, ping value or reason

    bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
};

void append_header(Bytes& to, const Header& header);
// nullopt: another version or an unknown type.
std::optional<Header> parse_header(std::span<const std::uint8_t, header_size> from);

} // namespace taleus::p2p::yamux
