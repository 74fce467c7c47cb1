#include "wire/base_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace taleus::wire {
namespace {

constexpr std::string_view base58_digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t base58_characters_max = 256;
constexpr std::uint64_t base58_word = 58ULL * 58 * 58 * 58 * 58;
constexpr std::string_view base32_upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view base32_lower = "abcdefghijklmnopqrstuvwxyz234567";

// Long division is done over words of 32 bits: four bytes of the one side, five digits of the other.
using Words = std::vector<std::uint32_t>;

// number = number * factor + carry, in words of the given base, least significant first; neither is above 2^32.
void multiply_add(Words& number, std::uint64_t factor, std::uint64_t carry, std::uint64_t base) {
    for (auto& word : number) {
        carry += word * factor;
        word = static_cast<std::uint32_t>(carry % base);
        carry /= base;
    }
    for (; carry != 0; carry /= base) number.push_back(static_cast<std::uint32_t>(carry % base));
}

// The same number in the words' digits, most significant first, after the zeros that numbers do not keep.
template <class Text> Text spelled(const Words& number, unsigned base, int per_word, std::size_t zeros) {
    Text out;
    for (auto word : number)
        for (int i = 0; i < per_word; ++i, word /= base)
            out.push_back(static_cast<typename Text::value_type>(word % base));
    while (!out.empty() && out.back() == 0) out.pop_back();
    out.insert(out.end(), zeros, 0);
    std::ranges::reverse(out);
    return out;
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
    Words number;
    for (auto rest = bytes.subspan(zeros); !rest.empty();) {
        const auto size = (rest.size() - 1) % 4 + 1; // the first part is what is left over by the others
        std::uint64_t part = 0;
        for (const auto byte : rest.first(size)) part = part << 8U | byte;
        multiply_add(number, std::uint64_t{1} << 8U * size, part, base58_word);
        rest = rest.subspan(size);
    }
    auto text = spelled<std::string>(number, 58, 5, zeros);
    for (auto& digit : text) digit = base58_digits[static_cast<std::size_t>(digit)];
    return text;
}

Result<Bytes> from_base58(std::string_view text) {
    if (text.size() > base58_characters_max) return fail(Code::malformed, "base58 is too long"); // quadratic below
    const auto zeros = std::min(text.find_first_not_of(base58_digits[0]), text.size());
    Words number;
    for (auto rest = text.substr(zeros); !rest.empty();) {
        const auto size = (rest.size() - 1) % 5 + 1;
        std::uint64_t factor = 1;
        std::uint64_t part = 0;
        for (const char c : rest.substr(0, size)) {
            const auto digit = base58_digits.find(c);
            if (digit == std::string_view::npos) return fail(Code::malformed, "not base58");
            factor *= 58;
            part = part * 58 + digit;
        }
        multiply_add(number, factor, part, std::uint64_t{1} << 32U);
        rest.remove_prefix(size);
    }
    return spelled<Bytes>(number, 256, 4, zeros);
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
