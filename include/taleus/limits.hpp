#pragma once
/// @file
/// How long each step of a bootstrap may take, and how much a listener takes on at once. Plain values with the defaults
/// that the protocol recommends; any thread.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace taleus {

/// A length of time, in nanoseconds; write it as `5s` or `std::chrono::milliseconds{250}`.
using Duration = std::chrono::nanoseconds;
/// A time of the calendar in UTC, in milliseconds since 1970, the resolution of links and records.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// The listener's limits of time (docs/protocol.md, "Timeouts"). Each is more than zero and at most a day.
struct ListenerTimeouts {
    Duration step = std::chrono::seconds{5};            ///< one step, and so one call of a hook
    Duration respond = std::chrono::milliseconds{4500}; ///< from the end of the contact to the written response
    Duration session = std::chrono::seconds{30};        ///< a session as a whole
    Duration await_database =
        std::chrono::seconds{20};               ///< foil: the respondent's provisioning; at most the session's rest
    Duration refusal = std::chrono::seconds{1}; ///< telling a refusal
    Duration refusal_after_deadline = std::chrono::milliseconds{50}; ///< telling it when the session's time is over
};

/// The dialer's limits of time (docs/protocol.md, "Timeouts"). Each is more than zero and at most a day.
struct DialerTimeouts {
    Duration connect = std::chrono::seconds{10};  ///< all addresses together, to the proven peer
    Duration step = std::chrono::seconds{5};      ///< one step
    Duration response = std::chrono::seconds{35}; ///< from the contact to the listener's answer
    Duration session = std::chrono::seconds{60};  ///< a join as a whole, its repetitions included
    Duration provision_margin =
        std::chrono::seconds{2}; ///< provisioning, and so its hook, ends this long before the listener's wait
    Duration provision_unknown = std::chrono::seconds{5}; ///< with listeners that state no wait, sending included
};

/// What a listener takes on at once; one more is refused with `overloaded`. Counts, save where bytes are named.
struct Limits {
    std::size_t sessions = 1000;            ///< streams being served
    std::size_t sessions_per_peer = 32;     ///< of one peer id
    std::size_t sessions_per_address = 500; ///< of one IPv4 address or one IPv6 /64
    /// Beyond these, room in which only work that is half done is served: retries of decided sessions, joining,
    /// database results. Each peer has one such stream at a time, or as many as it has sessions that wait; peers
    /// without any have half of the room.
    std::size_t reserved = 250;
    std::size_t memory =
        std::size_t{2} << 30U;              ///< bytes that sessions may reserve: each its worst case, before it is read
    std::size_t sessions_per_token = 1000;  ///< between token validation and the written response
    std::size_t waiting = 10'000;           ///< foil sessions that await their database, which hold no stream
    std::size_t waiting_per_peer = 64;      ///< of these, of one peer id
    std::size_t waiting_per_token = 10'000; ///< of these, of one invitation
    std::size_t joiners = 4;                ///< contacts that wait for the answer of the session of their key
    std::size_t message_bytes = 64 * 1024;  ///< the largest message, in bytes

    /// What a session may hold at worst, in bytes: its message as it came, and as it was understood or is answered.
    std::size_t session_bytes() const { return 2 * message_bytes; }
    /// Streams that may be served at once, those of half-done work included.
    std::size_t all_sessions() const { return sessions + std::min(reserved, SIZE_MAX - sessions); }
};

} // namespace taleus
