#include "store/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
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

[[noreturn]] void stop_process(const std::filesystem::path& path, std::string_view why) {
    fmt::print(stderr,
               "taleus: stopped: {} could not be written to disk ({}); what was not yet acknowledged may be lost. "
               "Check the disk, then start again.\n",
               path.string(), why);
    std::fflush(stderr);
    std::_Exit(1);
}

// SQLite would make the file with the process's umask. An existing one is left alone: opening and closing it here would
// drop the locks of other connections of this process.
void create_private(const std::filesystem::path& path) {
    const int made = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600); // NOLINT: variadic by POSIX
    if (made >= 0) ::close(made);
}

} // namespace

Statement::Statement(Statement&& other) noexcept
    : database_{other.database_}, sql_{other.sql_}, raw_{std::exchange(other.raw_, nullptr)} {}

Statement::~Statement() {
    if (raw_ != nullptr) database_->give_back(sql_, raw_);
}

bool Statement::next() {
    if (raw_ == nullptr || database_->fault()) return false;
    const int code = sqlite3_step(raw_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) database_->note(code);
    return false;
}

void Statement::check(int code) {
    if (code != SQLITE_OK) database_->note(code);
}
void Statement::bind_null(int at) {
    if (raw_ != nullptr) check(sqlite3_bind_null(raw_, at));
}
void Statement::bind(int at, std::int64_t value) {
    if (raw_ != nullptr) check(sqlite3_bind_int64(raw_, at, value));
}
void Statement::bind(int at, std::string_view text) { // a view of nothing still is a text, not NULL
    if (raw_ != nullptr)
        check(sqlite3_bind_text64(raw_, at, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT, // NOLINT
                                  SQLITE_UTF8));
}
void Statement::bind_blob(int at, std::string_view bytes) {
    if (raw_ != nullptr)
        check(sqlite3_bind_blob64(raw_, at, bytes.empty() ? "" : bytes.data(), bytes.size(),
                                  SQLITE_TRANSIENT)); // NOLINT
}

bool Statement::is_null(int column) const { return sqlite3_column_type(raw_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(raw_, column); }
std::string_view Statement::text(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(raw_, column)); // text's bytes are its blob
    const int size = sqlite3_column_bytes(raw_, column);
    return data == nullptr ? std::string_view{} : std::string_view{data, static_cast<std::size_t>(size)};
}
void Statement::unreadable(int column) {
    database_->set_fault(Code::internal,
                         fmt::format("the store's column {} holds a value that this program does not know",
                                     sqlite3_column_name(raw_, column)));
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path, const Options& options) {
    std::unique_ptr<Database> database{new Database{path, options}};
    if (auto connected = database->connect(); !connected) return fail(std::move(connected.error()));
    return database;
}

Database::~Database() { idle_.clear(); }

Result<void> Database::connect() {
    const bool is_real = options_.vfs.empty();
    if (is_real) create_private(path_);
    sqlite3* raw = nullptr;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (is_real ? 0 : SQLITE_OPEN_CREATE);
    const int code = sqlite3_open_v2(path_.c_str(), &raw, flags, is_real ? nullptr : options_.vfs.c_str());
    connection_.reset(raw);
    if (code != SQLITE_OK) {
        const auto cause = std::error_code{sqlite3_system_errno(raw), std::generic_category()};
        return fail(Code::dependency_unavailable,
                    fmt::format("{} cannot be opened: {}", path_.string(),
                                cause ? cause.message() : std::string{sqlite3_errstr(code)}));
    }
    configure();
    if (fault_) return fail(fault_->code, fmt::format("{}: {}", path_.string(), fault_->context));
    return {};
}

void Database::configure() {
    auto* raw = connection_.get();
    sqlite3_busy_handler(raw, &Database::wait_while_busy, this);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr); // NOLINT: variadic by SQLite, as below
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);      // NOLINT
    sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);    // NOLINT
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);        // NOLINT
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);        // NOLINT
    // Two processes that make one file at once may find it busy although the handler would wait: ask again.
    for (int times = 0;; ++times) {
        script("PRAGMA journal_mode=WAL");
        const auto busy = fault_ && primary(sqlite3_errcode(raw)) == SQLITE_BUSY;
        if (!busy || wait_while_busy(this, times) == 0) break;
        fault_.reset();
    }
    // Larger than SQLite's own: random keys touch many pages, and a page that is copied back once may have changed
    // often.
    script("PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864");
    script("PRAGMA synchronous=FULL; PRAGMA temp_store=memory");
    if (options_.query_only) script("PRAGMA query_only=on");
    if (auto mode = prepare("PRAGMA journal_mode"); mode.next() && mode.text(0) != "wal")
        set_fault(Code::dependency_unavailable, "its file system cannot share memory, which write-ahead logging needs");
}

// SQLite's own handler waits ever longer, up to 100 ms, and so starves beside a process that commits all the time. A
// steady millisecond finds the gap between two commits.
int Database::wait_while_busy(void* self, int times) {
    if (times >= static_cast<Database*>(self)->options_.busy_wait.count()) return 0;
    sqlite3_sleep(1);
    return 1;
}

Statement Database::prepare(std::string_view sql) {
    if (fault_) return {};
    if (auto found = idle_.extract(sql)) return {*this, sql, found.mapped().release()};
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) {
        note(code);
        return {};
    }
    return {*this, sql, raw};
}

void Database::give_back(std::string_view sql, sqlite3_stmt* raw) {
    std::unique_ptr<sqlite3_stmt, Finalize> statement{raw};
    sqlite3_reset(raw);
    sqlite3_clear_bindings(raw);
    idle_.try_emplace(sql, std::move(statement));
}

void Database::script(const std::string& sql) {
    if (fault_) return;
    const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) note(code);
}

void Database::begin() { prepare("BEGIN IMMEDIATE").next(); }
void Database::snapshot() { prepare("BEGIN").next(); }

void Database::commit() {
    if (!fault_) {
        auto statement = prepare("COMMIT");
        statement.next();
        const int code = sqlite3_extended_errcode(connection_.get());
        if (fault_ && primary(code) == SQLITE_IOERR) stop_process(path_, fault_->context);
    }
    if (fault_) roll_back();
}

// Works at a fault too: that is what it is for.
void Database::roll_back() {
    if (in_transaction()) sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }
std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }
std::optional<Error> Database::take_fault() { return std::exchange(fault_, std::nullopt); }
void Database::set_fault(Code code, std::string context) {
    if (!fault_) fault_ = Error{code, std::move(context)};
}

void Database::note(int code) {
    auto* raw = connection_.get();
    if (is_failed_flush(code)) stop_process(path_, sqlite3_errmsg(raw));
    set_fault(may_pass(code) ? Code::dependency_unavailable : Code::internal,
              fmt::format("the store says: {} ({})", sqlite3_errmsg(raw), code));
}

} // namespace taleus::store
