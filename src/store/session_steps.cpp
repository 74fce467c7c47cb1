#include "store/session_steps.hpp"

#include "protocol/dialer.hpp"
#include "store/columns.hpp"
#include "store/invitations.hpp"
#include "store/session_rows.hpp"
#include "store/trail.hpp"

namespace taleus::store {
namespace {

using ports::NotTaken;
using protocol::Side;
using protocol::StateName;

Result<Step> lost() { return Step{std::unexpected(NotTaken::lost)}; }

// Is it still the session that the caller believes to own? A dialer is not stored at each step (it resumes from the
// beginning, by what it made), so its state is no part of its fence.
bool is_owned(const StoredSession& stored, std::uint64_t epoch, std::optional<StateName> from) {
    const auto& session = stored.session;
    if (session.epoch != epoch || session.ended) return false;
    return !from || session.side == Side::dialer || session.state == *from;
}

// A node may take the database of a session before the node that approved it has recorded that it answered, or in its
// place where it died over that: the peer is faster than a record, and has the answer.
void append_unrecorded_answer(Database& database, const StoredSession& stored, const ports::Trail& trail) {
    const auto& session = stored.session;
    if (trail.transitions.empty() || session.state != StateName::sending_response) return;
    const auto& next = trail.transitions.front();
    if (next.from != StateName::awaiting_database) return;
    append_lost_arrow(database, stored.number, session, next.at);
    append_arrow(database, stored.number, session, {next.at, session.state, next.from, "recorded", {}});
}

void append(Database& database, const StoredSession& stored, const ports::Trail& trail) {
    append_unrecorded_answer(database, stored, trail);
    append_transitions(database, stored.number, trail.transitions);
    append_audit(database, trail.audit, stored.number);
}

// Of a session that was lost to another owner, who tells its steps and its one end: what was found out on the way stays
// on record, the steps that it would have taken do not.
std::vector<ports::AuditRecord> findings_of(const ports::Trail& trail) {
    auto kept = trail.audit;
    std::erase_if(kept, [](const auto& record) {
        return record.kind == "transition" || record.kind == "decided" || record.kind == "ended";
    });
    return kept;
}

// When the caller did not say when it ended, its trail does.
UtcTime end_of(const ports::Session& session, const ports::Trail& trail) {
    if (session.ended) return *session.ended;
    return trail.transitions.empty() ? session.opened : trail.transitions.back().at;
}

// The columns that a step may change, by the value that the caller holds; empty texts leave what was recorded.
void write(Database& database, const StoredSession& stored, const ports::Session& session, std::optional<UtcTime> ended,
           bool reserved, bool holds_key) {
    const auto changed = database.run(
        "UPDATE sessions SET state = ?3, deadline = ?4, ended = ?5, code = ?6, "
        "response = coalesce(nullif(?7, ''), response), acknowledgement = coalesce(nullif(?8, ''), acknowledgement), "
        "tally_id = coalesce(nullif(?9, ''), tally_id), delivered = CASE WHEN delivered > ?10 THEN delivered ELSE ?10 "
        "END, reserved = ?11, "
        "holds_key = ?12, partner_cadre = coalesce(nullif(?13, '[]'), partner_cadre) "
        "WHERE number = ?1 AND epoch = ?2",
        stored.number, session.epoch, session.state, session.deadline ? session.deadline : stored.session.deadline,
        ended, session.code, session.response, session.acknowledgement, session.tally_id, session.delivered, reserved,
        holds_key, session.partner_cadre);
    if (changed != 1) database.set_fault(Code::internal, "a session changed under its own transaction");
    if (!session.receipt.empty() && session.receipt != stored.session.receipt)
        keep_receipt(database, stored.number, session.receipt);
}

// Every attempt is on record, also one that was refused before it could be opened.
void insert_ended(Database& database, const ports::Session& session, const ports::Trail& trail) {
    StoredSession row{.session = session, .number = 0, .reserved = false, .holds_key = false};
    row.session.ended = end_of(session, trail);
    row.number = insert_session(database, row);
    append(database, row, trail);
}

bool has_left(Database& database, const StoredSession& stored, StateName state) {
    return database
               .value<std::int64_t>("SELECT count(*) FROM transitions WHERE session = ?1 AND from_state = ?2",
                                    stored.number, state)
               .value_or(0) > 0;
}

// A dialer's key stays with a session that made something, or whose contact may have arrived while this home does not
// know the answer (the inviter may have a tally): the next `join` goes on with it.
bool keeps_key(Database& database, const StoredSession& stored, const ports::Session& end) {
    if (end.state == StateName::done) return true;
    if (stored.session.side == Side::listener) return false;
    if (!stored.session.tally_id.empty() || instance_of_key(database, Side::dialer, stored.session.key, Hold::no))
        return true;
    const bool is_answered = end.state == StateName::rejected ||
                             (end.state == StateName::failed && end.code && protocol::dialer::is_nonsense(*end.code));
    return !is_answered && has_left(database, stored, StateName::sending_contact);
}

} // namespace

Result<Step> record_tally(Database& database, const ports::Session& session, StateName from,
                          const ports::TallyRecord& tally, const ports::Trail& trail) {
    const auto stored = session_by_id(database, session.id);
    if (!stored || !is_owned(*stored, session.epoch, from)) return lost();
    if (protocol::is_terminal(session.state) && session.state != StateName::done)
        return fail(Code::internal, "a session with a tally ends as DONE only");

    const bool is_first = stored->session.tally_id.empty();
    if (!is_first && session.side == Side::listener) return lost();
    if (is_first && provisions(stored->session) && !adopt_instance(database, stored->session)) return lost();
    if (session.side == Side::listener) {
        if (!stored->reserved) return fail(Code::internal, "a session without a use was to record a tally");
        spend_use(database, stored->session.token, stored->session.peer);
    }
    auto decided = session;
    decided.tally_id = tally.tally_id;
    const auto ended =
        session.state == StateName::done ? std::optional{session.ended.value_or(tally.recorded)} : std::nullopt;
    write(database, *stored, decided, ended, false, true);
    is_first ? insert_tally(database, stored->number, tally) : update_tally(database, stored->number, tally);
    append(database, *stored, trail);
    return Step{};
}

Result<Step> move_session(Database& database, const std::string& id, std::uint64_t epoch, StateName from, StateName to,
                          bool delivered, const ports::Trail& trail) {
    if (protocol::is_terminal(to)) return fail(Code::internal, "a session moves to its end by end_session only");
    const auto stored = session_by_id(database, id);
    if (!stored || !is_owned(*stored, epoch, from)) return lost();
    database.run("UPDATE sessions SET state = ?3, delivered = CASE WHEN delivered > ?4 THEN delivered ELSE ?4 END "
                 "WHERE number = ?1 AND epoch = ?2",
                 stored->number, epoch, to, delivered);
    append(database, *stored, trail);
    return Step{};
}

Result<void> end_session(Database& database, const ports::Session& session, const ports::Trail& trail) {
    if (!protocol::is_terminal(session.state)) return fail(Code::internal, "a session ends in a terminal state");
    const auto stored = session_by_id(database, session.id);
    if (!stored) {
        insert_ended(database, session, trail);
        return {};
    }
    const bool is_done = session.state == StateName::done;
    const bool repeats = is_done && stored->session.state == StateName::done && stored->session.epoch == session.epoch;
    if (!repeats && !is_owned(*stored, session.epoch, std::nullopt)) { // lost
        append_audit(database, findings_of(trail), stored->number);
        return {};
    }
    if (stored->session.side == Side::listener && is_done == stored->session.tally_id.empty())
        return fail(Code::internal, "a session ends as DONE exactly when its tally is recorded");
    if (stored->reserved) return_use(database, stored->session.token, stored->session.peer);
    const auto ended = repeats ? *stored->session.ended : end_of(session, trail);
    append(database, *stored, trail);
    write(database, *stored, session, ended, false, keeps_key(database, *stored, session));
    return {};
}

} // namespace taleus::store
