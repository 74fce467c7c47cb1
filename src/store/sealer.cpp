#include "store/sealer.hpp"

#include "audit/receipt.hpp"
#include "audit/tile.hpp"
#include "base/ensure.hpp"
#include "store/columns.hpp"
#include "store/filing.hpp"
#include "store/session_rows.hpp"
#include "wire/base_text.hpp"
#include "wire/json.hpp"
#include "wire/peer_id.hpp"

#include <vector>

namespace taleus::store {
namespace {

Unsealed first_record(UtcTime now, boost::json::object body) {
    auto entry = audit::make_entry({.seq = 0,
                                    .at = now,
                                    .kind = "trail_started",
                                    .session = {},
                                    .token = {},
                                    .body = std::move(body),
                                    .details = std::nullopt});
    ensure(entry.has_value(), "the first record of a trail is of its kind");
    return {.entry = std::move(*entry), .session = 0, .has_receipt = false, .receipt = nullptr};
}

// Whole tiles' worth of records get their root kept, so that no reader has to hash the trail from its beginning.
void keep_subtrees(Database& database, std::int64_t trail, const audit::Growth& growth) {
    const auto size = growth.tree().size();
    std::uint64_t width = audit::tile_width;
    for (int level = 1; size % width == 0; ++level, width *= audit::tile_width)
        database.post("INSERT INTO subtrees (trail, level, number, hash) VALUES (?1, ?2, ?3, ?4)", trail, level,
                      size / width - 1, growth.hash(size - width, size));
}

} // namespace

std::optional<Sealer::Row> Sealer::newest(Database& database) {
    auto rows = database.ask("SELECT number, origin, size, edge FROM trails WHERE node = ?1 ORDER BY number DESC "
                             "LIMIT 1 /*FOR UPDATE*/",
                             database.node());
    if (!rows.next()) return std::nullopt;
    Row row;
    std::uint64_t size = 0;
    Bytes edge;
    rows.read(row.number, row.origin, size, edge);
    auto tree = audit::Tree::of(size, edge);
    if (!tree) {
        database.set_fault(Code::internal, "the trail's row was altered: run taleus audit verify");
        return std::nullopt;
    }
    row.tree = std::move(*tree);
    return row;
}

// Its first record goes before all others of the transaction.
Sealer::Row Sealer::begin(Database& database, std::string_view cause, UtcTime now, const Row* before) {
    Row row;
    row.origin = audit::make_origin(wire::PeerId::of(key_.public_key()), random_);
    row.number = database
                     .value<std::int64_t>("INSERT INTO trails (node, origin, size, edge) VALUES (?1, ?2, 0, ?3) "
                                          "RETURNING number",
                                          database.node(), row.origin, Bytes{})
                     .value_or(0);
    // Who begins a node's first trail holds no row of it: of two processes the second one's counter is a conflict, so
    // that it is run again and finds the trail.
    if (before == nullptr)
        database.run("INSERT INTO counters (name, value) VALUES (?1, ?2)", "first trail of " + database.node(),
                     row.number);
    boost::json::object body{{"cause", cause}};
    if (before != nullptr) {
        body["previous"] = before->origin;
        body["size"] = before->tree.size();
        body["root"] = wire::to_base64(before->tree.root());
    }
    auto& waiting = database.unsealed();
    waiting.insert(waiting.begin(), first_record(now, std::move(body)));
    return row;
}

void Sealer::begin_anew(Database& database, std::string_view cause, UtcTime now) {
    const auto before = newest(database);
    if (!database.fault()) static_cast<void>(begin(database, cause, now, before ? &*before : nullptr));
}

void Sealer::seal(Database& database) {
    auto& waiting = database.unsealed();
    if (waiting.empty() || database.fault()) return;
    auto trail = newest(database);
    if (database.fault()) return;
    if (!trail) trail = begin(database, "first", waiting.front().entry.record.at, nullptr);

    audit::Growth growth{trail->tree};
    Filing filing{database, trail->number};
    std::vector<std::string> records(waiting.size());
    for (std::size_t i = 0; i < waiting.size() && !database.fault(); ++i) {
        append(database, filing, growth, waiting[i], records[i]);
        keep_subtrees(database, trail->number, growth);
    }
    filing.end_bundle();
    if (!database.fault()) sign(database, *trail, growth, records);
}

void Sealer::append(Database& database, Filing& filing, audit::Growth& growth, Unsealed& one, std::string& bytes) {
    auto& record = one.entry.record;
    record.seq = growth.tree().size();
    if (one.session == 0 && !record.session.empty())
        one.session = number_of_session(database, record.session).value_or(0);
    audit::Salt salt{};
    if (!one.entry.details.empty()) salt = random_.bytes<sizeof(audit::Salt)>();
    auto encoded = audit::encode(std::move(one.entry), salt);
    const auto leaf = audit::leaf_hash(as_bytes(encoded.bytes));
    filing.add(growth.tree().size(), encoded.bytes, leaf, salt, encoded.details, one.session);
    growth.append(leaf);
    bytes = std::move(encoded.bytes);
}

void Sealer::sign(Database& database, const Row& trail, const audit::Growth& growth,
                  std::span<const std::string> records) {
    const auto& tree = growth.tree();
    const audit::Checkpoint head{trail.origin, tree.size(), tree.root()};
    const auto signature = audit::sign(head, key_);
    database.post("INSERT INTO heads (trail, size, root, signature) VALUES (?1, ?2, ?3, ?4)", trail.number, head.size,
                  head.root, signature);
    database.post("UPDATE trails SET size = ?2, edge = ?3 WHERE number = ?1", trail.number, head.size,
                  tree.edge_bytes());

    std::string note;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto& one = database.unsealed()[i];
        if (!one.has_receipt) continue;
        if (note.empty()) note = audit::to_note(head, signature, key_.public_key());
        auto receipt = audit::to_json(note, growth.inclusion(trail.tree.size() + i), records[i]);
        keep_receipt(database, one.session, receipt);
        if (one.receipt) *one.receipt = std::move(receipt);
    }
}

void Sealer::take_in_earlier(Database& database) {
    std::vector<Unsealed> earlier;
    auto rows = database.ask("SELECT at, kind, session_id, token_id, body FROM unsealed WHERE node = ?1 ORDER BY seq "
                             "/*FOR UPDATE*/",
                             database.node());
    while (rows.next()) {
        audit::Record record;
        std::string body;
        rows.read(record.at, record.kind, record.session, record.token, body);
        auto read = wire::parse_json(as_bytes(body));
        if (read && read->is_object()) record.body = std::move(read->get_object());
        auto entry = audit::take_entry(std::move(record));
        if (!entry) return database.set_fault(Code::internal, std::move(entry.error().context));
        earlier.push_back({.entry = std::move(*entry), .session = 0, .has_receipt = false, .receipt = nullptr});
    }
    if (earlier.empty()) return;
    auto& waiting = database.unsealed();
    waiting.insert(waiting.begin(), std::make_move_iterator(earlier.begin()), std::make_move_iterator(earlier.end()));
    database.run("DELETE FROM unsealed WHERE node = ?1", database.node());
    seal(database);
}

} // namespace taleus::store
