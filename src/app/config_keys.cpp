#include "app/config.hpp"

namespace taleus::app {

namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;

} // namespace

std::span<const Key> config_keys() {
    static const std::vector<Key> keys{
        {"p2p.listen", "Addresses to listen on; port 0 takes any free one.",
         [](Config& c) -> auto& { return c.listen; }},
        {"p2p.announce", "Addresses that invitations carry; empty: the ones listened on, wildcards expanded.",
         [](Config& c) -> auto& { return c.announce; }},
        {"p2p.mplex", "Speak mplex beside yamux: TypeScript peers in the field know nothing else.",
         [](Config& c) -> auto& { return c.mplex; }},
        {"party.id", "The inviter's party id; empty: this node's peer id.",
         [](Config& c) -> auto& { return c.party_id; }},
        {"party.cadre", "Addresses disclosed to a partner once approved; empty: the announced addresses.",
         [](Config& c) -> auto& { return c.party_cadre; }},

        {"timeouts.step", "One step of a session.", [](Config& c) -> auto& { return c.listener.step; }, 10, hour},
        {"timeouts.respond", "From the end of a contact to the written response; peers in the field wait 5s.",
         [](Config& c) -> auto& { return c.listener.respond; }, 10, hour},
        {"timeouts.session", "A whole session of the listener.", [](Config& c) -> auto& { return c.listener.session; },
         10, day},
        {"timeouts.await_database", "How long an approved foil session waits for its database.",
         [](Config& c) -> auto& { return c.listener.await_database; }, 10, day},
        {"timeouts.join_connect", "join: reaching the inviter, all addresses together.",
         [](Config& c) -> auto& { return c.dialer.connect; }, 10, hour},
        {"timeouts.join_response", "join: waiting for the response.",
         [](Config& c) -> auto& { return c.dialer.response; }, 10, hour},
        {"timeouts.join_session", "join: the whole bootstrap, repeats included.",
         [](Config& c) -> auto& { return c.dialer.session; }, 10, day},
        {"timeouts.handshake", "A connection's handshake, from accepted to ready for streams.",
         [](Config& c) -> auto& { return c.connection.handshake; }, 10, hour},
        {"timeouts.idle", "A connection without streams.", [](Config& c) -> auto& { return c.connection.idle; }, 10,
         day},

        {"limits.sessions", "Live sessions in all, those that await a database not counted.",
         [](Config& c) -> auto& { return c.limits.sessions; }, 1, 10'000'000},
        {"limits.sessions_per_peer", "Live sessions of one peer.",
         [](Config& c) -> auto& { return c.limits.sessions_per_peer; }, 1, 10'000'000},
        {"limits.sessions_per_token", "Live sessions of one token.",
         [](Config& c) -> auto& { return c.limits.sessions_per_token; }, 1, 10'000'000},
        {"limits.waiting", "Sessions that await a database, in all.",
         [](Config& c) -> auto& { return c.limits.waiting; }, 1, 10'000'000},
        {"limits.waiting_per_peer", "Sessions of one peer that await a database.",
         [](Config& c) -> auto& { return c.limits.waiting_per_peer; }, 1, 10'000'000},
        {"limits.waiting_per_token", "Sessions of one token that await a database.",
         [](Config& c) -> auto& { return c.limits.waiting_per_token; }, 1, 10'000'000},
        {"limits.message_bytes", "The largest message read; never more is buffered.",
         [](Config& c) -> auto& { return c.limits.message_bytes; }, 1024, 1 << 20, true},
        {"limits.connections", "Connections in all.", [](Config& c) -> auto& { return c.host.connections_max; }, 1,
         1'000'000},
        {"limits.handshakes", "Connections that have not proven who they are, in all.",
         [](Config& c) -> auto& { return c.host.handshaking_max; }, 1, 1'000'000},
        {"limits.connections_per_address", "Connections of one IPv4 address or IPv6 /64.",
         [](Config& c) -> auto& { return c.host.per_address_max; }, 1, 1'000'000},
        {"limits.streams_per_connection", "Streams that a peer may have open on one connection.",
         [](Config& c) -> auto& { return c.connection.streams_max; }, 1, 1'000'000},
        {"limits.streams_negotiating", "Of these, the ones that have not said their protocol yet; one more is reset.",
         [](Config& c) -> auto& { return c.connection.streams_negotiating_max; }, 1, 1'000'000},

        {"shutdown.grace", "How long sessions under way may go on after a signal.",
         [](Config& c) -> auto& { return c.grace; }, 0, hour},
        {"log.level",
         "The least level that is logged.",
         [](Config& c) -> auto& { return c.log_level; },
         0,
         0,
         false,
         {"trace", "debug", "info", "warn", "error"}},
        {"log.levels", "Other levels for single modules, such as host=debug.",
         [](Config& c) -> auto& { return c.log_levels; }},
        {"log.format",
         "text for people, json for machines.",
         [](Config& c) -> auto& { return c.log_format; },
         0,
         0,
         false,
         {"text", "json"}},
    };
    return keys;
}

} // namespace taleus::app
