#pragma once
// Durable state, as the session layer and the commands need it. A call's result arrives only after what it wrote is on
// stable storage. Calls of all sessions are grouped into shared commits; each is atomic by itself, its transitions and
// audit records included.
//
// Errors: `dependency_unavailable` (busy, full, gone: nothing was written), `internal` (a fault of ours). A call whose
// awaiting task is interrupted still takes effect.
//
// FENCING: every change of a session names its epoch and the state it must be in. `lost` in an answer means that no row
// matched: another owner took the session, and the caller drops its result.

#include "async/awaitable.hpp"
#include "base/result.hpp"
#include "ports/records.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace taleus::ports {

using async::awaitable;

// --- what commands keep and show
struct InvitationView {
    protocol::Invitation invitation;
    protocol::Usage usage;
};

struct SessionView {
    Session session;
    std::vector<Transition> transitions;
};

// Which sessions a list shows.
struct SessionFilter {
    std::size_t limit = 100;
    std::string after = {}; // the id of the last one seen: those older than it; an unknown id: none
    std::optional<protocol::StateName> state = std::nullopt;
    std::optional<wire::PeerId> peer = std::nullopt;
};

// What happened to a session since its last write, appended with it. Each transition is an audit record too, which the
// journal makes of it.
struct Trail {
    std::string session_id;
    std::string token_id;
    std::vector<Transition> transitions;
    std::vector<AuditRecord> audit; // all others

    bool empty() const { return transitions.empty() && audit.empty(); }
};

// --- the listener's questions
struct Decided { // K has a decided session: the answer to a retry
    Session session;
};
struct TokenFound { // K is not decided
    protocol::Invitation invitation;
    protocol::Usage usage;     // durable part: spent, and reserved by durable sessions
    bool has_live_key = false; // K has a live session that was opened durably: at another node, where it is not here
};
struct TokenUnknown {};
using TokenLookup = std::variant<Decided, TokenFound, TokenUnknown>;

// The provisioning intent: durable before the provisioner is called, so that a repeated call makes the same instance.
struct Intent {
    InstanceId instance;
    std::string tally_id;
    std::string draft;  // JSON text
    std::string secret; // of the logins that will be made, kept under the store's key
};

// Why a durable step was not taken although the store works.
enum class NotTaken : std::uint8_t {
    lost,         // fenced
    token_used,   // no use is left
    token_in_use, // those left are reserved
    token_revoked,
    token_expired,
};

// How long a claim on an instance is left to whoever made it, and how long a round of removals may take.
inline Duration time_of_claim(Duration time_to_live) {
    return std::clamp<Duration>(time_to_live / 4, std::chrono::seconds{30}, std::chrono::minutes{20});
}

class Journal {
public:
    virtual ~Journal() = default;

    // --- invitations
    // `conflict` when the token exists already.
    virtual awaitable<Result<void>> create_invitation(protocol::Invitation invitation, AuditRecord audit) = 0;
    virtual awaitable<Result<std::vector<InvitationView>>> invitations() = 0; // newest first
    virtual awaitable<Result<std::optional<InvitationView>>>
    invitation(std::string id) = 0; // 16 hex digits or a unique prefix
    virtual awaitable<Result<bool>> revoke(std::string id, UtcTime at, AuditRecord audit) = 0; // false: unknown

    // --- nodes: who listens, and where; the newest registration of a peer id replaces its older one, empty addresses
    // leave what is recorded. False: this peer id was seen since `alive_since` under another boot of another home, and
    // nothing was changed.
    virtual awaitable<Result<bool>> register_node(Node node, UtcTime alive_since) = 0;
    virtual awaitable<Result<std::vector<Node>>> nodes() = 0;

