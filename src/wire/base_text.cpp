#include "wire/base_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace taleus::wire {
namespace {

constexpr std::string_view base58_digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t base58_characters_max = 256;
constexpr std::string_view base32_upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view base32_lower = "abcdefghijklmnopqrstuvwxyz234567";

// number = number * factor + carry, over digits of the given base, least significant first.
void multiply_add(Bytes& number, unsigned factor, unsigned carry, unsigned base) {
    for (auto& digit : number) {
        carry += digit * factor;
        digit = static_cast<std::uint8_t>(carry % base);
        carry /= base;
    }
    for (; carry != 0; carry /= base) number.push_back(static_cast<std::uint8_t>(carry % base));
}

int base32_value(char c) {
    if (c >= 'a' && c <= 'z') return c - 'a';
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= '2' && c <= '7') return c - '2' + 26;
    return -1;
}

std::string encode_base64(ByteView bytes, int variant) {
    std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant);
    out.pop_back(); // its terminator
    return out;
}

// libsodium refuses other characters, wrong padding and non-zero trailing bits; but 1.0.18 takes any byte above 127 for
// a digit.
Result<Bytes> decode_base64(std::string_view text, int variant) {
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 127; }))
        return fail(Code::malformed, "not base64");
    Bytes out(text.size() / 4 * 3 + 3);
    std::size_t size = 0;
    if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, nullptr, variant) != 0)
        return fail(Code::malformed, "not base64");
    out.resize(size);
    return out;
}

} // namespace

std::string to_base58(ByteView bytes) {
    const auto zeros =
        static_cast<std::size_t>(std::ranges::find_if(bytes, [](auto b) { return b != 0; }) - bytes.begin());
    Bytes digits;
    for (const auto byte : bytes.subspan(zeros)) multiply_add(digits, 256, byte, 58);
    std::string out(zeros, base58_digits[0]);
    std::ranges::for_each(digits.rbegin(), digits.rend(), [&](auto digit) { out.push_back(base58_digits[digit]); });
    return out;
}

Result<Bytes> from_base58(std::string_view text) {
    if (text.size() > base58_characters_max) return fail(Code::malformed, "base58 is too long"); // quadratic below
    const auto zeros = std::min(text.find_first_not_of(base58_digits[0]), text.size());
    Bytes number;
    for (const char c : text.substr(zeros)) {
        const auto digit = base58_digits.find(c);
        if (digit == std::string_view::npos) return fail(Code::malformed, "not base58");
        multiply_add(number, 58, static_cast<unsigned>(digit), 256);
    }
    Bytes out(zeros, 0);
    out.insert(out.end(), number.rbegin(), number.rend());
    return out;
}

std::string to_base32(ByteView bytes, Case letters) {
    const auto digits = letters == Case::lower ? base32_lower : base32_upper;
    std::string out;
    out.reserve(bytes.size() * 8 / 5 + 1);
    unsigned held = 0;
    unsigned bits = 0;
    for (const auto byte : bytes) {
        held = (held << 8U | byte) & 0xfffU; // at most 4 bits wait
        for (bits += 8; bits >= 5; bits -= 5) out.push_back(digits[held >> (bits - 5) & 31U]);
    }
    if (bits > 0) out.push_back(digits[held << (5 - bits) & 31U]);
    return out;
}

Result<Bytes> from_base32(std::string_view text) {
    Bytes out;
    out.reserve(text.size() * 5 / 8);
    unsigned held = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const auto digit = base32_value(c);
        if (digit < 0) return fail(Code::malformed, "not base32");
        held = (held << 5U | static_cast<unsigned>(digit)) & 0xfffU;
        bits += 5;
        if (bits >= 8) out.push_back(static_cast<std::uint8_t>(held >> (bits -= 8)));
    }
    // A whole digit too many, or bits that no encoder sets: a second text for the same bytes.
    if (bits >= 5 || (held & ((1U << bits) - 1)) != 0) return fail(Code::malformed, "base32 has trailing bits");
    return out;
}

std::string to_base64url(ByteView bytes) { return encode_base64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING); }
Result<Bytes> from_base64url(std::string_view text) {
    return decode_base64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
std::string to_base64(ByteView bytes) { return encode_base64(bytes, sodium_base64_VARIANT_ORIGINAL); }
Result<Bytes> from_base64(std::string_view text) { return decode_base64(text, sodium_base64_VARIANT_ORIGINAL); }

} // namespace taleus::wire
