#pragma once
// What a session may do and for how long. A session pins the snapshot it began with: a change applies to new ones.
// Immutable once shared; any thread.

#include "guard/breaker.hpp"
#include "guard/throttle.hpp"
#include "guard/work_limit.hpp"
#include "protocol/timeouts.hpp"
#include "wire/messages.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace taleus::session {

struct Limits {
    // Streams being served: what a peer can hold open. One that is full refuses with `overloaded`.
    std::size_t sessions = 1000;
    std::size_t sessions_per_peer = 32;
    std::size_t sessions_per_address = 500; // of one IPv4 address or one IPv6 /64
    // Beyond these, room in which only work that is half done is served: retries of decided sessions, joining, database
    // results. Each peer has one such stream at a time, or as many as it has sessions that wait; peers without any have
    // half of the room.
    std::size_t reserved = 250;
    std::size_t memory =
        std::size_t{2} << 30U;             // bytes that sessions may reserve: each its worst case, before it is read
    std::size_t sessions_per_token = 1000; // between token validation and the written response
    // Foil sessions that await their database, which hold no stream.
    std::size_t waiting = 10'000;
    std::size_t waiting_per_peer = 64;
    std::size_t waiting_per_token = 10'000;
    std::size_t joiners = 4; // contacts that wait for the answer of the session of their key
    std::size_t message_bytes = wire::message_bytes_default;

    // What a session may hold at worst: its message as it came, and as it was understood or is answered.
    std::size_t session_bytes() const { return 2 * message_bytes; }
};

struct Settings {
    protocol::ListenerTimeouts listener;
    protocol::DialerTimeouts dialer;
    Limits limits;
    Duration read_back = std::chrono::seconds{2}; // for reading a draft back from its database
    guard::StageRates rates{};                    // of messages and their bytes; none unless set
    guard::WorkLimitSettings work{};
    guard::BreakerSettings breaker{}; // of each dependency
    std::string party_id;             // this side's; empty: the node's peer id
    std::vector<std::string> cadre;   // this side's; a listener tells it only in an approved result
};

using SettingsSnapshot = std::shared_ptr<const Settings>;

} // namespace taleus::session