    // --- listener
    virtual awaitable<Result<TokenLookup>> look_up(TokenHash token, BootstrapKey key, wire::PeerId peer) = 0;
    // Opens the session durably and reserves its use, when `now` and the counts allow it still. Stock: state
    // PROVISIONING_DATABASE with `intent`, or, when K has an earlier intent that was not removed, that one is returned
    // to be used instead. Foil: state SENDING_RESPONSE, decided, with response and deadline. `lost`: K has a live or
    // decided session already, which came between `look_up` and now, perhaps at another node. `token_in_use` also while
    // what an earlier session of K made is being removed.
    struct Opened {
        std::uint64_t epoch = 0;
        std::optional<Intent> intent;
        std::string receipt; // for the respondent: that the opening is in this node's signed trail (JSON)
    };
    virtual awaitable<Result<std::expected<Opened, NotTaken>>>
    open_session(Session session, std::optional<Intent> intent, UtcTime now, Trail trail) = 0;
    // Stock and foil: the tally, the use spent, the instance adopted, the session decided (`state`, response or
    // acknowledgement as in `session`; empty ones leave what is recorded), from state `from`. A dialer may repeat it
    // with what it learnt since: acknowledged, confirmed. A dialer's row does not follow each of its states, so its
    // fence is the epoch alone.
    virtual awaitable<Result<std::expected<void, NotTaken>>> record_tally(Session session, protocol::StateName from,
                                                                          TallyRecord tally, Trail trail) = 0;
    // Moves a live session to another state that is not an end (SENDING_RESPONSE -> AWAITING_DATABASE), or puts down
    // what it tells while it stays in one.
    virtual awaitable<Result<std::expected<void, NotTaken>>> move_session(std::string id, std::uint64_t epoch,
                                                                          protocol::StateName from,
                                                                          protocol::StateName to, bool delivered,
                                                                          Trail trail) = 0;
    // Ends it: terminal state, code, delivered; a use that is only reserved is given back. Sessions that were never
    // opened durably (refused before) are inserted as ended, so that every attempt is on record. Of a session that was
    // lost only the audit records are kept; once more DONE, only `delivered` is added. A listener's session ends DONE
    // exactly when its tally is recorded. A dialer's that made something, or whose contact may
    // have arrived while its answer is not known, can be begun again.
    virtual awaitable<Result<void>> end_session(Session session, Trail trail) = 0;
    // Records without a session: joined, refused before a token was known, starts and stops.
    virtual awaitable<Result<void>> append_audit(std::vector<AuditRecord> audit) = 0;

    // --- what sessions that never completed left provisioned, removed in two durable steps around the removal itself:
    // claimed (from then on no session adopts it, and its key is not provisioned), at most `limit` of those whose
    // intent is older than `older_than` and whose session has ended, with those that were claimed before; and
    // forgotten, with `audit`.
    virtual awaitable<Result<std::vector<Intent>>> claim_stale_instances(UtcTime older_than, UtcTime now,
                                                                         std::size_t limit) = 0;
    virtual awaitable<Result<void>> forget_instance(InstanceId instance, AuditRecord audit) = 0;
    // A claim is left to whoever made it for its time. Those that were claimed `at` and are there still, and whose
    // removal is not under way any more, may be claimed again at once.
    virtual awaitable<Result<void>> hand_back_instances(std::vector<InstanceId> instances, UtcTime at) = 0;

    // --- message 3: foil sessions of `peer` that await a database (approved: SENDING_RESPONSE, AWAITING_DATABASE,
    // VALIDATING_DATABASE), whichever node opened them. Without a peer: those of this node.
    virtual awaitable<Result<std::vector<Session>>> waiting_sessions(std::optional<wire::PeerId> peer) = 0;
    // The one that is named, if it is this peer's and waits.
    virtual awaitable<Result<std::optional<Session>>> waiting_session(wire::PeerId peer, std::string id) = 0;
    virtual awaitable<Result<std::optional<Session>>>
    done_session(wire::PeerId peer, std::optional<std::string> session_id, std::string tally_id) = 0;
    virtual awaitable<Result<std::optional<TallyRecord>>> tally_of_session(std::string session_id) = 0;

    // --- dialer: the same tables in its own home
    // The record of this K: a finished one (state DONE), or one that was begun.
    struct Joined {
        Session session;
        std::optional<Intent> intent;     // foil: durable before provisioning
        std::optional<TallyRecord> tally; // foil: made; stock: recorded
    };
    virtual awaitable<Result<std::optional<Joined>>> joined(BootstrapKey key) = 0;
    // Begins, or takes up what was begun: the epoch is raised, so that an older process is fenced. The answer's session
    // is the one to go on with, its id included; one that is DONE is answered as it is. `in_progress` while what an
    // earlier session of K made is being removed.
    virtual awaitable<Result<Joined>> begin_join(Session session, Trail trail) = 0;
    // The first intent of K stands: `internal` when another one is recorded.
    virtual awaitable<Result<std::expected<void, NotTaken>>> record_intent(std::string session_id, std::uint64_t epoch,
                                                                           Intent intent, Trail trail) = 0;

    // --- lists
    virtual awaitable<Result<std::vector<TallyRecord>>> tallies() = 0;                  // newest first
    virtual awaitable<Result<std::optional<TallyRecord>>> tally(std::string id) = 0;    // or a unique prefix
    virtual awaitable<Result<std::vector<Session>>> sessions(SessionFilter filter) = 0; // newest first
    virtual awaitable<Result<std::optional<SessionView>>> session(std::string id) = 0;  // or a unique prefix
    virtual awaitable<Result<std::vector<AuditRecord>>> audit(std::optional<std::string> session_id) = 0;
};

} // namespace taleus::ports
