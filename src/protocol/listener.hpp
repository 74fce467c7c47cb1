#pragma once
// How we answer a peer that contacts us: the listener's machine. Pure: no socket, no clock, no thread.
//
// States hold exactly what is true while in them. The transition table is the overload set `on` in listener.cpp, one
// arrow of docs/states/listener.md a function; a test walks the whole product of states and events against that
// document. `effect_of` says what the world must do in a state, `time_allowed` how long it may take; both are total
// over live states, so the runner is one loop and nothing waits without a limit.

#include "base/code.hpp"
#include "base/digest.hpp"
#include "base/instant.hpp"
#include "protocol/states.hpp"
#include "protocol/timeouts.hpp"
#include "protocol/token.hpp"
#include "wire/messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace taleus::protocol::listener {

// Which session this is, from the moment its token passed.
struct Grant {
    std::string session_id;
    TokenHash token;
    BootstrapKey key;
    wire::Role role = wire::Role::stock;
    Requirement requirement = Requirement::any;
    std::uint64_t epoch = 0;
};

// What was decided and is durable: the bytes that every retry gets.
struct Decision {
    wire::Role role = wire::Role::stock;
    std::string session_id;
    std::string response;  // ProvisioningResult as JSON
    bool replayed = false; // answered from the record: an earlier session's decision
};

// How a session that is refused will end.
enum class RefusedEnd : std::uint8_t { rejected, failed, timed_out, cancelled };

// --- states
struct ReadingRequest {};
struct ValidatingToken {
    wire::Contact contact;
};
struct ValidatingIdentity {
    wire::Contact contact;
    Grant grant;
};
struct ProvisioningDatabase {
    wire::Contact contact;
    Grant grant;
};
struct SendingResponse {
    Decision decision;
};
struct AwaitingDatabase {
    // Set on the way back from VALIDATING_DATABASE: what the stream that brought the database is told, in the
    // acknowledgement's form, while the session already waits again. Never stored.
    std::optional<wire::Refusal> owed;
};
struct ValidatingDatabase {
    wire::DatabaseResult result;
};
struct SendingRefusal {
    wire::Refusal refusal;
    wire::RefusalForm form = wire::RefusalForm::result;
    RefusedEnd end = RefusedEnd::rejected;
    StateName from = StateName::reading_request; // where it was refused: TIMED_OUT names it
    bool after_deadline = false;                 // then the refusal has 50 ms
};
struct Done {
    bool delivered = false; // did the last answer reach the socket
};
struct Rejected {
    Code code = Code::refused;
};
struct Failed {
    Code code = Code::internal;
};
struct TimedOut {
    StateName in = StateName::reading_request;
};
struct Cancelled {};

using State =
    std::variant<ReadingRequest, ValidatingToken, ValidatingIdentity, ProvisioningDatabase, SendingResponse,
                 AwaitingDatabase, ValidatingDatabase, SendingRefusal, Done, Rejected, Failed, TimedOut, Cancelled>;

// --- events
struct ContactRead { // the whole message, parsed
    wire::Contact contact;
};
struct TokenAccepted { // a use is reserved
    Grant grant;
};
struct DecisionFound { // K is decided already, or the session it joined has been decided
    Decision decision;
};
struct IdentityAccepted {}; // stock; the session, its reservation and the provisioning intent are durable
struct FoilApproved {       // foil: identity accepted; the waiting session and its reservation are durable
    Decision decision;
};
struct TallyRecorded { // stock: provisioned, and the tally is durable
    Decision decision;
};
struct ResponseSent {
    bool delivered = false;
};
struct DatabaseRead { // message 3 was matched to this waiting session
    wire::DatabaseResult result;
};
struct DatabaseAccepted { // the tally is durable; delivered: the acknowledgement reached the socket
    bool delivered = false;
};
// `form` matters in READING_REQUEST only, where a stream that carried a database result is refused as one.
struct Refused { // the peer's fault or our policy: REJECTED (in VALIDATING_DATABASE: the result is invalid)
    wire::Refusal refusal;
    wire::RefusalForm form = wire::RefusalForm::result;
};
struct OwnFailure { // ours or a dependency's: FAILED (in VALIDATING_DATABASE: back to AWAITING_DATABASE)
    wire::Refusal refusal;
    wire::RefusalForm form = wire::RefusalForm::result;
};
struct PeerGone {};       // the stream ended before a whole message; changes nothing once the message was whole
struct DeadlinePassed {}; // of the state, or of the session
struct WaitExpired {};    // the deadline of AWAITING_DATABASE itself
struct ShutDown {};
struct RefusalSent {}; // written or given up

using Event = std::variant<ContactRead, TokenAccepted, DecisionFound, IdentityAccepted, FoilApproved, TallyRecorded,
                           ResponseSent, DatabaseRead, DatabaseAccepted, Refused, OwnFailure, PeerGone, DeadlinePassed,
                           WaitExpired, ShutDown, RefusalSent>;

// --- effects: what the world must do now; nullopt: nothing (AWAITING_DATABASE waits, terminal states are over)
enum class Effect : std::uint8_t {
    read_request,
    validate_token,
    validate_identity,
    provision_database,
    send_response,
    validate_database,
    send_refusal,
};

// An event that its state does not know is an own failure there: before the decision it is refused as `internal` and
// ends FAILED; later states follow their row; terminal states stay as they are.
State step(State state, Event event);
StateName name_of(const State& state);
std::string_view event_name(const Event& event); // "ContactRead"
std::optional<Effect> effect_of(const State& state);
// How long the state may last, before `respond` and `session` are taken into account; nullopt exactly for terminal
// states.
std::optional<Duration> time_allowed(const State& state, const ListenerTimeouts& timeouts);
// Do the deadlines of the session (`session`, and `respond` once the contact is read) bound this state as well? True up
// to SENDING_RESPONSE.
bool is_bounded_by_response(const State& state);

} // namespace taleus::protocol::listener
