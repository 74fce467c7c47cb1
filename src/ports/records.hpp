#pragma once
// The rows of the journal as values: what both sides record of a bootstrap. Tokens and identity bundles have no place
// in them, and secrets only as texts that are kept under the store's key.

#include "base/code.hpp"
#include "base/digest.hpp"
#include "base/instant.hpp"
#include "protocol/states.hpp"
#include "protocol/token.hpp"
#include "wire/messages.hpp"
#include "wire/peer_id.hpp"

#include <boost/json/object.hpp>
#include <taleus/vocabulary.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::ports {

// One arrow that a session took.
struct Transition {
    UtcTime at;
    protocol::StateName from = protocol::StateName::reading_request;
    protocol::StateName to = protocol::StateName::reading_request;
    std::string cause;                  // the event's name
    std::chrono::microseconds spent{0}; // in `from`
    std::size_t behind = 0;             // how many of its trail's audit records came before it
};

// A line of the audit trail. `body` is canonical JSON without secrets; the journal gives it its number in the
// transaction that holds what it tells of.
struct AuditRecord {
    UtcTime at;
    std::string kind;       // opened, transition, decided, ended, joined, refused, invitation_created, …
    std::string session_id; // empty when of no session
    std::string token_id;   // empty when of no token
    boost::json::object body;
};

struct Session {
    std::string id;
    protocol::Side side = protocol::Side::listener;
    wire::Role role = wire::Role::stock;
    BootstrapKey key;
    TokenHash token;
    wire::PeerId peer;    // the other side's
    std::string party_id; // the respondent's
    protocol::StateName state = protocol::StateName::reading_request;
    std::uint64_t epoch = 0;
    UtcTime opened;
    std::optional<UtcTime> deadline; // of AWAITING_DATABASE
    std::optional<UtcTime> ended;
    std::optional<Code> code;    // why it did not end DONE
    std::string response;        // the decided response's bytes, for retries
    std::string acknowledgement; // the recorded acknowledgement's bytes, for repeats of message 3
    std::string receipt;         // the listener's, of this session's opening: JSON, or empty
    std::string tally_id;        // empty until recorded
    bool delivered = false;
    // What the partner disclosed: durable with a waiting foil session, for the tally that its message 3 will record.
    std::vector<std::string> partner_cadre;
};

using taleus::Access;
using taleus::to_text;

struct TallyRecord {
    std::string tally_id;
    std::string session_id;
    protocol::Side side = protocol::Side::listener;
    wire::Role role = wire::Role::stock; // the inviter's side
    BootstrapKey key;
    TokenHash token;
    wire::PeerId peer;
    std::string own_party;
    std::string partner_party;
    std::vector<std::string> partner_cadre;
    wire::Tally tally;
    wire::DatabaseAccess database;
    std::string draft; // JSON text, empty when the partner sent none
    bool draft_verified = false;
    bool acknowledged = false; // foil: the listener has it on record and says so; the dialer has heard it
    bool confirmed = false;
    UtcTime recorded;
    Access access = Access::not_tried;
    // How this side logs in, and, at the side that provisioned, what its partner is told; empty where there is no
    // login.
    std::string own_login;
    std::string own_secret;     // kept under the store's key
    std::string partner_secret; // kept under the store's key
};

// A listener node of the inviter: what links may list. `seen` is its latest heartbeat.
struct Node {
    wire::PeerId peer;
    std::vector<std::string> addresses; // announced, each ending in /p2p
    UtcTime seen;
    std::string boot; // of the process that serves, drawn at its start; empty: none does
    std::string home; // that process's machine and home
};

} // namespace taleus::ports
