#include "wire/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace taleus::wire {
namespace {

// Bytes of the sequence that starts with `first`, 0 for none; and the bounds of its second byte, in which RFC 3629
// hides what is overlong, a surrogate or too large.
struct Sequence {
    std::size_t size;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
};
Sequence sequence_of(std::uint8_t first) {
    if (first < 0x80) return {1};
    if (first < 0xc2) return {0};
    if (first < 0xe0) return {2};
    if (first == 0xe0) return {3, 0xa0};
    if (first == 0xed) return {3, 0x80, 0x9f};
    if (first < 0xf0) return {3};
    if (first == 0xf0) return {4, 0x90};
    if (first < 0xf4) return {4};
    if (first == 0xf4) return {4, 0x80, 0x8f};
    return {0};
}

// Eight bytes at once: most of what is read is ASCII.
constexpr std::size_t word_bytes = sizeof(std::uint64_t);
bool is_ascii(std::string_view text, std::size_t at) {
    std::uint64_t word = 0;
    if (text.size() - at < word_bytes) return false;
    std::memcpy(&word, text.data() + at, word_bytes);
    return (word & 0x8080'8080'8080'8080) == 0;
}

} // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        if (is_ascii(text, i)) {
            i += word_bytes;
            continue;
        }
        const auto sequence = sequence_of(static_cast<std::uint8_t>(text[i]));
        if (sequence.size == 0 || sequence.size > text.size() - i) return false;
        for (std::size_t k = 1; k < sequence.size; ++k) {
            const auto byte = static_cast<std::uint8_t>(text[i + k]);
            if (byte < (k == 1 ? sequence.low : 0x80) || byte > (k == 1 ? sequence.high : 0xbf)) return false;
        }
        i += sequence.size;
    }
    return true;
}

} // namespace taleus::wire
