#pragma once
// Randomness as an argument. The program hands in the system's generator, a simulation one that a seed determines.

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace taleus {

// Used by one thread, unless it says otherwise. `fill` cannot fail: without randomness the process stops.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;

    template <std::size_t Size> std::array<std::uint8_t, Size> bytes() {
        std::array<std::uint8_t, Size> out;
        fill(out);
        return out;
    }
    // Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);
};

// The operating system's generator, for keys and tokens. Any thread.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override;
};

// xoshiro256**: the same seed gives the same sequence on every machine. Never for secrets outside a simulation.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed);
    void fill(std::span<std::uint8_t> out) override;

private:
    std::uint64_t next();
    std::array<std::uint64_t, 4> state_{};
};

} // namespace taleus
