#include "store/trails.hpp"

#include "audit/record.hpp"
#include "audit/tree.hpp"
#include "store/columns.hpp"
#include "store/postgres_database.hpp"
#include "store/schema.hpp"
#include "store/session_rows.hpp"
#include "store/sqlite_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace taleus::store {
namespace {

Bundle read_bundle(Statement& row) {
    Bundle bundle;
    row.read(bundle.first, bundle.leaves, bundle.details, bundle.records);
    return bundle;
}

// The one that holds a record, by its number.
std::uint64_t bundle_with(Database& database, std::int64_t trail, std::uint64_t seq) {
    return database
        .value<std::uint64_t>("SELECT first FROM bundles WHERE trail = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1",
                              trail, seq)
        .value_or(seq);
}

// The hash over records [from, to), one subtree of 256^level above 0, as it was kept when it was full.
std::optional<Digest> kept_hash(Database& database, std::int64_t trail, std::uint64_t from, std::uint64_t to) {
    const auto width = to - from;
    int level = 0;
    for (auto rest = width; rest > 1; rest /= audit::tile_width) ++level;
    return digest_of(database
                         .value<Bytes>("SELECT hash FROM subtrees WHERE trail = ?1 AND level = ?2 AND number = ?3",
                                       trail, level, from / width)
                         .value_or(Bytes{}));
}

} // namespace

std::optional<Digest> digest_of(const Bytes& bytes) {
    Digest digest{};
    if (bytes.size() != digest.size()) return std::nullopt;
    std::ranges::copy(bytes, digest.begin());
    return digest;
}

Result<std::unique_ptr<Database>> open_to_read(const std::filesystem::path& file) {
    auto database = SqliteDatabase::open(
        file, {.busy_wait = std::chrono::milliseconds{2000}, .query_only = true, .read_only = true});
    if (!database) return database;
    if (auto fit = check_schema(**database); !fit)
        return fail(fit.error().code, fmt::format("{}: {}", file.string(), fit.error().context));
    return database;
}

Result<std::unique_ptr<Database>> connect_to_read(const std::string& url) {
    PostgresDatabase::Options options;
    options.query_only = true;
    auto database = PostgresDatabase::open(url, options);
    if (!database) return database;
    if (auto fit = check_postgres_schema(**database); !fit) return fail(std::move(fit.error()));
    (*database)->be_patient(); // that it answers at all is known by now
    return database;
}

std::vector<KeptTrail> kept_trails(Database& database) {
    std::vector<KeptTrail> trails;
    auto rows = database.ask("SELECT number, node, origin, size, edge FROM trails ORDER BY number");
    while (rows.next()) {
        auto& trail = trails.emplace_back();
        rows.read(trail.number, trail.node, trail.origin, trail.size, trail.edge);
    }
    return trails;
}

std::optional<KeptTrail> newest_trail(Database& database, const std::string& node) {
    auto rows = database.ask("SELECT number, node, origin, size, edge FROM trails WHERE node = ?1 ORDER BY number DESC "
                             "LIMIT 1",
                             node);
    if (!rows.next()) return std::nullopt;
    KeptTrail trail;
    rows.read(trail.number, trail.node, trail.origin, trail.size, trail.edge);
    return trail;
}

std::vector<std::int64_t> trails_without_row(Database& database) {
    std::vector<std::int64_t> numbers;
    for (auto rows = database.ask("SELECT trail FROM (SELECT trail FROM bundles UNION SELECT trail FROM filed UNION "
                                  "SELECT trail FROM heads UNION SELECT trail FROM subtrees) AS kept WHERE trail NOT "
                                  "IN (SELECT number FROM trails) ORDER BY trail");
         rows.next();)
        rows.read(numbers.emplace_back());
    return numbers;
}

std::vector<Bundle> kept_bundles(Database& database, std::int64_t trail, std::uint64_t from, std::size_t limit) {
    std::vector<Bundle> bundles;
    auto rows = database.ask("SELECT first, leaves, details, records FROM bundles WHERE trail = ?1 AND first >= ?2 "
                             "ORDER BY first LIMIT ?3",
                             trail, from, limit);
    while (rows.next()) bundles.push_back(read_bundle(rows));
    return bundles;
}

std::vector<KeptRecord> kept_records(Database& database, std::int64_t trail, std::uint64_t from, std::size_t limit) {
    const auto few = std::min<std::size_t>(limit, 16); // bundles at a time: each has a record at least
    std::vector<KeptRecord> records;
    for (auto next = bundle_with(database, trail, from); records.size() < limit;) {
        const auto bundles = kept_bundles(database, trail, next, few);
        for (const auto& bundle : bundles)
            for (auto& record : unpack(bundle))
                if (record.seq >= from && records.size() < limit) records.push_back(std::move(record));
        if (bundles.size() < few) break;
        next = bundles.back().first + 1;
    }
    return records;
}

