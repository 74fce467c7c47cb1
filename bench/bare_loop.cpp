// What SQLite itself commits: a loop that does nothing but insert, for bench/bounds. It takes the rows that a
// listener's store has after a load, makes a store of the same schema and settings, and inserts them again in the order
// of time, as many sessions in a commit as the listener had; each row once, as it was in the end, where the listener
// inserts and then changes. Statements are prepared, rows are in memory, nothing else is done while the time counts.
//
//     bare_loop STORE NEW_STORE      a line of JSON
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

[[noreturn]] void stop(std::string_view why) {
    fmt::print(stderr, "bare_loop: {}\n", why);
    std::exit(1); // NOLINT(concurrency-mt-unsafe): one thread
}

struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    void operator()(sqlite3_value* value) const { sqlite3_value_free(value); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;
using Value = std::unique_ptr<sqlite3_value, Close>;
using Row = std::vector<Value>;

Database open_store(const char* path, int flags) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(path, &opened, flags, nullptr);
    Database database{opened};
    if (result != SQLITE_OK) stop(fmt::format("{}: {}", path, sqlite3_errstr(result)));
    return database;
}

Statement prepare(sqlite3* database, const std::string& sql) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(database, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK)
        stop(fmt::format("{}: {}", sql, sqlite3_errmsg(database)));
    return Statement{made};
}

void run(sqlite3* database, const std::string& sql) {
    if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        stop(fmt::format("{}: {}", sql, sqlite3_errmsg(database)));
}

bool next(sqlite3* database, sqlite3_stmt* statement) {
    const int result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE) stop(sqlite3_errmsg(database));
    return result == SQLITE_ROW;
}

std::int64_t number(sqlite3* database, const std::string& sql) {
    const auto statement = prepare(database, sql);
    return next(database, statement.get()) ? sqlite3_column_int64(statement.get(), 0) : 0;
}

// What sessions and commits wrote, parents first, each in the order in which it was inserted.
struct Table {
    std::string_view name;
    std::string_view order;
};
constexpr std::array<Table, 8> tables{{{"sessions", "number"},
                                       {"tallies", "session"},
                                       {"instances", "number"},
                                       {"receipts", "session"},
                                       {"bundles", "number"},
                                       {"filed", "session, trail, first"},
                                       {"heads", "trail, size"},
                                       {"subtrees", "level, number"}}};

class Rows {
public:
    Rows(sqlite3* from, const Table& table) {
        const auto statement = prepare(from, fmt::format("SELECT * FROM {} ORDER BY {}", table.name, table.order));
        while (next(from, statement.get())) {
            auto& row = rows_.emplace_back();
            for (int i = 0; i < sqlite3_column_count(statement.get()); ++i)
                row.emplace_back(sqlite3_value_dup(sqlite3_column_value(statement.get(), i)));
        }
        std::string marks = "?";
        for (int i = 1; i < sqlite3_column_count(statement.get()); ++i) marks += ", ?";
        for (int i = 0; i < sqlite3_column_count(statement.get()); ++i)
            if (std::string_view{sqlite3_column_name(statement.get(), i)} == "session") {
                is_of_sessions_ = true;
                session_ = static_cast<std::size_t>(i);
            }
        insert_ = fmt::format("INSERT INTO {} VALUES ({})", table.name, marks);
    }

    std::size_t size() const { return rows_.size(); }
    void prepare_for(sqlite3* to) { statement_ = prepare(to, insert_); }
    // Those of the sessions up to that one.
    void insert_until(sqlite3* to, std::int64_t session) {
        while (done_ < rows_.size() && sqlite3_value_int64(rows_[done_][session_].get()) <= session) insert_next(to);
    }
    // The part of them that belongs to the `commit`-th of so many commits.
    void insert_share(sqlite3* to, std::size_t commit, std::size_t commits) {
        for (const auto end = rows_.size() * (commit + 1) / commits; done_ < end;) insert_next(to);
    }
    std::int64_t last_session() const { return sqlite3_value_int64(rows_[done_ - 1][session_].get()); }
    bool is_of_sessions() const { return is_of_sessions_; }

private:
    void insert_next(sqlite3* to) {
        int column = 0;
        for (const auto& value : rows_[done_]) sqlite3_bind_value(statement_.get(), ++column, value.get());
        next(to, statement_.get());
        sqlite3_reset(statement_.get());
        ++done_;
    }

    std::vector<Row> rows_;
    bool is_of_sessions_ = false;
    std::size_t session_ = 0; // the column that says of which
    std::string insert_;
    Statement statement_;
    std::size_t done_ = 0;
};

// The schema, and the few rows that sessions refer to.
void copy_ground(sqlite3* from, sqlite3* to) {
    const auto statement =
        prepare(from, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'index', rowid");
    while (next(from, statement.get()))
        run(to, reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0))); // NOLINT(*-reinterpret-cast)
    for (const auto* name : {"invitations", "trails"}) {
        Rows rows{from, {.name = name, .order = "1"}};
        rows.prepare_for(to);
        rows.insert_share(to, 0, 1);
    }
}

} // namespace

int main(int count, char** arguments) {
    if (count != 3) stop("bare_loop STORE NEW_STORE");
    const auto from = open_store(arguments[1], SQLITE_OPEN_READONLY);
    const auto to = open_store(arguments[2], SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
    // As src/store/sqlite_database.cpp has them.
    run(to.get(), "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=memory; "
                  "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864");
    copy_ground(from.get(), to.get());

    std::vector<Rows> all;
    std::size_t rows = 0;
    for (const auto& table : tables) {
        rows += all.emplace_back(from.get(), table).size();
        all.back().prepare_for(to.get());
    }
    const auto sessions = all.front().size();
    const auto commits = static_cast<std::size_t>(number(from.get(), "SELECT count(*) FROM heads"));
    if (sessions == 0 || commits == 0) stop("the store has no sessions");

    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t commit = 0; commit < commits; ++commit) {
        run(to.get(), "BEGIN IMMEDIATE");
        for (auto& table : all)
            table.is_of_sessions() ? table.insert_until(to.get(), all.front().last_session())
                                   : table.insert_share(to.get(), commit, commits);
        run(to.get(), "COMMIT");
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    fmt::print(R"({{"sessions":{},"rows":{},"commits":{},"seconds":{:.4f},"perSecond":{:.1f}}})"
               "\n",
               sessions, rows, commits, spent.count(), static_cast<double>(sessions) / spent.count());
    return 0;
}
