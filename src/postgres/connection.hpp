#pragma once
// One connection to a PostgreSQL server: libpq's asynchronous interface under waits of our own, each with an end that
// the caller sets. What is sent, and in which mode, is the caller's affair, by libpq; what a server says unasked
// (notices) goes nowhere. Blocking; one thread.

#include <libpq-fe.h>

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace taleus::postgres {

using Options = std::vector<std::pair<std::string, std::string>>; // libpq's keywords with their values

// How long a call may take at most.
struct Wait {
    static Wait at_most(std::chrono::milliseconds length); // from now on

    std::optional<std::chrono::steady_clock::time_point> until; // nullopt: as long as it takes
    int interrupt = -1; // a descriptor: once it is readable, the wait is over; none: -1
};

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Rows = std::unique_ptr<PGresult, Clear>;

struct Failure {
    std::string state; // SQLSTATE; empty: the connection is lost
    std::string message;
};
// What a result of a failed statement says: the primary message only, since details repeat what was written.
Failure failure_of(const PGresult* result);

class Connection {
public:
    // How `dbname` among the options is read: as a name, or, if it is one, as a whole URI.
    enum class Dbname : bool { is_name, may_be_uri };
    // The error is for people, one line.
    static std::expected<Connection, std::string> open(const Options& options, Dbname dbname, const Wait& wait);

    PGconn* get() const { return connection_.get(); }
    std::string fault() const; // one line: what libpq said last
    // Sends what is buffered and waits for what comes next: nullptr when the answers to one statement are over. The
    // error is for people; after it the connection is of no more use.
    std::expected<Rows, std::string> next_result(const Wait& wait);

private:
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    explicit Connection(PGconn* connection) : connection_{connection} {}
    std::optional<std::string> wait_for(short events, const Wait& wait) const; // of the socket; why it did not come

    std::unique_ptr<PGconn, Finish> connection_;
};

} // namespace taleus::postgres
