#include "store/bundling.hpp"

#include "audit/tree.hpp"
#include "store/columns.hpp"
#include "store/filing.hpp"
#include "store/trails.hpp"

#include <algorithm>
#include <utility>

namespace taleus::store {
namespace {

constexpr std::size_t page = 1000;

struct Row {
    std::uint64_t seq = 0;
    std::int64_t session = 0;
    std::string record;
    Bytes leaf;
    Bytes salt;
    std::string details;
};

std::vector<Row> rows_from(Database& database, std::int64_t trail, std::uint64_t from) {
    std::vector<Row> found;
    auto rows =
        database.ask("SELECT seq, session, record, leaf, salt, details FROM records WHERE trail = ?1 AND seq >= "
                     "?2 ORDER BY seq LIMIT ?3",
                     trail, from, page);
    while (rows.next()) {
        auto& row = found.emplace_back();
        rows.read(row.seq, row.session, row.record, row.leaf, row.salt, row.details);
    }
    return found;
}

std::uint64_t next_head(Database& database, std::int64_t trail, std::uint64_t after) {
    return database.value<std::uint64_t>("SELECT min(size) FROM heads WHERE trail = ?1 AND size > ?2", trail, after)
        .value_or(0);
}

void bundle_trail(Database& database, std::int64_t trail) {
    Filing filing{database, trail};
    std::uint64_t head = 0;
    std::uint64_t expected = 0;
    std::uint64_t from = 0;
    for (auto rows = rows_from(database, trail, from); !rows.empty() && !database.fault();
         rows = rows_from(database, trail, from)) {
        for (const auto& row : rows) {
            if (row.seq >= head || row.seq != expected) filing.end_bundle();
            if (row.seq >= head) head = next_head(database, trail, row.seq);
            expected = row.seq + 1;
            audit::Salt salt{};
            std::ranges::copy_n(row.salt.begin(), static_cast<std::ptrdiff_t>(std::min(row.salt.size(), salt.size())),
                                salt.begin());
            filing.add(row.seq, row.record, digest_of(row.leaf).value_or(Digest{}), salt, row.details, row.session);
        }
        from = rows.back().seq + 1;
    }
    filing.end_bundle();
}

} // namespace

void bundle_records(Database& database) {
    for (const auto& trail : kept_trails(database)) bundle_trail(database, trail.number);
    database.script("DROP TABLE records");
}

} // namespace taleus::store
