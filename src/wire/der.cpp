#include "wire/der.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

namespace taleus::wire {
namespace {

constexpr std::array<std::uint8_t, 27> p256_head{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
constexpr std::array<std::uint8_t, 23> secp256k1_head{0x30, 0x36, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                                      0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                                      0x81, 0x04, 0x00, 0x0a, 0x03, 0x22, 0x00};
constexpr std::array<std::uint8_t, 15> rsa_algorithm{0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                                     0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
constexpr std::size_t rsa_bits_min = 2048;
constexpr std::size_t rsa_bits_max = 8192;

enum Tag : std::uint8_t { integer = 0x02, bit_string = 0x03, sequence = 0x30 };

// The contents of the element at the front of `rest`, which moves behind it. Lengths must be minimal, of at most two
// bytes (64 KiB), and within what is there.
std::optional<ByteView> take(ByteView& rest, Tag tag) {
    if (rest.size() < 2 || rest[0] != tag) return std::nullopt;
    std::size_t size = rest[1];
    std::size_t head = 2;
    if (size == 0x81 || size == 0x82) {
        const auto count = size & 0x7fU;
        if (rest.size() < 2 + count) return std::nullopt;
        size = 0;
        for (std::size_t i = 0; i < count; ++i) size = size << 8U | rest[head++];
        if (size < (count == 1 ? 0x80U : 0x100U)) return std::nullopt;
    } else if (size >= 0x80) {
        return std::nullopt;
    }
    if (size > rest.size() - head) return std::nullopt;
    const auto contents = rest.subspan(head, size);
    rest = rest.subspan(head + size);
    return contents;
}

// A positive integer without its sign byte; minimal.
std::optional<ByteView> take_positive(ByteView& rest) {
    auto digits = take(rest, integer);
    if (!digits || digits->empty() || ((*digits)[0] & 0x80U) != 0) return std::nullopt;
    if ((*digits)[0] == 0) {
        digits = digits->subspan(1);
        if (digits->empty() || ((*digits)[0] & 0x80U) == 0) return std::nullopt; // zero, or a zero byte too many
    }
    return digits;
}

std::size_t bits_of(ByteView digits) {
    return digits.size() * 8 - static_cast<std::size_t>(std::countl_zero(digits[0]));
}

bool starts_with(ByteView bytes, ByteView head) {
    return bytes.size() >= head.size() && std::ranges::equal(bytes.first(head.size()), head);
}

} // namespace

bool is_p256_spki(ByteView der) { return der.size() == p256_head.size() + 64 && starts_with(der, p256_head); }

bool is_rsa_spki(ByteView der) {
    auto body = take(der, sequence);
    if (!body || !der.empty() || !starts_with(*body, rsa_algorithm)) return false;
    auto rest = body->subspan(rsa_algorithm.size());
    auto bits = take(rest, bit_string);
    if (!bits || !rest.empty() || bits->empty() || (*bits)[0] != 0) return false;
    rest = bits->subspan(1);
    auto key = take(rest, sequence);
    if (!key || !rest.empty()) return false;
    const auto modulus = take_positive(*key);
    const auto exponent = take_positive(*key);
    if (!modulus || !exponent || !key->empty()) return false;
    if (bits_of(*modulus) < rsa_bits_min || bits_of(*modulus) > rsa_bits_max || (modulus->back() & 1U) == 0)
        return false;
    return bits_of(*exponent) >= 2 && bits_of(*exponent) <= 31 && (exponent->back() & 1U) == 1;
}

Bytes secp256k1_spki(ByteView point) {
    auto der = to_bytes(ByteView{secp256k1_head});
    append(der, point);
    return der;
}

} // namespace taleus::wire
