#include "store/postgres_database.hpp"

#include "base/random.hpp"
#include "store/columns.hpp"
#include "store/dialect.hpp"
#include "store/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace taleus::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Failure = PostgresConnection::Failure;

constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{2'000};
// A node that stands still holds its rows no longer, and so lets go of them before its sisters take it for dead, which
// they do after thirty seconds. Who only reads holds none, and hands on what it read before it reads on.
constexpr milliseconds longest_stand{5'000};
constexpr milliseconds longest_stand_of_reader{30'000};
constexpr milliseconds patient_answer = std::chrono::hours{1}; // of what looks at whole tables
constexpr milliseconds time_to_migrate = std::chrono::minutes{5};
constexpr Oid bytes_type = 17; // bytea

// SQLSTATE classes and codes, as PostgreSQL, YugabyteDB and CockroachDB document them.
bool is_conflict(std::string_view state) {
    return state == "40001" || state == "40P01" || state == "55P03" || state == "23505";
}
// The server, not the statement, is at fault: it is going, it is full, or it is not the one to write to.
bool is_of_server(std::string_view state) {
    return state.empty() || state.starts_with("08") || state.starts_with("53") || state.starts_with("57") ||
           state.starts_with("58") || state == "25006";
}

std::string new_writer() {
    SystemRandom random;
    std::string id;
    for (const auto byte : random.bytes<16>()) id += fmt::format("{:02x}", byte);
    return id;
}

[[noreturn]] void stop_process() {
    fmt::print(stderr, "taleus: stopped: the store went back behind what it had acknowledged, as after a failover to a "
                       "server that was not a synchronous standby. Check the servers, then start again.\n");
    std::fflush(stderr);
    std::_Exit(1);
}

} // namespace

class PostgresDatabase::Prepared final : public Cursor {
public:
    Prepared(PostgresDatabase& database, std::string_view sql) : database_{database}, sql_{to_postgres(sql)} {}

    void bind_null(int at) override { place(at) = {std::nullopt, false}; }
    void bind(int at, std::int64_t value) override { place(at) = {std::to_string(value), false}; }
    void bind_text(int at, std::string_view text) override { place(at) = {text_to_postgres(text), false}; }
    void bind_blob(int at, std::string_view bytes) override { place(at) = {std::string{bytes}, true}; }

    void post() override {
        if (database_.connection_) database_.connection_->send(sql_, values_);
    }
    bool next() override {
        if (!rows_) {
            post();
            rows_ = database_.receive();
            row_ = -1;
        }
        decoded_.clear();
        return rows_ && ++row_ < PQntuples(rows_.get());
    }
    void reset() override {
        values_.clear();
        decoded_.clear();
        rows_.reset();
    }
    std::int64_t changes() const override { return rows_ ? number(PQcmdTuples(rows_.get())).value_or(0) : 0; }

    bool is_null(int column) const override { return PQgetisnull(rows_.get(), row_, column) != 0; }
    std::optional<std::int64_t> integer(int column) const override { return is_null(column) ? 0 : number(raw(column)); }
    std::string_view text(int column) const override {
        const auto at = static_cast<std::size_t>(column);
        if (decoded_.size() <= at) decoded_.resize(at + 1);
        auto& text = decoded_[at];
        text = PQftype(rows_.get(), column) == bytes_type ? bytes_of(raw(column)) : text_from_postgres(raw(column));
        return text;
    }
    std::string_view name(int column) const override { return PQfname(rows_.get(), column); }

private:
    PostgresConnection::Value& place(int at) {
        const auto size = static_cast<std::size_t>(at);
        if (values_.size() < size) values_.resize(size);
        return values_[size - 1];
    }
    std::string_view raw(int column) const {
        return {PQgetvalue(rows_.get(), row_, column),
                static_cast<std::size_t>(PQgetlength(rows_.get(), row_, column))};
    }
    static std::optional<std::int64_t> number(std::string_view text) { // nullopt: it is none, as a truth value's t
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
    }
    static std::string bytes_of(std::string_view hex) { // \x…
        std::string bytes;
        for (std::size_t at = 2; at + 1 < hex.size(); at += 2) {
            unsigned value = 0;
            std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
            bytes += static_cast<char>(value);
        }
        return bytes;
    }

    PostgresDatabase& database_;
    const std::string sql_;
    std::vector<PostgresConnection::Value> values_;
    Rows rows_;
    int row_ = -1;
    mutable std::vector<std::string> decoded_; // of this row: what `text` returned
};

Result<std::unique_ptr<Database>> PostgresDatabase::open(const std::string& url, const Options& options) {
    auto hosts = postgres_hosts(url);
    if (!hosts) return fail(std::move(hosts.error()));
    std::unique_ptr<PostgresDatabase> database{new PostgresDatabase{std::move(*hosts), options}};
    database->connect();
    if (auto fault = database->take_fault()) return fail(std::move(*fault));
    if (options.query_only) return database;
    // Most times there is nothing to do. To hold the version's row is a write, whose commit waits for a standby that
    // may be away, for the hour that only bringing a store forward may take.
    // Where it cannot be told, as beside a sister that makes the store, that is for the patient look to find out.
    if (const auto version = postgres_version(*database); version && *version == schema_version()) return database;
    database->wait_at_most(time_to_migrate, patient_answer);
    if (auto migrated = database->migrate(); !migrated) return fail(std::move(migrated.error()));
    database->wait_at_most(options.lock_wait, options.limits.answer);
    if (auto fault = database->take_fault()) return fail(std::move(*fault));
    return database;
}

PostgresDatabase::PostgresDatabase(std::vector<PostgresHost> hosts, const Options& options)
    : hosts_{std::move(hosts)}, options_{options}, writer_{new_writer()}, answer_{options.limits.answer} {}

PostgresDatabase::~PostgresDatabase() {
    if (is_registered_ && connection_ && !fault()) run_alone("DELETE FROM writers WHERE id = ?1");
    forget_cursors();
}

std::unique_ptr<Cursor> PostgresDatabase::make_cursor(std::string_view sql) {
    return std::make_unique<Prepared>(*this, sql);
}

// Several nodes may start at once: what one of them finds half made by another is a conflict, and then it is made. One
// that brings a large store forward holds its version's row for as long as that takes.
Result<void> PostgresDatabase::migrate() {
    constexpr int tries_max = 8;
    const auto until = steady_clock::now() + time_to_migrate;
    for (int times = 1;; ++times) {
        run("BEGIN");
        in_transaction_ = true;
        static_cast<void>(value<std::int64_t>("SELECT 1")); // as every transaction begins
        migrate_postgres(*this);
        if (!fault()) run("COMMIT");
        const bool again = is_conflict() && times < tries_max && steady_clock::now() < until;
        if (fault()) roll_back();
        in_transaction_ = false;
        auto failed = take_fault();
        if (!failed) return {};
        if (!again) return fail(std::move(*failed));
        PostgresConnection::pause(milliseconds{std::uniform_int_distribution<>{20, 200}(chance_)});
    }
}

// --- the connection

bool PostgresDatabase::connect() {
    std::string why;
    for (const auto& host : hosts_) {
        auto made = PostgresConnection::open(host, {.connect = options_.limits.connect, .answer = answer_});
        if (made) {
            connection_ = std::move(*made);
            in_transaction_ = false;
            auto failed = set_up();
            if (!failed) {
                pause_ = {};
                return true;
            }
            made = std::unexpected(std::move(*failed));
            connection_.reset();
        }
        const auto named = host.find("host");
        why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", named == host.end() ? "local" : named->second,
                           made.error());
    }
    pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
    connect_at_ = steady_clock::now() + pause_ / 2 +
                  milliseconds{std::uniform_int_distribution<std::int64_t>{0, pause_.count() / 2}(chance_)};
    set_fault(Code::dependency_unavailable, fmt::format("the store cannot be reached: {}", why));
    return false;
}

// No limit on the server ends a statement: at one that COMMIT ran into, a server may say that it committed what its
// standby does not have. A transaction whose client is gone ends soon.
std::optional<std::string> PostgresDatabase::set_up() {
    const auto stand = options_.query_only ? longest_stand_of_reader : longest_stand;
    const auto set = connection_->script(
        fmt::format("SET lock_timeout = {}; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = {}",
                    options_.lock_wait.count(), stand.count()));
    if (!set) return set.error().message;
    connection_->send("SHOW synchronous_commit", {});
    const auto durable = connection_->receive();
    if (!durable) return durable.error().message;
    if (std::string_view{PQgetvalue(durable->get(), 0, 0)} != "off") return std::nullopt;
    const auto raised = connection_->script("SET synchronous_commit = on");
    return raised ? std::nullopt : std::optional{raised.error().message};
}

void PostgresDatabase::wait_at_most(milliseconds lock, milliseconds answer) {
    answer_ = answer;
    if (!connection_) return;
    connection_->limit_answers(answer);
    script(fmt::format("SET lock_timeout = {}", lock.count()));
}

void PostgresDatabase::be_patient() {
    answer_ = patient_answer;
    if (connection_) connection_->limit_answers(answer_);
}

bool PostgresDatabase::reconnect() {
    if (connection_ && connection_->is_alive()) return true;
    connection_.reset(); // it died while nobody used it
    in_transaction_ = false;
    if (!is_hurried_ && steady_clock::now() >= connect_at_) return connect();
    set_fault(Code::dependency_unavailable, "the store cannot be reached");
    return false;
}

// --- statements

PostgresDatabase::Rows PostgresDatabase::receive() {
    if (!connection_) return nullptr;
    auto rows = connection_->receive();
    if (rows) return std::move(*rows);
    note(rows.error());
    return nullptr;
}

void PostgresDatabase::note(const Failure& failure) {
    if (store::is_conflict(failure.state)) return set_conflict(fmt::format("the store says: {}", failure.message));
    if (is_of_server(failure.state)) {
        connection_.reset();
        in_transaction_ = false;
        return set_fault(Code::dependency_unavailable, fmt::format("the store was lost: {}", failure.message));
    }
    set_fault(Code::internal, fmt::format("the store says: {} ({})", failure.message, failure.state));
}

void PostgresDatabase::script(const std::string& sql) {
    if (fault() || !connection_) return;
    if (const auto done = connection_->script(sql); !done) note(done.error());
}

// --- transactions

void PostgresDatabase::begin() {
    if (!reconnect()) return;
    start();
    if (connection_) return;
    static_cast<void>(take_fault()); // it had died, and nothing was begun
    if (reconnect()) start();
}

// Every transaction begins with a read: what some servers do with a first batch of statements in it is not to be relied
// on.
void PostgresDatabase::run_alone(Sql sql) {
    post("BEGIN ISOLATION LEVEL READ COMMITTED");
    in_transaction_ = true;
    static_cast<void>(value<std::int64_t>("SELECT batch FROM writers WHERE id = ?1", writer_));
    run(sql, writer_);
    run("COMMIT");
    if (!fault()) in_transaction_ = false;
}

void PostgresDatabase::start() {
    if (!is_registered_) {
        run_alone("INSERT INTO writers (id, batch) VALUES (?1, 0) ON CONFLICT (id) DO NOTHING");
        is_registered_ = !fault();
    }
    if (fault()) return;
    post("BEGIN ISOLATION LEVEL READ COMMITTED");
    in_transaction_ = !fault();
    if (const auto batch = read_batch(); batch && *batch != batch_) stop_process();
}

std::optional<std::int64_t> PostgresDatabase::read_batch() {
    auto found = value<std::int64_t>("SELECT batch FROM writers WHERE id = ?1 FOR UPDATE", writer_);
    if (!fault() && !found) stop_process(); // the row was acknowledged
    return found;
}

void PostgresDatabase::snapshot() {
    if (!reconnect()) return;
    post("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    in_transaction_ = true;
}

void PostgresDatabase::commit() {
    if (fault()) return roll_back();
    if (options_.query_only) { // nothing depends on its end
        post("COMMIT");
        connection_->flush();
        in_transaction_ = false;
        return;
    }
    post("UPDATE writers SET batch = batch + 1 WHERE id = ?1", writer_);
    post("COMMIT");
    const auto answer = connection_->receive();
    if (answer && *answer && std::string_view{PQcmdStatus(answer->get())} == "COMMIT") {
        in_transaction_ = false;
        ++batch_;
        return;
    }
    const bool is_refused = !answer && !is_of_server(answer.error().state) && answer.error().state != "40003";
    if (is_refused) {
        note(answer.error());
        return roll_back();
    }
    connection_.reset();
    in_transaction_ = false;
    settle();
}

std::optional<UtcTime> PostgresDatabase::calendar() {
    return value<UtcTime>("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
}

// Without an end but `hurry`'s: who asked must not be told what is not known.
void PostgresDatabase::settle() {
    while (!is_hurried_) {
        if (!reconnect()) {
            static_cast<void>(take_fault());
            PostgresConnection::pause(first_pause);
            continue;
        }
        const auto batch = read_batch();
        static_cast<void>(take_fault());
        if (!batch) continue;
        if (*batch == batch_ + 1) {
            batch_ = *batch;
            return;
        }
        if (*batch != batch_) stop_process();
        return set_fault(Code::dependency_unavailable, "the store was lost before it committed");
    }
    set_fault(Code::dependency_unavailable, "the store was lost while it committed");
}

// Works at a fault too: that is what it is for. What was posted and failed would take the ROLLBACK with it.
void PostgresDatabase::roll_back() {
    if (in_transaction_ && connection_) {
        [[maybe_unused]] const auto posted = connection_->receive();
        connection_->send("ROLLBACK", {});
        if (!connection_->receive()) connection_.reset();
    }
    in_transaction_ = false;
}

} // namespace taleus::store
