#pragma once
// The two names that every layer of a connection shares.

#include <cstdint>

namespace taleus::p2p {

// Which end of the TCP connection we are.
enum class Side : std::uint8_t { dialer, listener };

using StreamId = std::uint64_t; // ours, never 0, never reused within a connection

} // namespace taleus::p2p
