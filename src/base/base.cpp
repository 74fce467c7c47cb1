#include "base/bytes.hpp"
#include "base/ensure.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace taleus {

namespace {

struct Character {
    std::size_t size = 0; // in bytes; 0: what RFC 3629 has not
    std::uint32_t code = 0;
};

// The one that a text, which is not empty, begins with.
Character first_of(std::string_view text) {
    const auto byte = [text](std::size_t at) -> std::uint32_t { return static_cast<unsigned char>(text[at]); };
    const auto first = byte(0);
    if (first < 0x80) return {1, first};
    const std::size_t size = first >= 0xf8 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
    if (size == 0 || size > text.size()) return {};
    auto code = first & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {};
        code = code << 6U | (byte(i) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000}; // by size: below it is overlong
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least[size] || is_surrogate || code > 0x10ffff) return {};
    return {size, code};
}

// Controls (C0, DEL, C1), ends of lines and paragraphs, and what changes the direction of what follows.
bool speaks_to_terminals(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x61c || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

} // namespace

std::string to_hex(ByteView bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        out.push_back(digits[byte >> 4U]);
        out.push_back(digits[byte & 15U]);
    }
    return out;
}

void invariant_broken(std::string_view why, const std::source_location& where) {
    fmt::print(stderr, "taleus: invariant broken: {} ({}:{}, {})\n", why, where.file_name(), where.line(),
               where.function_name());
    std::fflush(stderr);
    std::abort();
}

void wipe(std::span<std::uint8_t> bytes) noexcept {
    if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

std::string_view to_text(Level level) {
    static constexpr std::array<std::string_view, 5> names{"trace", "debug", "info", "warn", "error"};
    return names[static_cast<std::size_t>(level)];
}

std::string escaped(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : text.substr(0, limit)) {
        if (c >= ' ' && c < '\x7f' && c != '"' && c != '\\')
            out.push_back(c);
        else
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    }
    if (text.size() > limit) out += "...";
    return out;
}

std::string readable(std::string_view text, std::size_t limit) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto character = first_of(text.substr(at));
        const auto part = text.substr(at, std::max<std::size_t>(character.size, 1));
        if (part.size() > limit - at) break;
        if (character.size > 0 && !speaks_to_terminals(character.code))
            out += part;
        else
            for (const char c : part)
                fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
        at += part.size();
    }
    if (at < text.size()) out += "...";
    return out;
}

void Log::vwrite(Level level, fmt::string_view format, fmt::format_args args) const {
    sink_->write(level, module_, {format.data(), format.size()}, fmt::vformat(format, args));
}

std::uint64_t Random::below(std::uint64_t bound) {
    ensure(bound > 0, "a random number below zero was asked for");
    const std::uint64_t unfair = (0 - bound) % bound; // values under this would make small results likelier
    for (;;) {
        std::uint64_t value = 0;
        for (const auto byte : bytes<8>()) value = value << 8U | byte;
        if (value >= unfair) return value % bound;
    }
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
    ensure(sodium_init() >= 0, "libsodium does not start");
    randombytes_buf(out.data(), out.size());
}

SeededRandom::SeededRandom(std::uint64_t seed) {
    for (auto& word : state_) { // splitmix64, as the authors of xoshiro advise
        seed += 0x9e3779b97f4a7c15ULL;
        auto mixed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
        word = mixed ^ (mixed >> 31U);
    }
}

std::uint64_t SeededRandom::next() {
    const auto rotated = [](std::uint64_t x, unsigned by) { return (x << by) | (x >> (64U - by)); };
    const auto result = rotated(state_[1] * 5, 7) * 9;
    const auto shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return result;
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
    for (std::size_t i = 0; i < out.size();) {
        auto word = next();
        for (int b = 0; b < 8 && i < out.size(); ++b, ++i, word >>= 8U) out[i] = static_cast<std::uint8_t>(word);
    }
}

} // namespace taleus
