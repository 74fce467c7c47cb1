#include "store/recovery.hpp"

#include "store/columns.hpp"
#include "store/invitations.hpp"
#include "store/session_rows.hpp"
#include "store/trail.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taleus::store {
namespace {

using protocol::StateName;

constexpr std::string_view interrupted = "interrupted";

std::chrono::milliseconds in_milliseconds(Duration length) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(length);
}

// Where a session that nobody runs any more goes on.
StateName continuation_of(const ports::Session& session) {
    if (!session.tally_id.empty()) return StateName::done;
    return is_decided(session) ? StateName::awaiting_database : StateName::failed;
}

// The arrows that are not in the trail yet, and the end, if it is one.
void tell(Database& database, StoredSession& stored, StateName to, UtcTime now) {
    const auto& session = stored.session;
    append_lost_arrow(database, stored, now);
    append_arrow(database, stored.number, session, {now, session.state, to, std::string{interrupted}, {}});
    if (!protocol::is_terminal(to)) return;
    boost::json::object body{
        {"outcome", protocol::outcome_text(to)}, {"cause", interrupted}, {"delivered", session.delivered}};
    if (to == StateName::failed) body["code"] = to_text(Code::internal);
    append_audit(database, {{now, "ended", session.id, id_of(session.token), std::move(body)}}, stored.number);
}

void take_up(Database& database, StoredSession& stored, StateName to, UtcTime now) {
    const auto& session = stored.session;
    const bool is_over = protocol::is_terminal(to);
    const bool is_failed = to == StateName::failed;
    if (is_failed && stored.reserved) return_use(database, session.token, session.peer);
    const auto changed = database.run(
        "UPDATE sessions SET state = ?2, epoch = ?3, ended = ?4, code = ?5, reserved = ?6, holds_key = ?7, node = ?8, "
        "told = ?2 WHERE number = ?1 AND epoch = ?9",
        stored.number, to, next_epoch(database, session), is_over ? std::optional{now} : std::nullopt,
        is_failed ? std::optional{Code::internal} : std::nullopt, stored.reserved && !is_over, !is_failed,
        database.node(), session.epoch);
    if (changed != 1) database.set_fault(Code::internal, "a session changed under its own transaction");
    tell(database, stored, to, now);
}

// Looked at again, holding the session: who took it up while it was waited for is at work with what it made.
bool is_abandoned(Database& database, const StoredSession& stored, UtcTime older_than) {
    return database
        .value<std::int64_t>("SELECT number FROM instances WHERE key = ?1 AND side = 'dialer' AND state = 'made' AND "
                             "since < ?2 /*FOR UPDATE*/",
                             stored.session.key, older_than)
        .has_value();
}

// A dialer that died left its session open. It ends here, fenced, since nothing will be left for it to go on with.
void end_abandoned_dialers(Database& database, UtcTime older_than, UtcTime now) {
    static const auto sql =
        select_sessions("WHERE side = 'dialer' AND ended IS NULL AND tally_id = '' AND number IN (SELECT session FROM "
                        "instances WHERE state = 'made' AND state <> 'adopted' AND side = 'dialer' AND since < ?1) "
                        "/*FOR UPDATE*/");
    std::vector<StoredSession> left;
    for (auto rows = database.ask(sql, older_than); rows.next();) left.push_back(read_session(rows));
    for (auto& stored : left)
        if (is_abandoned(database, stored, older_than)) take_up(database, stored, StateName::failed, now);
}

// In the order of their tokens, as the calls of a batch are run: in that of the sessions, this node would hold a token
// that a sister's batch waits for, and wait for one that it holds.
Recovered recover(Database& database, std::vector<StoredSession> left, UtcTime now) {
    Recovered recovered;
    std::ranges::sort(left, {}, [](const auto& one) { return std::pair{id_of(one.session.token), one.number}; });
    for (auto& stored : left) {
        const auto to = continuation_of(stored.session);
        take_up(database, stored, to, now);
        if (to == StateName::failed) ++recovered.interrupted;
        if (to == StateName::done) ++recovered.completed;
        if (to == StateName::awaiting_database) ++recovered.waiting;
    }
    return recovered;
}

} // namespace

Recovered recover_sessions(Database& database, UtcTime now) {
    static const auto sql =
        select_sessions("WHERE side = 'listener' AND ended IS NULL AND node = ?1 ORDER BY number /*FOR UPDATE*/");
    std::vector<StoredSession> left;
    for (auto rows = database.ask(sql, database.node()); rows.next();) left.push_back(read_session(rows));
    return recover(database, std::move(left), now);
}

