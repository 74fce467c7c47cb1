#pragma once
// The database of a server that speaks PostgreSQL's protocol: PostgreSQL, YugabyteDB, CockroachDB.
//
// A TRANSACTION STARTS WITH A READ: of this writer's own row, which it locks, and whose `batch` it advances at its end.
// So when the connection is lost while COMMIT is under way, that row says what became of it: a new connection locks it,
// which waits until the old transaction is gone, and reads. A commit is never repeated. A `batch` that went back tells
// that the servers lost what they had acknowledged; then the process stops, as it does at a failed flush.
//
// A lost connection is `dependency_unavailable`; the next transaction makes a new one, to the first host that can be
// written to, after a pause that grows.

#include "store/database.hpp"
#include "store/postgres_connection.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace taleus::store {

class PostgresDatabase final : public Database {
public:
    struct Options {
        PostgresConnection::Limits limits;
        std::chrono::milliseconds lock_wait{2'000}; // for a row that another transaction holds
        bool query_only = false;
    };
    // Connects, and brings the schema to the newest version. No error shows a password.
    static Result<std::unique_ptr<Database>> open(const std::string& url, const Options& options);
    ~PostgresDatabase() override;

    void script(const std::string& sql) override;
    void begin() override;
    void snapshot() override;
    void commit() override;
    void roll_back() override;
    bool in_transaction() const override { return in_transaction_; }
    void finish() override { receive(); }
    std::optional<UtcTime> calendar() override;
    void hurry() override { is_hurried_ = true; }
    void be_patient() override;

private:
    class Prepared;
    using Rows = PostgresConnection::Rows;

    PostgresDatabase(std::vector<PostgresHost> hosts, const Options& options);
    std::unique_ptr<Cursor> make_cursor(std::string_view sql) override;
    Result<void> migrate();

    bool connect();   // to the first host that will do; false: a fault
    bool reconnect(); // where there is no connection, unless it is too early
    std::optional<std::string> set_up();
    void wait_at_most(std::chrono::milliseconds lock, std::chrono::milliseconds answer); // from now on
    Rows receive();                                                                      // nullptr: a fault
    void note(const PostgresConnection::Failure& failure);
    void run_alone(Sql sql); // of this writer's row, in a transaction of its own
    void start();            // a transaction for writing
    void settle();           // what became of a commit
    std::optional<std::int64_t> read_batch();

    const std::vector<PostgresHost> hosts_;
    const Options options_;
    const std::string writer_;         // the key of its row
    std::chrono::milliseconds answer_; // the longest that one is waited for
    std::int64_t batch_ = 0;           // the last one known
    bool is_registered_ = false;
    std::unique_ptr<PostgresConnection> connection_;
    bool in_transaction_ = false;
    std::chrono::steady_clock::time_point connect_at_{}; // not before
    std::chrono::milliseconds pause_{0};
    std::minstd_rand chance_{std::random_device{}()}; // of pauses only
    std::atomic<bool> is_hurried_{false};
};

} // namespace taleus::store
