#include "store/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace taleus::store {
namespace {

constexpr int busy_wait_ms = 10'000;

struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

std::unexpected<Error> refused(const std::filesystem::path& path, sqlite3* connection) {
    return fail(Code::internal, fmt::format("{}: {}", path.string(), sqlite3_errmsg(connection)));
}

Result<Connection> open(const std::filesystem::path& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Connection connection{raw};
    if (code != SQLITE_OK) return refused(path, raw);
    sqlite3_busy_timeout(raw, busy_wait_ms);
    return connection;
}

// The first cell of each row, as text; nullopt at an error.
std::optional<std::vector<std::string>> ask(sqlite3* connection, const char* sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(connection, sql, -1, &raw, nullptr) != SQLITE_OK) return std::nullopt;
    std::vector<std::string> found;
    while (sqlite3_step(raw) == SQLITE_ROW) {
        const auto* text = static_cast<const char*>(sqlite3_column_blob(raw, 0)); // a text's bytes are its blob
        found.emplace_back(text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_column_bytes(raw, 0)));
    }
    if (sqlite3_finalize(raw) != SQLITE_OK) return std::nullopt;
    return found;
}

Result<void> flush(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC); // NOLINT: variadic by POSIX
    const bool is_flushed = file >= 0 && ::fsync(file) == 0;
    const auto why = std::generic_category().message(errno);
    if (file >= 0) ::close(file);
    if (!is_flushed) return fail(Code::internal, fmt::format("{} cannot be flushed: {}", path.string(), why));
    return {};
}

// A copy is one file: no write-ahead log beside it, until somebody opens it as a store again.
Result<void> copy_pages(const std::filesystem::path& from, const std::filesystem::path& to) {
    auto source = open(from, SQLITE_OPEN_READWRITE); // a log left by a process that died is read too
    if (!source) return fail(std::move(source.error()));
    auto target = open(to, SQLITE_OPEN_READWRITE);
    if (!target) return fail(std::move(target.error()));
    auto* backup = sqlite3_backup_init(target->get(), "main", source->get(), "main");
    if (backup == nullptr) return refused(to, target->get());
    sqlite3_backup_step(backup, -1); // all pages in one step, so of one moment
    if (sqlite3_backup_finish(backup) != SQLITE_OK) return refused(to, target->get());
    if (!ask(target->get(), "PRAGMA journal_mode=DELETE")) return refused(to, target->get());
    return {};
}

} // namespace

Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
    const int made = ::open(to.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600); // NOLINT: variadic by POSIX
    if (made < 0)
        return fail(errno == EEXIST ? Code::conflict : Code::internal,
                    fmt::format("{} cannot be made: {}", to.string(), std::generic_category().message(errno)));
    ::close(made);
    auto copied = copy_pages(from, to);
    if (copied) copied = check_database(to);
    if (copied) copied = flush(to);
    if (!copied) ::unlink(to.c_str());
    return copied;
}

Result<void> check_database(const std::filesystem::path& path) {
    auto opened = open(path, SQLITE_OPEN_READONLY);
    if (!opened) return fail(std::move(opened.error()));
    const auto faults = ask(opened->get(), "PRAGMA integrity_check(1)");
    if (!faults || faults->empty()) return refused(path, opened->get());
    if (faults->front() != "ok")
        return fail(Code::internal, fmt::format("{} is damaged: {}", path.string(), faults->front()));
    return {};
}

Result<std::vector<std::string>> tallies_made_by(const std::filesystem::path& store) {
    auto opened = open(store, SQLITE_OPEN_READONLY);
    if (!opened) return fail(std::move(opened.error()));
    auto found = ask(opened->get(), "SELECT tally_id FROM instances WHERE state <> 'removing' ORDER BY number");
    if (!found) return refused(store, opened->get());
    return std::move(*found);
}

} // namespace taleus::store
