#include "provision/tally_database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <string>

namespace taleus::provision {
namespace {

struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

// "TALD" in the file's header, and the version of the tables. One transaction, flushed once by whoever gives the file
// its name: nobody looks at it before.
constexpr const char* tables = R"sql(
PRAGMA journal_mode=MEMORY;
PRAGMA synchronous=OFF;
BEGIN IMMEDIATE;
PRAGMA application_id=0x54414C44;
PRAGMA user_version=1;
CREATE TABLE tally (             -- one row: what both parties agreed to by meeting
    tally_id TEXT PRIMARY KEY,
    identity TEXT NOT NULL,      -- canonical JSON; tally_id is its hash
    draft    TEXT NOT NULL,      -- JSON: the identity, who signed it, the signature
    instance BLOB NOT NULL       -- the intent by which it was provisioned
) STRICT;
)sql";

Error error_of(sqlite3* connection, const std::filesystem::path& path) {
    const int code = sqlite3_errcode(connection) & 0xff;
    const bool may_pass = code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
                          code == SQLITE_READONLY || code == SQLITE_BUSY || code == SQLITE_NOMEM || code == SQLITE_PERM;
    return {may_pass ? Code::dependency_unavailable : Code::provisioning_failed,
            fmt::format("{}: {}", path.string(), sqlite3_errmsg(connection))};
}

Result<Connection> open(const std::filesystem::path& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Connection connection{raw};
    if (code != SQLITE_OK) return fail(error_of(raw, path));
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr); // NOLINT: variadic by SQLite
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);      // NOLINT
    return connection;
}

Statement prepare(sqlite3* connection, std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
    return Statement{raw};
}

void bind(sqlite3_stmt* statement, int at, const std::string& text) {
    sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT); // NOLINT
}

std::string column(sqlite3_stmt* statement, int at) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, at));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, at));
    return bytes == nullptr ? std::string{} : std::string{bytes, size};
}

} // namespace

Result<void> fill(const std::filesystem::path& path, const TallyFile& file) {
    auto connection = open(path, SQLITE_OPEN_READWRITE);
    if (!connection) return fail(std::move(connection.error()));
    auto* raw = connection->get();
    if (sqlite3_exec(raw, tables, nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error_of(raw, path));
    {
        const auto insert = prepare(raw, "INSERT INTO tally VALUES (?1, ?2, ?3, ?4)");
        bind(insert.get(), 1, file.tally_id);
        bind(insert.get(), 2, file.identity);
        bind(insert.get(), 3, file.draft);
        sqlite3_bind_blob(insert.get(), 4, file.instance.bytes.data(), static_cast<int>(file.instance.bytes.size()),
                          SQLITE_TRANSIENT); // NOLINT
        if (sqlite3_step(insert.get()) != SQLITE_DONE) return fail(error_of(raw, path));
    }
    if (sqlite3_exec(raw, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error_of(raw, path));
    return {};
}

Result<TallyFile> read(const std::filesystem::path& path) {
    const auto connection = open(path, SQLITE_OPEN_READONLY);
    if (!connection) return fail(connection.error());
    const auto row = prepare(connection->get(), "SELECT tally_id, identity, draft, instance FROM tally");
    if (row == nullptr || sqlite3_step(row.get()) != SQLITE_ROW)
        return fail(Code::provisioning_failed, fmt::format("{} is no tally database", path.string()));
    TallyFile file{.tally_id = column(row.get(), 0),
                   .instance = {},
                   .draft = column(row.get(), 2),
                   .identity = column(row.get(), 1)};
    const auto instance = column(row.get(), 3);
    if (instance.size() != file.instance.bytes.size())
        return fail(Code::provisioning_failed, fmt::format("{} is damaged", path.string()));
    std::memcpy(file.instance.bytes.data(), instance.data(), instance.size());
    return file;
}

} // namespace taleus::provision
