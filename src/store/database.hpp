#pragma once
// A database as values: one connection with its prepared statements, of whichever engine. Blocking; one thread at a
// time. SQLite and PostgreSQL implement it (sqlite_database.hpp, postgres_database.hpp); everything above is written
// once, in the SQL that both understand.
//
// FAULTS STICK. The first failure is kept; from then on statements have no rows and change nothing, until `take_fault`.
// So a function made of many statements reads straight, and whoever runs it asks once, at its end, whether what it
// computed counts. Busy, full and unreachable are `dependency_unavailable`, all else is `internal`.
//
// A CONFLICT with another writer is a fault too: nothing of the transaction was written, and running it again may well
// succeed.

#include "audit/record.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace taleus::store {

class Database;

// How a type is kept in a column: `bind(Statement&, int, const T&)` and `read(Statement&, int) -> T` (columns.hpp).
template <class T> struct Column;

// What an engine has prepared. Arguments count from 1, columns from 0; what `text` returns lives until `next`. Failures
// become the connection's fault.
class Cursor {
public:
    virtual ~Cursor() = default;
    virtual void bind_null(int at) = 0;
    virtual void bind(int at, std::int64_t value) = 0;
    virtual void bind_text(int at, std::string_view text) = 0;
    virtual void bind_blob(int at, std::string_view bytes) = 0;
    virtual bool next() = 0; // the first one runs it; false at the end, and at a fault
    virtual void post() { next(); }
    virtual void reset() = 0;
    virtual std::int64_t changes() const = 0; // rows that the run changed
    virtual bool is_null(int column) const = 0;
    virtual std::optional<std::int64_t> integer(int column) const = 0; // NULL: 0; nullopt: it is no number
    virtual std::string_view text(int column) const = 0;               // a blob's bytes too
    virtual std::string_view name(int column) const = 0;
};

// The text of a statement: a literal, or a string that stays, so that its address is enough to know it again by.
class Sql {
public:
    consteval Sql(const char* literal) : text_{literal} {}          // NOLINT(*-explicit-*): that is what it is
    Sql(const std::string& of_static) : text_{of_static.c_str()} {} // NOLINT(*-explicit-*): likewise
    Sql(const std::string&& gone_soon) = delete;
    const char* text() const { return text_; }

private:
    const char* text_;
};

// What was prepared and is not in use.
using IdleCursors = std::unordered_map<const char*, std::unique_ptr<Cursor>>;

// A prepared statement with its arguments, borrowed from the connection's cache; rows one after the other.
class Statement {
public:
    Statement(Database& database, IdleCursors::node_type borrowed) // empty: at a fault, no rows
        : database_{&database}, borrowed_{std::move(borrowed)},
          cursor_{borrowed_.empty() ? nullptr : borrowed_.mapped().get()} {}
    Statement(Statement&& other) noexcept
        : database_{other.database_}, borrowed_{std::move(other.borrowed_)},
          cursor_{std::exchange(other.cursor_, nullptr)} {}
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    bool next(); // false at the end, and at a fault
    void post();
    std::int64_t changes() const { return cursor_ != nullptr ? cursor_->changes() : 0; }
    template <class... T> void read(T&... columns) {
        int at = 0;
        ((columns = Column<T>::read(*this, at++)), ...);
    }

    // For `Column`.
    void bind_null(int at) {
        if (cursor_ != nullptr) cursor_->bind_null(at);
    }
    void bind(int at, std::int64_t value) {
        if (cursor_ != nullptr) cursor_->bind(at, value);
    }
    void bind(int at, std::string_view text) {
        if (cursor_ != nullptr) cursor_->bind_text(at, text);
    }
    void bind_blob(int at, std::string_view bytes) {
        if (cursor_ != nullptr) cursor_->bind_blob(at, bytes);
    }
    bool is_null(int column) const { return cursor_->is_null(column); }
    std::int64_t integer(int column);
    std::string_view text(int column) const { return cursor_->text(column); }
    void unreadable(int column); // a fault: the column holds what no version of this program writes

private:
    Database* database_;
    IdleCursors::node_type borrowed_;
    Cursor* cursor_; // in it
};

