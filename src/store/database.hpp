#pragma once
// SQLite as values: one connection with its prepared statements. Blocking; one thread at a time.
//
// FAULTS STICK. The first failure is kept; from then on statements have no rows and change nothing, until `take_fault`.
// So a function made of many statements reads straight, and whoever runs it asks once, at its end, whether what it
// computed counts. Busy, full and unreachable are `dependency_unavailable`, all else is `internal`.
//
// A failed flush stops the process: what the disk then holds is unknown, and going on could tell a partner of something
// that a power cut takes back.

#include "base/result.hpp"

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace taleus::store {

class Database;
class Statement;

// How a type is kept in a column: `bind(Statement&, int, const T&)` and `read(Statement&, int) -> T` (columns.hpp).
template <class T> struct Column;

// A prepared statement with its arguments, borrowed from the connection's cache; rows one after the other.
class Statement {
public:
    Statement() = default; // of a connection with a fault: no rows
    Statement(Database& database, std::string_view sql, sqlite3_stmt* raw)
        : database_{&database}, sql_{sql}, raw_{raw} {}
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    bool next(); // false at the end, and at a fault
    template <class... T> void read(T&... columns) {
        int at = 0;
        ((columns = Column<T>::read(*this, at++)), ...);
    }

    // For `Column`. Arguments count from 1, columns from 0; what `text` and `blob` return lives until `next`.
    void bind_null(int at);
    void bind(int at, std::int64_t value);
    void bind(int at, std::string_view text);
    void bind_blob(int at, std::string_view bytes);
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    void unreadable(int column); // a fault: the column holds what no version of this program writes

private:
    void check(int code);
    Database* database_ = nullptr;
    std::string_view sql_;
    sqlite3_stmt* raw_ = nullptr;
};

class Database {
public:
    struct Options {
        std::chrono::milliseconds busy_wait{2000}; // for another process's transaction
        bool query_only = false;
        std::string vfs; // empty: the operating system's
    };
    // Opens, or makes with mode 0600: WAL, synchronous=FULL, foreign keys, an untrusted schema.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, const Options& options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // `sql` is a literal: it is the key of the statement cache.
    template <class... Args> Statement ask(std::string_view sql, const Args&... args) {
        auto statement = prepare(sql);
        int at = 1;
        (Column<Args>::bind(statement, at++, args), ...);
        return statement;
    }
    template <class... Args> std::int64_t run(std::string_view sql, const Args&... args) { // rows changed
        auto statement = ask(sql, args...);
        statement.next();
        return fault_ ? 0 : changes();
    }
    template <class T, class... Args>
    std::optional<T> value(std::string_view sql, const Args&... args) { // first of all
        auto statement = ask(sql, args...);
        if (!statement.next()) return std::nullopt;
        return Column<T>::read(statement, 0);
    }
    void script(const std::string& sql); // several statements, without arguments

    void begin();    // for writing: takes the file's one write lock
    void snapshot(); // for reading
    void commit();   // at a fault rolls back; failing to reach the disk stops the process
    void roll_back();
    bool in_transaction() const;

    const std::optional<Error>& fault() const { return fault_; }
    std::optional<Error> take_fault();
    void set_fault(Code code, std::string context);

private:
    friend class Statement;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    struct Close {
        void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
    };

    Database(std::filesystem::path path, const Options& options) : path_{std::move(path)}, options_{options} {}
    Result<void> connect();
    void configure();
    Statement prepare(std::string_view sql);
    void give_back(std::string_view sql, sqlite3_stmt* raw);
    void note(int code); // a result code that is an error
    std::int64_t changes() const;
    static int wait_while_busy(void* self, int times);

    std::filesystem::path path_;
    Options options_;
    std::unique_ptr<sqlite3, Close> connection_;
    std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> idle_; // prepared, not in use
    std::optional<Error> fault_;
};

} // namespace taleus::store