std::vector<KeptRecord> kept_records_of_session(Database& database, const std::string& session_id) {
    std::vector<KeptRecord> records;
    auto rows =
        database.ask("SELECT bundles.first, leaves, details, records FROM filed JOIN bundles ON bundles.trail = "
                     "filed.trail AND bundles.first = filed.first WHERE session = (SELECT number FROM sessions "
                     "WHERE id = ?1) ORDER BY bundles.number",
                     session_id);
    while (rows.next())
        for (auto& record : unpack(read_bundle(rows))) {
            if (!record.bytes.contains(session_id)) continue; // most are of others
            const auto read = audit::decode(as_bytes(record.bytes));
            if (!read || read->session == session_id) records.push_back(std::move(record));
        }
    return records;
}

std::vector<Filed> all_filed(Database& database, std::int64_t trail) {
    std::vector<Filed> filed;
    auto rows = database.ask("SELECT session, first FROM filed WHERE trail = ?1 ORDER BY session, first", trail);
    while (rows.next()) {
        auto& one = filed.emplace_back();
        rows.read(one.session, one.first);
    }
    return filed;
}

std::set<std::string> sessions_with(Database& database, const std::string& peer) {
    std::set<std::string> ids;
    for (auto rows = database.ask("SELECT id FROM sessions WHERE peer = ?1", peer); rows.next();)
        ids.emplace(rows.text(0));
    return ids;
}

std::vector<KeptHead> kept_heads(Database& database, std::int64_t trail, std::uint64_t from, std::size_t limit) {
    std::vector<KeptHead> heads;
    auto rows = database.ask("SELECT size, root, signature FROM heads WHERE trail = ?1 AND size >= ?2 ORDER BY size "
                             "LIMIT ?3",
                             trail, from, limit);
    while (rows.next()) {
        auto& head = heads.emplace_back();
        rows.read(head.size, head.root, head.signature);
    }
    return heads;
}

std::optional<KeptHead> newest_head(Database& database, std::int64_t trail) {
    auto rows =
        database.ask("SELECT size, root, signature FROM heads WHERE trail = ?1 ORDER BY size DESC LIMIT 1", trail);
    if (!rows.next()) return std::nullopt;
    KeptHead head;
    rows.read(head.size, head.root, head.signature);
    return head;
}

Result<std::string> to_note(const KeptTrail& trail, const KeptHead& head) {
    const auto node = audit::node_of_origin(trail.origin);
    const auto key = node ? node->public_key() : std::nullopt;
    const auto root = digest_of(head.root);
    wire::Signature signature{};
    if (!key || !root || head.signature.size() != signature.size())
        return fail(Code::malformed, fmt::format("the head of {} records is damaged", head.size));
    std::ranges::copy(head.signature, signature.begin());
    return audit::to_note({trail.origin, head.size, *root}, signature, *key);
}

std::vector<KeptSubtree> kept_subtrees(Database& database, std::int64_t trail) {
    std::vector<KeptSubtree> subtrees;
    auto rows = database.ask("SELECT level, number, hash FROM subtrees WHERE trail = ?1 ORDER BY level, number", trail);
    while (rows.next()) {
        auto& subtree = subtrees.emplace_back();
        rows.read(subtree.level, subtree.number, subtree.hash);
    }
    return subtrees;
}

std::optional<Bytes> tile_of(Database& database, const KeptTrail& trail, const audit::Tile& tile) {
    if (!audit::is_in(tile, trail.size)) return std::nullopt;
    if (tile.is_bundle) {
        Bytes bundle;
        const auto records = kept_records(database, trail.number, tile.first(), tile.width);
        if (records.size() != tile.width) return std::nullopt;
        for (const auto& record : records) audit::append_bundled(bundle, as_bytes(record.bytes));
        return bundle;
    }
    const auto records =
        tile.level == 0 ? kept_records(database, trail.number, tile.first(), tile.width) : std::vector<KeptRecord>{};
    const auto leaf = [&](std::uint64_t seq) {
        return seq - tile.first() < records.size() ? records[seq - tile.first()].leaf : std::nullopt;
    };
    bool is_whole = true;
    auto hashes = audit::encode(tile, [&](std::uint64_t from, std::uint64_t to) {
        const auto hash = to - from == 1 ? leaf(from) : kept_hash(database, trail.number, from, to);
        is_whole = is_whole && hash.has_value();
        return hash.value_or(Digest{});
    });
    return is_whole ? std::optional{std::move(hashes)} : std::nullopt;
}

