#pragma once
// How often something was how large: counts between fixed bounds, so that it takes the same memory however often that
// was. A value; one thread at a time.

#include "base/instant.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace taleus {

// Seconds, from half a millisecond, a flush of a good disk, to a minute: the deadlines of the protocol lie between.
inline constexpr std::array duration_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                            0.25,   0.5,   1.0,    2.5,   5.0,  10.0,  30.0, 60.0};
// What is counted one by one, to a few hundred.
inline constexpr std::array size_bounds{1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0};

class Histogram {
public:
    constexpr Histogram() = default; // of durations
    // `bounds` rise, are at most as many as those of durations, and outlive it.
    explicit constexpr Histogram(std::span<const double> bounds) : bounds_{bounds} {}

    void observe(double value) {
        const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin(); // a bound is in its bucket
        ++counts_.at(static_cast<std::size_t>(bucket));
        sum_ += value;
    }
    void observe(Duration time) { observe(std::chrono::duration<double>(time).count()); }

    std::span<const double> bounds() const { return bounds_; }
    // One for each bound, and one for what is beyond them all.
    std::span<const std::uint64_t> counts() const { return std::span{counts_}.first(bounds_.size() + 1); }
    double sum() const { return sum_; }

private:
    std::span<const double> bounds_ = duration_bounds;
    std::array<std::uint64_t, duration_bounds.size() + 1> counts_{};
    double sum_ = 0;
};

} // namespace taleus
