#pragma once
// What a host counts, for metrics, status and tests. Plain values of one shard's thread.

#include "base/code.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace taleus::host {

// Why a connection was closed as soon as it was accepted or authenticated, or a stream reset.
enum class Refusal : std::uint8_t {
    connections, // as many as there may be
    handshaking, // too many that have not authenticated yet
    address,     // too many from this address
    peer,        // too many of this peer
    rate,        // too many in too short a time, from this address or in all
    streams,     // a stream too many, in all or of this peer: reset
};
inline constexpr std::array<std::string_view, 6> refusal_texts{"connections", "handshaking", "address",
                                                               "peer",        "rate",        "streams"};

struct HostCounts {
    // Now.
    std::size_t connections = 0; // both directions, until nothing refers to them: soon after their end
    std::size_t handshaking = 0; // of these, not yet authenticated
    std::size_t streams = 0;     // application streams that somebody holds, on a live connection
    // Since the start.
    std::uint64_t accepted = 0;
    std::uint64_t dialled = 0; // TCP connections attempted
    std::uint64_t accept_failures = 0;
    std::array<std::uint64_t, refusal_texts.size()> refused{};
    std::array<std::uint64_t, code_texts.size()> handshake_failures{}; // by `Code`, both directions
    std::uint64_t handshakes = 0;                                      // that succeeded
    std::uint64_t streams_in = 0;
    std::uint64_t streams_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;

    std::uint64_t refused_by(Refusal cause) const { return refused[static_cast<std::size_t>(cause)]; }
    std::uint64_t failed_by(Code code) const { return handshake_failures[static_cast<std::size_t>(code)]; }
};

} // namespace taleus::host
