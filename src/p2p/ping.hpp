#pragma once
// The answering half of /ipfs/ping/1.0.0 (libp2p specification, ping/ping.md): each 32 bytes come back unchanged, on
// one stream, for as long as the peer likes.

#include "base/bytes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace taleus::p2p {

inline constexpr std::string_view ping_protocol = "/ipfs/ping/1.0.0";

class PingEcho {
public:
    static constexpr std::size_t size = 32;

    // Appends to `echo` every ping that became whole.
    void receive(ByteView input, Bytes& echo) {
        while (!input.empty()) {
            const auto count = std::min(size - filled_, input.size());
            std::copy_n(input.begin(), count, ping_.begin() + static_cast<std::ptrdiff_t>(filled_));
            input = input.subspan(count);
            filled_ += count;
            if (filled_ < size) return;
            append(echo, ping_);
            filled_ = 0;
        }
    }

private:
    std::array<std::uint8_t, size> ping_{};
    std::size_t filled_ = 0;
};

} // namespace taleus::p2p
