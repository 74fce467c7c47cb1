#include "base/bytes.hpp"
#include "base/ensure.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>

namespace taleus {

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