Recovered take_over_sessions(Database& database, UtcTime now, UtcTime alive_since) {
    static const auto sql = select_sessions(
        "WHERE side = 'listener' AND ended IS NULL AND node <> ?1 AND node NOT IN "
        "(SELECT peer FROM nodes WHERE boot <> '' AND seen >= ?2) ORDER BY number LIMIT 1000 /*FOR UPDATE*/");
    std::vector<StoredSession> left;
    for (auto rows = database.ask(sql, database.node(), alive_since); rows.next();) left.push_back(read_session(rows));
    return recover(database, std::move(left), now);
}

namespace {

// Whoever came to what another one is at work with, later than that one forgets it, would remove what its key made
// anew.
std::chrono::milliseconds time_of_claim(Database& database, UtcTime now, std::chrono::milliseconds time_to_live) {
    const auto lasts = ports::time_of_claim(time_to_live);
    const auto serving = database.value<std::int64_t>("SELECT count(*) FROM nodes WHERE boot <> '' AND seen >= ?1",
                                                      now - in_milliseconds(lasts));
    return in_milliseconds(serving.value_or(0) > 0 ? lasts : ports::time_of_claim(Duration::zero()));
}

} // namespace

// From then on `since` is the time of the claim; one that is far ahead was told by a clock that was. Those of before,
// the longest waiting first, have half of the room, so that what cannot be removed leaves some. That `state` is not
// 'adopted' is said for SQLite, which learns by these words that the index of such rows has all that are asked for.
std::vector<ports::Intent> claim_stale_instances(Database& database, UtcTime older_than, UtcTime now,
                                                 std::size_t limit) {
    end_abandoned_dialers(database, older_than, now);
    std::vector<ports::Intent> claimed;
    const auto take = [&claimed](Statement rows) {
        while (rows.next()) {
            auto& intent = claimed.emplace_back();
            rows.read(intent.instance, intent.tally_id, intent.draft, intent.secret);
        }
    };
    const auto lasts = time_of_claim(database, now, now - older_than);
    take(database.ask(
        "UPDATE instances SET since = ?3 WHERE number IN (SELECT number FROM instances WHERE state = 'removing' "
        "AND state <> 'adopted' AND (since <= ?1 OR since > ?4) ORDER BY since LIMIT ?2) AND state = 'removing' "
        "AND (since <= ?1 OR since > ?4) RETURNING instance, tally_id, draft, secret",
        now - lasts, (limit + 1) / 2, now, now + lasts));
    take(database.ask(
        "UPDATE instances SET state = 'removing', since = ?3 WHERE number IN (SELECT instances.number FROM instances "
        "JOIN sessions ON sessions.number = instances.session WHERE instances.state = 'made' "
        "AND instances.state <> 'adopted' AND since < ?1 AND ended IS NOT NULL LIMIT ?2) "
        "AND state = 'made' AND since < ?1 RETURNING instance, tally_id, draft, secret",
        older_than, limit - claimed.size(), now));
    return claimed;
}

void forget_instance(Database& database, const InstanceId& instance, const ports::AuditRecord& audit) {
    const auto session =
        database.value<std::int64_t>("SELECT session FROM instances WHERE instance = ?1 AND state = 'removing' AND "
                                     "state <> 'adopted'",
                                     instance);
    if (!session) return; // a sister node was faster
    // A dialer's session kept its key for this instance; now it has nothing to resume.
    database.run("UPDATE sessions SET holds_key = 0 WHERE ended IS NOT NULL AND tally_id = '' AND number = ?1",
                 *session);
    erase_overdue_names(database, *session);
    const auto gone = database.run(
        "DELETE FROM instances WHERE instance = ?1 AND state = 'removing' AND state <> 'adopted'", instance);
    if (gone > 0) append_audit(database, {audit}); // else it was faster just now
}

// By its age it keeps its place among those that are claimed: the last one.
void hand_back_instances(Database& database, const std::vector<InstanceId>& instances, UtcTime at) {
    const auto over = at - in_milliseconds(ports::time_of_claim(Duration::max()));
    for (const auto& instance : instances)
        database.run("UPDATE instances SET since = ?3 WHERE instance = ?1 AND state = 'removing' AND "
                     "state <> 'adopted' AND since = ?2",
                     instance, at, over);
}

} // namespace taleus::store
