#pragma once
// Unsigned varints as multiformats and protobuf write them: seven bits a byte, least significant first.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>

namespace taleus::wire {

void append_varint(Bytes& to, std::uint64_t value);

// Result of looking for a varint at the front of a buffer that may still be growing.
struct VarintRead {
    std::uint64_t value = 0;
    std::size_t size = 0; // bytes used
};

// nullopt inside: more bytes are needed. Error `malformed`: longer than `max_size` bytes (at most 10), not minimal, or
// beyond 64 bits.
Result<std::optional<VarintRead>> read_varint(ByteView from, std::size_t max_size = 9);

} // namespace taleus::wire
