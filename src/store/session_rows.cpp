#include "store/session_rows.hpp"

#include "store/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace taleus::store {

using protocol::Side;
using protocol::StateName;

bool is_decided(const ports::Session& session) {
    if (!session.tally_id.empty()) return true;
    return session.role == wire::Role::foil &&
           (session.state == StateName::sending_response || session.state == StateName::awaiting_database ||
            session.state == StateName::validating_database || session.state == StateName::done);
}

bool provisions(const ports::Session& session) {
    return (session.side == Side::listener) == (session.role == wire::Role::stock);
}

void note_arrows(StoredSession& stored, const Story& story) {
    if (const auto told = story.told()) stored.told = told;
    stored.contacted |= std::ranges::any_of(story.transitions,
                                            [](const auto& arrow) { return arrow.from == StateName::sending_contact; });
}

void append_lost_arrow(Database& database, StoredSession& stored, UtcTime now) {
    if (!stored.told) return;
    const auto& session = stored.session;
    append_arrow(database, stored.number, session, {now, *stored.told, session.state, "recorded", {}});
    stored.told = session.state;
}

std::uint64_t next_epoch(Database& database, const ports::Session& session) {
    if (session.side == Side::dialer) return session.epoch + 1; // its invitation is not in this store
    return database
        .value<std::uint64_t>("UPDATE invitations SET epoch = epoch + 1 WHERE token = ?1 RETURNING epoch",
                              session.token)
        .value_or(0);
}

// Written once a second at most: a row that every session writes is one that every node waits for.
UtcTime latest_time(Database& database, UtcTime now) {
    const auto kept = database.value<UtcTime>("SELECT value FROM counters WHERE name = 'clock'");
    const auto known = std::max(kept, database.time_told());
    if (known && now < *known + std::chrono::seconds{1}) return std::max(now, *known);
    database.tell_time(now);
    return now;
}

// After the invitations of all calls: who held it and waited for one of them would wait for a node that holds that and
// waits for it.
void keep_time(Database& database) {
    if (const auto& told = database.time_told())
        database.post("INSERT INTO counters (name, value) VALUES ('clock', ?1) ON CONFLICT (name) DO UPDATE SET value "
                      "= CASE WHEN counters.value > ?1 THEN counters.value ELSE ?1 END",
                      *told);
}

std::int64_t insert_session(Database& database, const StoredSession& row) {
    const auto& s = row.session;
    return database
        .value<std::int64_t>(
            "INSERT INTO sessions (id, side, role, key, token, peer, party_id, state, epoch, opened, deadline, ended, "
            "code, response, acknowledgement, tally_id, delivered, partner_cadre, reserved, holds_key, node, told, "
            "contacted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
            "?20, ?21, ?22, ?23) RETURNING number",
            s.id, s.side, s.role, s.key, s.token, s.peer, s.party_id, s.state, s.epoch, s.opened, s.deadline, s.ended,
            s.code, s.response, s.acknowledgement, s.tally_id, s.delivered, s.partner_cadre, row.reserved,
            row.holds_key, database.node(), row.told, row.contacted)
        .value_or(0);
}

std::string select_sessions(std::string_view rest) {
    return fmt::format(
        "SELECT number, reserved, holds_key, told, contacted, id, side, role, key, token, peer, party_id, "
        "state, epoch, opened, deadline, ended, code, response, acknowledgement, coalesce((SELECT receipt FROM "
        "receipts WHERE session = number), ''), tally_id, delivered, partner_cadre FROM sessions {}",
        rest);
}

StoredSession read_session(Statement& row) {
    StoredSession stored;
    auto& s = stored.session;
    row.read(stored.number, stored.reserved, stored.holds_key, stored.told, stored.contacted, s.id, s.side, s.role,
             s.key, s.token, s.peer, s.party_id, s.state, s.epoch, s.opened, s.deadline, s.ended, s.code, s.response,
             s.acknowledgement, s.receipt, s.tally_id, s.delivered, s.partner_cadre);
    return stored;
}

std::optional<StoredSession> session_of_key(Database& database, Side side, const BootstrapKey& key, Hold hold) {
    static const std::string where = "WHERE key = ?1 AND side = ?2 AND holds_key = 1";
    static const auto looked = select_sessions(where);
    static const auto held = select_sessions(where + " /*FOR UPDATE*/");
    auto rows = database.ask(hold == Hold::yes ? held : looked, key, side);
    if (!rows.next()) return std::nullopt;
    return read_session(rows);
}

std::optional<StoredSession> session_by_id(Database& database, const std::string& id) {
    static constexpr const char* sql =
        "SELECT number, reserved, holds_key, told, contacted, id, side, role, key, token, peer, '', state, epoch, "
        "opened, deadline, ended, code, '', '', '', tally_id, delivered, '[]' FROM sessions WHERE id = ?1 "
        "/*FOR UPDATE*/";
    auto rows = database.ask(sql, id);
    if (!rows.next()) return std::nullopt;
    return read_session(rows);
}

std::optional<std::int64_t> number_of_session(Database& database, const std::string& id) {
    return database.value<std::int64_t>("SELECT number FROM sessions WHERE id = ?1", id);
}