namespace {

// A node that was silent for so long is gone, or not there to erase anything.
constexpr std::chrono::hours gone_after{1};

struct Unerased { // a trail
    std::int64_t number = 0;
    std::uint64_t from = 0;
    std::uint64_t size = 0;
    bool is_of_node = false; // this one, or one that has a heartbeat
};

// A home that only joins or invites is no node of the store, and erases nothing unless it is told to: what it wrote
// last is its last sign of life.
bool is_written_to(Database& database, const Unerased& trail, UtcTime since, UtcTime now) {
    const auto last = kept_records(database, trail.number, trail.size - 1, 1);
    if (last.empty()) return false;
    const auto read = audit::decode(as_bytes(last.back().bytes));
    return read && read->at >= since && read->at <= now;
}

// This node's, and those of nodes that are gone, which nobody else would erase. Not those of its living sisters: who
// holds the row of a trail holds up whoever writes to it.
std::vector<Unerased> unerased_trails(Database& database, UtcTime now) {
    const auto since = now - gone_after;
    std::vector<Unerased> trails;
    for (auto rows =
             database.ask("SELECT number, erased, size, CASE WHEN node = ?1 OR node IN (SELECT peer FROM nodes) "
                          "THEN 1 ELSE 0 END FROM trails WHERE (node = ?1 OR node NOT IN (SELECT peer FROM "
                          "nodes WHERE seen >= ?2 AND seen <= ?3)) AND erased < size ORDER BY number",
                          database.node(), since, now);
         rows.next();) {
        auto& one = trails.emplace_back();
        rows.read(one.number, one.from, one.size, one.is_of_node);
    }
    std::erase_if(trails, [&](const auto& one) { return !one.is_of_node && is_written_to(database, one, since, now); });
    return trails;
}

// As it is by then: a sister may have erased in it meanwhile. False: all of it.
bool hold(Database& database, Unerased& trail) {
    auto rows = database.ask("SELECT erased, size FROM trails WHERE number = ?1 AND erased < size /*FOR UPDATE*/",
                             trail.number);
    if (!rows.next()) return false;
    rows.read(trail.from, trail.size);
    return true;
}

void erase_between(Database& database, std::int64_t trail, std::uint64_t from, std::uint64_t to) {
    for (auto next = bundle_with(database, trail, from);;) {
        const auto found = kept_bundles(database, trail, next, 1);
        if (found.empty() || found.front().first >= to) break;
        const auto& bundle = found.front();
        if (!bundle.details.empty())
            database.run("UPDATE bundles SET details = ?3 WHERE trail = ?1 AND first = ?2", trail, bundle.first,
                         details_from(bundle, to));
        next = bundle.first + 1;
    }
    database.run("UPDATE trails SET erased = ?2 WHERE number = ?1", trail, to);
}

struct Reach { // of what is over its time in a trail
    std::uint64_t from = 0;
    std::uint64_t upto = 0;
    bool is_at_the_end = false; // the next record is too young, or there is none
    bool is_empty() const { return upto == from; }
};

Reach reach_of(const std::vector<KeptRecord>& records, const Unerased& trail, UtcTime before, UtcTime now) {
    Reach reach{.from = trail.from,
                .upto = trail.from,
                .is_at_the_end = records.empty() || records.back().seq + 1 >= trail.size};
    for (const auto& record : records) { // in the order of commits: that of time but for a moment
        const auto read = audit::decode(as_bytes(record.bytes));
        const bool is_young = read && read->at >= before && read->at <= now;
        reach.is_at_the_end |= is_young;
        if (is_young) break;
        if (read && read->at < before) reach.upto = record.seq + 1;
    }
    return reach;
}

} // namespace

// A look at which nothing could be erased uses nothing up: its trail would be in the way of all behind it. So there is
// more to do only where something was done, and it comes to an end.
Erased erase_details(Database& database, UtcTime before, UtcTime now, std::size_t limit) {
    Erased erased;
    auto left = limit;
    for (auto& trail : unerased_trails(database, now)) {
        const auto first = reach_of(kept_records(database, trail.number, trail.from, 1), trail, before, now);
        if (first.is_empty() && first.is_at_the_end) continue; // most trails, at most times
        if (left == 0) {
            erased.has_more = true;
            break;
        }
        if (!hold(database, trail)) continue;
        const auto records = kept_records(database, trail.number, trail.from, left);
        const auto reach = reach_of(records, trail, before, now);
        const bool is_stuck = reach.is_empty() && left == limit; // the next look would reach no further
        erased.has_more |= !reach.is_at_the_end && !is_stuck;
        if (reach.is_empty()) continue;
        erase_between(database, trail.number, trail.from, reach.upto);
        erased.rows += static_cast<std::uint64_t>(std::ranges::count_if(
            records, [&reach](const auto& one) { return one.seq < reach.upto && !one.details.empty(); }));
        left -= records.size();
    }
    return erased;
}

Erased erase_sessions(Database& database, UtcTime before, UtcTime now, std::size_t limit) {
    Erased erased;
    const auto from = names_erased_up_to(database, Hold::yes);
    auto upto = from;
    std::size_t seen = 0;
    bool is_at_the_end = false;
    for (auto rows = database.ask("SELECT number, opened, CASE WHEN side = 'listener' AND ended IS NULL THEN 1 ELSE 0 "
                                  "END FROM sessions WHERE number > ?1 ORDER BY number LIMIT ?2",
                                  from, limit);
         !is_at_the_end && rows.next(); ++seen) {
        std::int64_t number = 0;
        UtcTime opened;
        bool is_live = false;
        rows.read(number, opened, is_live);
        is_at_the_end = is_live || (opened >= before && opened <= now);
        if (!is_at_the_end && opened < before) upto = number;
    }
    if (upto == from) return erased;
    erased.rows = erase_names(database, from + 1, upto);
    database.run("INSERT INTO counters (name, value) VALUES ('erased', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
                 upto);
    erased.has_more = !is_at_the_end && seen == limit;
    return erased;
}

} // namespace taleus::store
