#pragma once
// Parts of what is hashed or signed, each with its length in front, so that no two lists of parts make the same bytes.

#include "base/bytes.hpp"
#include "base/ensure.hpp"

namespace taleus::protocol {

// A 16-bit big-endian length, then the part.
inline void append_counted(Bytes& to, ByteView part) {
    ensure(part.size() <= 0xffff, "a counted part has at most 65,535 bytes");
    to.push_back(static_cast<std::uint8_t>(part.size() >> 8));
    to.push_back(static_cast<std::uint8_t>(part.size() & 0xff));
    append(to, part);
}

} // namespace taleus::protocol