std::uint64_t erase_names(Database& database, std::int64_t first, std::int64_t last) {
    return static_cast<std::uint64_t>(database.run(
        "UPDATE sessions SET peer = '', party_id = '', partner_cadre = '[]', response = '' WHERE number >= ?1 AND "
        "number <= ?2 AND holds_key = 0 AND tally_id = '' AND peer <> ''",
        first, last));
}

std::int64_t names_erased_up_to(Database& database, Hold hold) {
    static const std::string looked = "SELECT value FROM counters WHERE name = 'erased'";
    static const auto held = looked + " /*FOR UPDATE*/";
    return database.value<std::int64_t>(hold == Hold::yes ? held : looked).value_or(0);
}

void erase_overdue_names(Database& database, std::int64_t session) {
    if (session <= names_erased_up_to(database, Hold::no)) erase_names(database, session, session);
}

void keep_receipt(Database& database, std::int64_t session, const std::string& receipt) {
    database.post("INSERT INTO receipts (session, receipt) VALUES (?1, ?2) ON CONFLICT (session) DO UPDATE SET "
                  "receipt = ?2",
                  session, receipt);
}

void insert_tally(Database& database, std::int64_t session, const ports::TallyRecord& t) {
    database.post(
        "INSERT INTO tallies (session, tally_id, own_party, partner_party, partner_cadre, created_by, endpoint, "
        "credentials_ref, draft, draft_verified, acknowledged, confirmed, recorded, access, own_login, own_secret, "
        "partner_secret) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        session, t.tally_id, t.own_party, t.partner_party, t.partner_cadre, t.tally.created_by, t.database.endpoint,
        t.database.credentials_ref, t.draft, t.draft_verified, t.acknowledged, t.confirmed, t.recorded, t.access,
        t.own_login, t.own_secret, t.partner_secret);
}

void update_tally(Database& database, std::int64_t session, const ports::TallyRecord& t) {
    const auto found = database.run(
        "UPDATE tallies SET partner_party = ?3, partner_cadre = ?4, endpoint = ?5, credentials_ref = ?6, draft = ?7, "
        "draft_verified = ?8, acknowledged = ?9, confirmed = ?10, access = ?11, own_login = ?12, own_secret = ?13, "
        "partner_secret = ?14 WHERE session = ?1 AND tally_id = ?2",
        session, t.tally_id, t.partner_party, t.partner_cadre, t.database.endpoint, t.database.credentials_ref, t.draft,
        t.draft_verified, t.acknowledged, t.confirmed, t.access, t.own_login, t.own_secret, t.partner_secret);
    if (found != 1) database.set_fault(Code::internal, "a second tally for one session");
}

std::string select_tallies(std::string_view rest) {
    return "SELECT tallies.tally_id, id, side, role, key, token, peer, own_party, partner_party, "
           "tallies.partner_cadre, created_by, endpoint, credentials_ref, draft, draft_verified, acknowledged, "
           "confirmed, recorded, access, own_login, own_secret, partner_secret FROM tallies JOIN sessions ON number = "
           "session " +
           std::string{rest};
}

ports::TallyRecord read_tally(Statement& row) {
    ports::TallyRecord t;
    row.read(t.tally_id, t.session_id, t.side, t.role, t.key, t.token, t.peer, t.own_party, t.partner_party,
             t.partner_cadre, t.tally.created_by, t.database.endpoint, t.database.credentials_ref, t.draft,
             t.draft_verified, t.acknowledged, t.confirmed, t.recorded, t.access, t.own_login, t.own_secret,
             t.partner_secret);
    t.tally.tally_id = t.tally_id;
    return t;
}

std::optional<ports::TallyRecord> tally_of(Database& database, std::int64_t session) {
    static const auto sql = select_tallies("WHERE session = ?1");
    auto rows = database.ask(sql, session);
    if (!rows.next()) return std::nullopt;
    return read_tally(rows);
}

std::optional<StoredInstance> instance_of_key(Database& database, Side side, const BootstrapKey& key, Hold hold) {
    static const std::string looked =
        "SELECT instance, tally_id, draft, secret, state FROM instances WHERE key = ?1 AND side = ?2";
    static const auto held = looked + " /*FOR UPDATE*/";
    auto rows = database.ask(hold == Hold::yes ? held : looked, key, side);
    if (!rows.next()) return std::nullopt;
    StoredInstance found;
    rows.read(found.intent.instance, found.intent.tally_id, found.intent.draft, found.intent.secret, found.state);
    return found;
}

void insert_instance(Database& database, std::int64_t session, const ports::Session& of, const ports::Intent& intent,
                     UtcTime since) {
    database.post("INSERT INTO instances (instance, side, key, session, tally_id, draft, secret, state, since) VALUES "
                  "(?1, ?2, ?3, ?4, ?5, ?6, ?7, 'made', ?8)",
                  intent.instance, of.side, of.key, session, intent.tally_id, intent.draft, intent.secret, since);
}

void hand_over_instance(Database& database, std::int64_t session, const ports::Session& to, UtcTime since) {
    database.post("UPDATE instances SET session = ?3, since = ?4 WHERE key = ?1 AND side = ?2 AND state = 'made'",
                  to.key, to.side, session, since);
}

bool adopt_instance(Database& database, const ports::Session& of) {
    return database.run("UPDATE instances SET state = 'adopted' WHERE key = ?1 AND side = ?2 AND state = 'made'",
                        of.key, of.side) == 1;
}

} // namespace taleus::store