// A record on its way into the trail.
struct Unsealed {
    audit::Entry entry;
    std::int64_t session = 0;             // the row of the session that it tells of; 0: none, or to be found
    bool has_receipt = false;             // it gets one, kept with the session
    std::shared_ptr<std::string> receipt; // the same for the caller, JSON; read after the commit
};

class Database {
public:
    virtual ~Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Its arguments are ?1, ?2, … With /*FOR UPDATE*/ at its end it locks the rows that it reads, where an engine has
    // locks of rows.
    template <class... Args> Statement ask(Sql sql, const Args&... args) {
        auto statement = prepare(sql);
        int at = 1;
        (Column<Args>::bind(statement, at++, args), ...);
        return statement;
    }
    template <class... Args> std::int64_t run(Sql sql, const Args&... args) { // rows changed
        auto statement = ask(sql, args...);
        statement.next();
        return fault_ ? 0 : statement.changes();
    }
    // Runs it at the latest with the next one: for what is known to work, so that its answer need not be waited for.
    template <class... Args> void post(Sql sql, const Args&... args) { ask(sql, args...).post(); }
    template <class T, class... Args> std::optional<T> value(Sql sql, const Args&... args) { // first of all
        auto statement = ask(sql, args...);
        if (!statement.next()) return std::nullopt;
        return Column<T>::read(statement, 0);
    }
    virtual void script(const std::string& sql) = 0; // several statements, without arguments

    virtual void begin() = 0;    // for writing
    virtual void snapshot() = 0; // for reading: all of one moment
    // Returns when it is on stable storage, or else with a fault, and then nothing of the transaction is.
    virtual void commit() = 0;
    virtual void roll_back() = 0; // at a fault too
    virtual bool in_transaction() const = 0;
    virtual void finish() {} // waits for what was posted
    // The server's, by which all nodes of a store go; nullopt: the store is on this machine, and goes by its calendar.
    virtual std::optional<UtcTime> calendar() { return std::nullopt; }
    // From any thread: an end is near, what has no bound of its own is to stop waiting.
    virtual void hurry() {}
    // From now on what is asked may look at whole tables, and an answer is waited for as long as that takes.
    virtual void be_patient() {}

    // What this transaction appends to its node's trail, to be numbered and sealed at its end (sealer.hpp).
    std::vector<Unsealed>& unsealed() { return unsealed_; }
    // A wall time to be kept at its end (session_rows.hpp).
    const std::optional<UtcTime>& time_told() const { return time_told_; }
    void tell_time(UtcTime now) { time_told_ = now; }
    // Before the first call of a transaction; before each, which may yet be undone alone.
    void begin_calls() {
        unsealed_.clear();
        time_told_.reset();
    }
    void begin_call() {
        before_call_ = unsealed_.size();
        told_before_call_ = time_told_;
    }
    bool has_appended() const { return unsealed_.size() > before_call_; }
    void undo_call() {
        unsealed_.erase(unsealed_.begin() + static_cast<std::ptrdiff_t>(before_call_), unsealed_.end());
        time_told_ = told_before_call_;
    }

    // The node in whose name is written: its peer id.
    const std::string& node() const { return node_; }
    void act_for(std::string node) { node_ = std::move(node); }

    const std::optional<Error>& fault() const { return fault_; }
    std::optional<Error> take_fault();
    void set_fault(Code code, std::string context); // the first one stays
    bool is_conflict() const { return fault_ && is_conflict_; }

protected:
    Database() = default;
    virtual std::unique_ptr<Cursor> make_cursor(std::string_view sql) = 0; // nullptr after a fault
    void forget_cursors() { idle_.clear(); }
    void set_conflict(std::string context);

private:
    friend class Statement;
    Statement prepare(Sql sql);

    IdleCursors idle_;
    std::vector<Unsealed> unsealed_;
    std::size_t before_call_ = 0;
    std::optional<UtcTime> time_told_;
    std::optional<UtcTime> told_before_call_;
    std::string node_;
    std::optional<Error> fault_;
    bool is_conflict_ = false; // of `fault_`
};

} // namespace taleus::store
