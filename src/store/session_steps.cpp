#include "store/session_steps.hpp"

#include "protocol/dialer.hpp"
#include "store/columns.hpp"
#include "store/invitations.hpp"
#include "store/session_rows.hpp"
#include "store/trail.hpp"

#include <fmt/format.h>

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
void append_unrecorded_answer(Database& database, StoredSession& stored, const Story& story) {
    const auto& session = stored.session;
    if (story.transitions.empty() || session.state != StateName::sending_response) return;
    const auto& next = story.transitions.front();
    if (next.from != StateName::awaiting_database) return;
    append_lost_arrow(database, stored, next.at);
    append_arrow(database, stored.number, session, {next.at, session.state, next.from, "recorded", {}});
}

// Before the session's row is written: that keeps what is noted of the arrows.
void append(Database& database, StoredSession& stored, const Story& story) {
    append_unrecorded_answer(database, stored, story);
    append_records(database, story.records, stored.number);
    note_arrows(stored, story);
}

// When the caller did not say when it ended, its trail does.
UtcTime end_of(const ports::Session& session, const Story& story) {
    if (session.ended) return *session.ended;
    return story.transitions.empty() ? session.opened : story.transitions.back().at;
}

// The columns that a step may change, by the value that the caller holds; empty texts leave what was recorded. Whose
// node writes it has it from then on: a session that a sister decided is the sister's to complete when that starts
// anew. A column that an index looks at is named only where it changes: to write the same value again would write the
// index's pages, which are in random order, again.
void write(Database& database, const StoredSession& stored, const ports::Session& session, std::optional<UtcTime> ended,
           bool reserved, bool holds_key) {
    static const auto update = [](std::string_view more) {
        return fmt::format(
            "UPDATE sessions SET state = ?3, deadline = ?4, code = ?5, response = coalesce(nullif(?6, ''), response), "
            "acknowledgement = coalesce(nullif(?7, ''), acknowledgement), tally_id = coalesce(nullif(?8, ''), "
            "tally_id), delivered = CASE WHEN delivered > ?9 THEN delivered ELSE ?9 END, reserved = ?10, "
            "partner_cadre = coalesce(nullif(?11, '[]'), partner_cadre), node = ?12, told = ?13, contacted = ?14{} "
            "WHERE number = ?1 AND epoch = ?2",
            more);
    };
    static const auto going_on = update("");
    static const auto ending = update(", ended = ?15");
    static const auto letting_go = update(", ended = ?15, holds_key = ?16");
    const auto run = [&](const std::string& sql, const auto&... more) {
        return database.run(sql, stored.number, session.epoch, session.state,
                            session.deadline ? session.deadline : stored.session.deadline, session.code,
                            session.response, session.acknowledgement, session.tally_id, session.delivered, reserved,
                            session.partner_cadre, database.node(), stored.told, stored.contacted, more...);
    };
    const auto changed = holds_key != stored.holds_key   ? run(letting_go, ended, holds_key)
                         : ended != stored.session.ended ? run(ending, ended)
                                                         : run(going_on);
    if (changed != 1) database.set_fault(Code::internal, "a session changed under its own transaction");
    if (session.side != Side::dialer) return; // a listener's receipt was kept as it was sealed
    if (session.receipt.empty())              // what may be there is of a session that the listener gave up
        database.post("DELETE FROM receipts WHERE session = ?1", stored.number);
    else
        keep_receipt(database, stored.number, session.receipt);
    if (!holds_key) erase_overdue_names(database, stored.number);
}

// Every attempt is on record, also one that was refused before it could be opened.
void insert_ended(Database& database, const ports::Session& session, const Story& story) {
    StoredSession row{.session = session, .number = 0, .reserved = false, .holds_key = false};
    row.session.ended = end_of(session, story);
    note_arrows(row, story);
    append_records(database, story.records, insert_session(database, row));
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
    return !is_answered && stored.contacted;
}

} // namespace

Result<Step> record_tally(Database& database, const ports::Session& session, StateName from,
                          const ports::TallyRecord& tally, const Story& story) {
    auto stored = session_by_id(database, session.id);
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
    append(database, *stored, story);
    write(database, *stored, decided, ended, false, true);
    is_first ? insert_tally(database, stored->number, tally) : update_tally(database, stored->number, tally);
    return Step{};
}

Result<Step> move_session(Database& database, const std::string& id, std::uint64_t epoch, StateName from, StateName to,
                          bool delivered, const Story& story) {
    if (protocol::is_terminal(to)) return fail(Code::internal, "a session moves to its end by end_session only");
    auto stored = session_by_id(database, id);
    if (!stored || !is_owned(*stored, epoch, from)) return lost();
    append(database, *stored, story);
    database.run("UPDATE sessions SET state = ?3, delivered = CASE WHEN delivered > ?4 THEN delivered ELSE ?4 END, "
                 "told = ?5 WHERE number = ?1 AND epoch = ?2",
                 stored->number, epoch, to, delivered, stored->told);
    return Step{};
}

Result<void> end_session(Database& database, const ports::Session& session, const Story& story, const Story& findings) {
    if (!protocol::is_terminal(session.state)) return fail(Code::internal, "a session ends in a terminal state");
    auto stored = session_by_id(database, session.id);
    if (!stored) {
        insert_ended(database, session, story);
        return {};
    }
    const bool is_done = session.state == StateName::done;
    const bool repeats = is_done && stored->session.state == StateName::done && stored->session.epoch == session.epoch;
    if (!repeats && !is_owned(*stored, session.epoch, std::nullopt)) { // lost
        append_records(database, findings.records, stored->number);
        return {};
    }
    if (stored->session.side == Side::listener && is_done == stored->session.tally_id.empty())
        return fail(Code::internal, "a session ends as DONE exactly when its tally is recorded");
    if (stored->reserved) return_use(database, stored->session.token, stored->session.peer);
    const auto ended = repeats ? *stored->session.ended : end_of(session, story);
    append(database, *stored, story);
    write(database, *stored, session, ended, false, keeps_key(database, *stored, session));
    return {};
}

} // namespace taleus::store
