#pragma once
// One connection to a PostgreSQL server of ours, for work on a worker's thread that can be cut short. What a server
// says unasked (notices) goes nowhere.
//
// FAULTS STICK: after the first failure statements do nothing and have no rows, until `take_fault`, so that work of
// many statements reads straight. Unreachable, shut down, out of room and serialisation are `dependency_unavailable`,
// all else is `provisioning_failed`.

#include "async/interrupt.hpp"
#include "base/result.hpp"

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taleus::provision {

// The rows of one statement, as text.
class Rows {
public:
    Rows() = default;
    explicit Rows(PGresult* result) : result_{result} {}
    int size() const { return result_ ? PQntuples(result_.get()) : 0; }
    std::string_view text(int row, int column) const;

private:
    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    std::unique_ptr<PGresult, Clear> result_;
};

class PostgresLink {
public:
    // libpq's keywords with their values; `dbname` may be a whole URI.
    using Options = std::vector<std::pair<std::string, std::string>>;
    PostgresLink(const Options& options, const async::Interrupt& interrupt);

    Rows run(const std::string& sql, const std::vector<std::string>& arguments = {});
    std::optional<Error> take_fault() { return std::exchange(fault_, std::nullopt); }
    void set_fault(Code code, std::string context);

    // Computed here: the server is sent this and never learns the password from a statement.
    std::string scram_verifier(std::string_view password, const std::string& role);
    std::string literal(std::string_view text);
    std::string identifier(std::string_view text);

private:
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    void connect();
    bool wait_for(short events); // of the socket; false: interrupted
    void note(std::string_view sqlstate, std::string context);

    std::unique_ptr<PGconn, Finish> connection_;
    const async::Interrupt& interrupt_;
    std::optional<Error> fault_;
};

} // namespace taleus::provision
