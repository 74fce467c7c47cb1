#include "store/sqlite_database.hpp"

#include "base/failed_flush.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace taleus::store {
namespace {

int primary(int code) { return code & 0xff; }

// What may be well again later, as against a fault of ours or a damaged file.
bool may_pass(int code) {
    switch (primary(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT: return true;
    default: return false;
    }
}

bool is_failed_flush(int code) { return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC; }

// SQLite would make the file with the process's umask. An existing one is left alone: opening and closing it here would
// drop the locks of other connections of this process.
void create_private(const std::filesystem::path& path) {
    const int made = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600); // NOLINT: variadic by POSIX
    if (made >= 0) ::close(made);
}

} // namespace

class SqliteDatabase::Prepared final : public Cursor {
public:
    Prepared(SqliteDatabase& database, sqlite3_stmt* raw) : database_{database}, raw_{raw} {}

    void bind_null(int at) override { check(sqlite3_bind_null(raw_.get(), at)); }
    void bind(int at, std::int64_t value) override { check(sqlite3_bind_int64(raw_.get(), at, value)); }
    void bind_text(int at, std::string_view text) override { // a view of nothing still is a text, not NULL
        check(sqlite3_bind_text64(raw_.get(), at, text.empty() ? "" : text.data(), text.size(),
                                  SQLITE_TRANSIENT, // NOLINT
                                  SQLITE_UTF8));
    }
    void bind_blob(int at, std::string_view bytes) override {
        check(sqlite3_bind_blob64(raw_.get(), at, bytes.empty() ? "" : bytes.data(), bytes.size(),
                                  SQLITE_TRANSIENT)); // NOLINT
    }

    bool next() override {
        const int code = sqlite3_step(raw_.get());
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) database_.note(code);
        return false;
    }
    void reset() override {
        sqlite3_reset(raw_.get());
        sqlite3_clear_bindings(raw_.get());
    }
    std::int64_t changes() const override { return sqlite3_changes64(database_.connection_.get()); }

    bool is_null(int column) const override { return sqlite3_column_type(raw_.get(), column) == SQLITE_NULL; }
    std::optional<std::int64_t> integer(int column) const override {
        const int type = sqlite3_column_type(raw_.get(), column);
        if (type != SQLITE_INTEGER && type != SQLITE_NULL) return std::nullopt;
        return sqlite3_column_int64(raw_.get(), column);
    }
    std::string_view text(int column) const override {
        const auto* data = static_cast<const char*>(sqlite3_column_blob(raw_.get(), column)); // text's bytes: its blob
        const int size = sqlite3_column_bytes(raw_.get(), column);
        return data == nullptr ? std::string_view{} : std::string_view{data, static_cast<std::size_t>(size)};
    }
    std::string_view name(int column) const override { return sqlite3_column_name(raw_.get(), column); }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    void check(int code) {
        if (code != SQLITE_OK) database_.note(code);
    }

    SqliteDatabase& database_;
    std::unique_ptr<sqlite3_stmt, Finalize> raw_;
};

Result<std::unique_ptr<Database>> SqliteDatabase::open(const std::filesystem::path& path, const Options& options) {
    std::unique_ptr<SqliteDatabase> database{new SqliteDatabase{path, options}};
    if (auto connected = database->connect(); !connected) return fail(std::move(connected.error()));
    return database;
}

