#include "store/lists.hpp"

#include "store/columns.hpp"
#include "store/prefix.hpp"
#include "store/session_rows.hpp"
#include "store/trail.hpp"

#include <algorithm>

namespace taleus::store {

std::vector<ports::TallyRecord> all_tallies(Database& database) {
    static const auto sql = select_tallies("ORDER BY session DESC");
    std::vector<ports::TallyRecord> found;
    auto rows = database.ask(sql);
    while (rows.next()) found.push_back(read_tally(rows));
    return found;
}

// Ids are unique per partner only: of two that are the same, the newer one; a mere prefix must be of one.
std::optional<ports::TallyRecord> tally_by_id(Database& database, const std::string& id) {
    if (id.empty()) return std::nullopt; // the beginning of all, and not of the one that there may be
    static const auto sql = select_tallies("WHERE tallies.tally_id >= ?1 AND tallies.tally_id < ?2 "
                                           "ORDER BY tallies.tally_id = ?1 DESC, session DESC LIMIT 2");
    auto rows = database.ask(sql, id, after_prefix(id));
    if (!rows.next()) return std::nullopt;
    auto tally = read_tally(rows);
    if (tally.tally_id != id && rows.next()) return std::nullopt;
    return tally;
}

std::optional<ports::TallyRecord> tally_of_session(Database& database, const std::string& session_id) {
    static const auto sql = select_tallies("WHERE id = ?1");
    auto rows = database.ask(sql, session_id);
    if (!rows.next()) return std::nullopt;
    return read_tally(rows);
}

std::vector<ports::Session> newest_sessions(Database& database, const ports::SessionFilter& filter) {
    static const auto sql = select_sessions("WHERE (?2 = '' OR state = ?2) AND (?3 = '' OR peer = ?3) "
                                            "AND (?4 = '' OR number < (SELECT number FROM sessions WHERE id = ?4)) "
                                            "ORDER BY number DESC LIMIT ?1");
    std::vector<ports::Session> found;
    auto rows = database.ask(sql, filter.limit, filter.state ? std::string{protocol::to_text(*filter.state)} : "",
                             filter.peer ? filter.peer->to_text() : "", filter.after);
    while (rows.next()) found.push_back(std::move(read_session(rows).session));
    return found;
}

std::optional<ports::SessionView> session_view(Database& database, const std::string& id) {
    if (id.empty()) return std::nullopt; // as above
    static const auto sql = select_sessions("WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2");
    auto rows = database.ask(sql, id, after_prefix(id));
    if (!rows.next()) return std::nullopt;
    ports::SessionView view{.session = std::move(read_session(rows).session), .transitions = {}};
    if (view.session.id != id && rows.next()) return std::nullopt;
    view.transitions = transitions_of(database, view.session.id);
    return view;
}

std::optional<StoreKeyBytes> store_key(Database& database) {
    return database.value<StoreKeyBytes>("SELECT key FROM store_key");
}

StoreKeyBytes offer_store_key(Database& database, const Secret& fresh) {
    if (const auto standing = store_key(database)) return *standing;
    StoreKeyBytes key;
    std::ranges::copy(fresh.reveal().first(key.bytes.size()), key.bytes.begin());
    database.run("INSERT INTO store_key (one, key) VALUES (1, ?1)", key);
    return key;
}

} // namespace taleus::store
