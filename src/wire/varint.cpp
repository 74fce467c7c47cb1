#include "wire/varint.hpp"

#include "base/ensure.hpp"

namespace taleus::wire {

void append_varint(Bytes& to, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) to.push_back(static_cast<std::uint8_t>(value | 0x80U));
    to.push_back(static_cast<std::uint8_t>(value));
}

Result<std::optional<VarintRead>> read_varint(ByteView from, std::size_t max_size) {
    ensure(max_size >= 1 && max_size <= 10, "a varint has 1 to 10 bytes");
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < max_size; ++i) {
        if (i == from.size()) return std::nullopt;
        const auto byte = from[i];
        if (i == 9 && byte > 1) return fail(Code::malformed, "varint is beyond 64 bits");
        value |= static_cast<std::uint64_t>(byte & 0x7fU) << (7 * i);
        if ((byte & 0x80U) != 0) continue;
        if (byte == 0 && i > 0) return fail(Code::malformed, "varint is not minimal");
        return VarintRead{value, i + 1};
    }
    return fail(Code::malformed, "varint is too long");
}

} // namespace taleus::wire
