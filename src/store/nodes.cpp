#include "store/nodes.hpp"

#include "store/columns.hpp"

namespace taleus::store {
namespace {

std::string select_nodes(std::string_view rest) {
    return "SELECT peer, addresses, seen, boot, home FROM nodes " + std::string{rest};
}

ports::Node read_node(Statement& row) {
    ports::Node node;
    row.read(node.peer, node.addresses, node.seen, node.boot, node.home);
    return node;
}

// Another process that goes by this node's name. One of the same home is over: a home has one lock.
bool is_taken(const ports::Node& known, const ports::Node& by, UtcTime alive_since) {
    return !known.boot.empty() && known.boot != by.boot && known.home != by.home && known.seen >= alive_since;
}

} // namespace

Result<std::string> inviter_party(Database& database, const std::string& wanted, const std::string& own) {
    const auto known =
        database.value<std::string>("SELECT party_id FROM inviter WHERE name = 'inviter' /*FOR UPDATE*/");
    if (known && (wanted.empty() || wanted == *known)) return *known;
    const auto others = database.value<std::int64_t>("SELECT count(*) FROM nodes WHERE peer <> ?1", own).value_or(0);
    if (known && others > 0)
        return fail(Code::conflict,
                    "the store's nodes are another party's; set party.id to theirs, or to nothing, or use a store of "
                    "your own");
    const auto& party = wanted.empty() ? own : wanted;
    // There is no row to hold at first: of two nodes that start together the second one's is a conflict, so that it is
    // run again and finds the first one's.
    if (known)
        database.run("UPDATE inviter SET party_id = ?1 WHERE name = 'inviter'", party);
    else
        database.run("INSERT INTO inviter (name, party_id) VALUES ('inviter', ?1)", party);
    return party;
}

bool register_node(Database& database, const ports::Node& node, UtcTime alive_since) {
    static const auto held = select_nodes("WHERE peer = ?1 /*FOR UPDATE*/");
    auto rows = database.ask(held, node.peer);
    if (rows.next() && is_taken(read_node(rows), node, alive_since)) return false;
    database.run("INSERT INTO nodes (peer, addresses, seen, boot, home) VALUES (?1, ?2, ?3, ?4, ?5) "
                 "ON CONFLICT (peer) DO UPDATE SET addresses = coalesce(nullif(?2, '[]'), nodes.addresses), seen = ?3, "
                 "boot = ?4, home = ?5",
                 node.peer, node.addresses, node.seen, node.boot, node.home);
    return true;
}

std::vector<ports::Node> all_nodes(Database& database) {
    static const auto sql = select_nodes("ORDER BY seen DESC");
    std::vector<ports::Node> found;
    for (auto rows = database.ask(sql); rows.next();) found.push_back(read_node(rows));
    return found;
}

} // namespace taleus::store
