#include "p2p/yamux_frame.hpp"

namespace taleus::p2p::yamux {
namespace {

void append_u32(Bytes& to, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t read_u32(ByteView from) {
    std::uint32_t value = 0;
    for (const auto byte : from.first(4)) value = value << 8 | byte;
    return value;
}

} // namespace

void append_header(Bytes& to, const Header& header) {
    to.push_back(0); // version
    to.push_back(static_cast<std::uint8_t>(header.type));
    to.push_back(static_cast<std::uint8_t>(header.flags >> 8));
    to.push_back(static_cast<std::uint8_t>(header.flags));
    append_u32(to, header.stream);
    append_u32(to, header.length);
}

std::optional<Header> parse_header(std::span<const std::uint8_t, header_size> from) {
    if (from[0] != 0 || from[1] > static_cast<std::uint8_t>(Type::go_away)) return std::nullopt;
    return Header{.type = static_cast<Type>(from[1]),
                  .flags = static_cast<std::uint16_t>(from[2] << 8 | from[3]),
                  .stream = read_u32(from.subspan(4)),
                  .length = read_u32(from.subspan(8))};
}

} // namespace taleus::p2p::yamux