Result<void> SqliteDatabase::connect() {
    const bool is_real = options_.vfs.empty();
    if (is_real && !options_.read_only) create_private(path_);
    // Before the first connection: SQLite would count what it allocates, under a lock of the whole process.
    [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // NOLINT: variadic
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (options_.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                      (is_real ? 0 : SQLITE_OPEN_CREATE);
    const int code = sqlite3_open_v2(path_.c_str(), &raw, flags, is_real ? nullptr : options_.vfs.c_str());
    connection_.reset(raw);
    if (code != SQLITE_OK) {
        const auto cause = std::error_code{sqlite3_system_errno(raw), std::generic_category()};
        return fail(Code::dependency_unavailable,
                    fmt::format("{} cannot be opened: {}", path_.string(),
                                cause ? cause.message() : std::string{sqlite3_errstr(code)}));
    }
    configure();
    if (fault()) return fail(fault()->code, fmt::format("{}: {}", path_.string(), fault()->context));
    return {};
}

void SqliteDatabase::configure() {
    auto* raw = connection_.get();
    sqlite3_busy_handler(raw, &SqliteDatabase::wait_while_busy, this);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr); // NOLINT: variadic by SQLite, as below
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);      // NOLINT
    sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);    // NOLINT
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);        // NOLINT
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);        // NOLINT
    if (options_.read_only) return script("PRAGMA temp_store=memory; PRAGMA query_only=on");
    // Two processes that make one file at once may find it busy although the handler would wait: ask again.
    for (int times = 0;; ++times) {
        script("PRAGMA journal_mode=WAL");
        const auto busy = fault() && primary(sqlite3_errcode(raw)) == SQLITE_BUSY;
        if (!busy || wait_while_busy(this, times) == 0) break;
        static_cast<void>(take_fault());
    }
    // A writer's cache is larger than SQLite's own: random keys touch many pages, and a page that is copied back once
    // may have changed often. A reader's is emptied by each commit of the writer.
    if (!options_.query_only) script("PRAGMA cache_size=-16384");
    script("PRAGMA journal_size_limit=67108864; PRAGMA synchronous=FULL; PRAGMA temp_store=memory");
    options_.query_only ? script("PRAGMA query_only=on") : flush_what_is_read_back();
    if (auto mode = ask("PRAGMA journal_mode"); mode.next() && mode.text(0) != "wal")
        set_fault(Code::dependency_unavailable, "its file system cannot share memory, which write-ahead logging needs");
    const auto keep_size = [](void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteDatabase*>(self)->log_pages_ = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(raw, keep_size, this); // in place of SQLite's own, which checkpoints and says nothing of a failure
}

// The log of a process that died between writing a commit and flushing it is read back from the system's cache as if it
// were durable, and nothing would flush it before the next commit: what a caller is told from it, the next cut of power
// could take back. A checkpoint flushes the log before all else; that the file itself may have no room to grow is no
// matter here. Another's checkpoint does the same.
void SqliteDatabase::flush_what_is_read_back() {
    if (fault()) return;
    int code = SQLITE_OK;
    for (int times = 0;; ++times) {
        code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        if (primary(code) != SQLITE_BUSY || wait_while_busy(this, times) == 0) break;
    }
    if (code != SQLITE_OK && primary(code) != SQLITE_BUSY && primary(code) != SQLITE_FULL) note(code);
}

// SQLite's own handler waits ever longer, up to 100 ms, and so starves beside a process that commits all the time. A
// steady millisecond finds the gap between two commits.
int SqliteDatabase::wait_while_busy(void* self, int times) {
    if (times >= static_cast<SqliteDatabase*>(self)->options_.busy_wait.count()) return 0;
    sqlite3_sleep(1);
    return 1;
}

std::unique_ptr<Cursor> SqliteDatabase::make_cursor(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code == SQLITE_OK) return std::make_unique<Prepared>(*this, raw);
    note(code);
    return nullptr;
}

void SqliteDatabase::script(const std::string& sql) {
    if (fault()) return;
    const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) note(code);
}

void SqliteDatabase::begin() { run("BEGIN IMMEDIATE"); }
void SqliteDatabase::snapshot() { run("BEGIN"); }

void SqliteDatabase::commit() {
    log_pages_ = 0;
    if (!fault()) {
        auto statement = ask("COMMIT");
        statement.next();
        const int code = sqlite3_extended_errcode(connection_.get());
        if (fault() && primary(code) == SQLITE_IOERR) stop_at_failed_flush(path_.native(), fault()->context);
    }
    if (fault()) return roll_back();
    if (log_pages_ >= options_.log_pages) checkpoint();
}

// What cannot be copied stays in the log, where it is durable; only a failed flush is the end, as at a commit.
void SqliteDatabase::checkpoint() {
    auto* raw = connection_.get();
    const int code = sqlite3_wal_checkpoint_v2(raw, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (is_failed_flush(code)) stop_at_failed_flush(path_.native(), sqlite3_errmsg(raw));
}

// Works at a fault too: that is what it is for.
void SqliteDatabase::roll_back() {
    if (in_transaction()) sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool SqliteDatabase::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

void SqliteDatabase::note(int code) {
    auto* raw = connection_.get();
    if (is_failed_flush(code)) stop_at_failed_flush(path_.native(), sqlite3_errmsg(raw));
    set_fault(may_pass(code) ? Code::dependency_unavailable : Code::internal,
              fmt::format("the store says: {} ({})", sqlite3_errmsg(raw), code));
}

} // namespace taleus::store
