#pragma once
// Counts what a peer does per second, to tell a flood from work. Time is an argument.

#include "base/instant.hpp"

#include <cstdint>

namespace taleus::p2p {

class RateWindow {
public:
    // False when this one is beyond `max` within the second that began with the first.
    bool admits(Instant now, std::uint32_t max) {
        if (now - since_ >= std::chrono::seconds{1}) {
            since_ = now;
            count_ = 0;
        }
        return ++count_ <= max;
    }

private:
    Instant since_{};
    std::uint32_t count_ = 0;
};

} // namespace taleus::p2p
