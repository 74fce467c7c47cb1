#pragma once
// How we contact an inviter: the dialer's machine. Pure: no socket, no clock, no thread. Shape as in listener.hpp; the
// table is docs/states/dialer.md. One machine is one `join`: a lost connection or a repeatable refusal leads back to
// CONNECTING within the session's deadline.

#include "base/code.hpp"
#include "base/instant.hpp"
#include "protocol/states.hpp"
#include "protocol/timeouts.hpp"
#include "wire/messages.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace taleus::protocol::dialer {

// What this side made (foil) and must deliver; durable before it is told.
struct Database {
    wire::Provisioned provisioned;
    std::optional<std::string> session_id; // the listener's, when it stated one
};

// --- states. `database` is set once this side has one that is durable: then CONNECTING leads to SENDING_DATABASE.
struct Connecting {
    std::optional<Database> database;
    std::chrono::milliseconds wait{0}; // before trying (backoff or the listener's retryAfterMs)
    unsigned attempt = 0;              // how often it was repeated
};
struct SendingContact {
    unsigned attempt = 0;
};
struct AwaitingResponse {
    unsigned attempt = 0;
};
struct ValidatingResponse {
    wire::Response response;
    unsigned attempt = 0;
};
struct ProvisioningDatabase { // foil
    wire::Approved approved;
    unsigned attempt = 0;
};
struct SendingDatabase {
    Database database;
    unsigned attempt = 0;
};
struct AwaitingAcknowledgement {
    Database database;
    unsigned attempt = 0;
};
struct Done {
    wire::Provisioned provisioned;
    std::optional<std::string> session_id;
    bool acknowledged = false; // foil; the stock role has no acknowledgement
    bool draft_verified = false;
};
struct Rejected {
    Code code = Code::refused;
    std::string reason;
};
struct Failed {
    Code code = Code::internal;
    std::string reason;
};
struct TimedOut {
    StateName in = StateName::connecting;
};
struct Cancelled {};
using State = std::variant<Connecting, SendingContact, AwaitingResponse, ValidatingResponse, ProvisioningDatabase,
                           SendingDatabase, AwaitingAcknowledgement, Done, Rejected, Failed, TimedOut, Cancelled>;

// --- events
struct Connected {};
struct Unreachable { // no address answered with the right identity
    std::string reason;
};
struct ContactSent {};
struct ResponseRead {
    wire::Response response;
};
struct ResponseUnreadable { // nonsense: not this protocol
    std::string reason;
};
struct StockAccepted { // checked, and recorded in this home
    wire::Provisioned provisioned;
    std::optional<std::string> session_id;
    bool draft_verified = false;
};
struct FoilAccepted { // checked: this side provisions
    wire::Approved approved;
};
struct ResponseInvalid { // role_mismatch, invalid_database …
    Code code = Code::role_mismatch;
    std::string reason;
};
struct Provisioned { // made and durable; in VALIDATING_RESPONSE: checked, and this key's database was made before
    Database database;
};
struct DatabaseSent {};
struct Acknowledged { // Accepted; or an empty end of stream, which counts as delivered
    bool acknowledged = false;
    bool draft_verified = false; // the listener said so
};
struct NotAcknowledged {}; // `approved` came back: the listener took message 3 for a contact; or nothing in time
struct RefusedByPeer {     // of message 3, and of a contact where it came before the contact was written
    wire::Refusal refusal;
};
struct ConnectionLost {};
struct OwnFailure {
    Code code = Code::internal;
    std::string reason;
};
struct DeadlinePassed {};        // of the state
struct SessionDeadlinePassed {}; // of the whole join
struct ShutDown {};              // interrupted by its user
using Event = std::variant<Connected, Unreachable, ContactSent, ResponseRead, ResponseUnreadable, StockAccepted,
                           FoilAccepted, ResponseInvalid, Provisioned, DatabaseSent, Acknowledged, NotAcknowledged,
                           RefusedByPeer, ConnectionLost, OwnFailure, DeadlinePassed, SessionDeadlinePassed, ShutDown>;

// With these a dialer ends FAILED because of what the listener answered: nonsense, or against the role.
constexpr bool is_nonsense(Code code) {
    return code == Code::malformed || code == Code::message_too_large || code == Code::role_mismatch ||
           code == Code::invalid_identity || code == Code::invalid_database;
}

enum class Effect : std::uint8_t {
    connect,
    send_contact,
    read_response,
    validate_response,
    provision_database,
    send_database,
    read_acknowledgement,
};

State step(State state, Event event);
StateName name_of(const State& state);
std::string_view event_name(const Event& event);
std::optional<Effect> effect_of(const State& state);
// Of PROVISIONING_DATABASE: counted from the arrival of the response; what validating it took is the caller's to take
// off. Of CONNECTING: the wait before it included.
std::optional<Duration> time_allowed(const State& state, const DialerTimeouts& timeouts);

// The wait before attempt `attempt` (1, 2, …): the listener's retryAfterMs clamped to 50 ms..30 s, or 100 ms doubling
// up to 30 s; the caller adds ±20 %.
std::chrono::milliseconds backoff(unsigned attempt, std::optional<std::chrono::milliseconds> retry_after);

} // namespace taleus::protocol::dialer
