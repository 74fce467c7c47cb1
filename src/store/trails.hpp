#pragma once
// Trails as they are kept, for who checks, shows, exports or serves them. What is read is not believed: columns that no
// version writes come as they are, and the check says what is wrong with them.

#include "audit/checkpoint.hpp"
#include "audit/tile.hpp"
#include "base/instant.hpp"
#include "store/bundle.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace taleus::store {

// A store to read trails from, of this program's schema; nothing of it is changed, so that a copy stays evidence.
// `internal`, with a sentence, where it is older or newer, or no store.
Result<std::unique_ptr<Database>> open_to_read(const std::filesystem::path& file);
Result<std::unique_ptr<Database>> connect_to_read(const std::string& url);

std::optional<Digest> digest_of(const Bytes& bytes); // nullopt: not 32 bytes

struct KeptTrail {
    std::int64_t number = 0;
    std::string node; // peer id
    std::string origin;
    std::uint64_t size = 0;
    Bytes edge;
};
std::vector<KeptTrail> kept_trails(Database& database);                             // oldest first
std::optional<KeptTrail> newest_trail(Database& database, const std::string& node); // that the node writes to
// By number: those that something is kept of but their own row.
std::vector<std::int64_t> trails_without_row(Database& database);

// Those whose first record is number `from` or a later one, at most `limit`, in order.
std::vector<Bundle> kept_bundles(Database& database, std::int64_t trail, std::uint64_t from, std::size_t limit);
// Those from number `from` on, at most `limit`, in order.
std::vector<KeptRecord> kept_records(Database& database, std::int64_t trail, std::uint64_t from, std::size_t limit);
std::vector<KeptRecord> kept_records_of_session(Database& database, const std::string& session_id);
// That a bundle tells of a session, so that who looks for the session's records finds them.
struct Filed {
    std::int64_t session = 0; // by its number
    std::uint64_t first = 0;  // of the bundle
    auto operator<=>(const Filed&) const = default;
};
std::vector<Filed> all_filed(Database& database, std::int64_t trail); // in order

std::set<std::string> sessions_with(Database& database, const std::string& peer); // ids

struct KeptHead {
    std::uint64_t size = 0;
    Bytes root;
    Bytes signature;
};
std::vector<KeptHead> kept_heads(Database& database, std::int64_t trail, std::uint64_t from, std::size_t limit);
std::optional<KeptHead> newest_head(Database& database, std::int64_t trail);
// As a C2SP checkpoint; the key is the one that the origin names. `malformed` where a column is damaged.
Result<std::string> to_note(const KeptTrail& trail, const KeptHead& head);

struct KeptSubtree {
    int level = 0;
    std::uint64_t number = 0;
    Bytes hash;
};
std::vector<KeptSubtree> kept_subtrees(Database& database, std::int64_t trail);

// The file of that path in the static form of a trail (C2SP tlog-tiles): `checkpoint`, hashes, bundles. nullopt: there
// is none.
std::optional<Bytes> tile_of(Database& database, const KeptTrail& trail, const audit::Tile& tile);

// What names people and is older goes, from where it was left the last time, `limit` rows looked at; true in
// `has_more`: there is more to do. What is later than `now` was told by a clock that was ahead, and goes with the next
// row that is older.
struct Erased {
    std::uint64_t rows = 0; // that lost something
    bool has_more = false;
};
// Of the records of this node's trails, and of those of nodes that are gone, salts and details; `limit` is for all
// trails together. The records themselves and every proof stay.
Erased erase_details(Database& database, UtcTime before, UtcTime now, std::size_t limit);
// Of the store's sessions that came to nothing: their names (session_rows.hpp).
Erased erase_sessions(Database& database, UtcTime before, UtcTime now, std::size_t limit);

} // namespace taleus::store
