#pragma once
// One connection to a PostgreSQL server of ours, for work on a worker's thread that can be cut short. What a server
// says unasked (notices) goes nowhere.
//
// FAULTS STICK: after the first failure statements do nothing and have no rows, until `take_fault`, so that work of
// many statements reads straight. Unreachable, shut down, out of room and serialisation are `dependency_unavailable`,
// all else is `provisioning_failed`.

#include "async/interrupt.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postgres/connection.hpp"

namespace taleus::provision {

// The rows of one statement, as text.
class Rows {
public:
    Rows() = default;
    explicit Rows(postgres::Rows result) : result_{std::move(result)} {}
    int size() const { return result_ ? PQntuples(result_.get()) : 0; }
    std::string_view text(int row, int column) const;

private:
    postgres::Rows result_;
};

class PostgresLink {
public:
    // `dbname` may be a whole URI.
    PostgresLink(const postgres::Options& options, const async::Interrupt& interrupt);

    Rows run(const std::string& sql, const std::vector<std::string>& arguments = {});
    std::optional<Error> take_fault() { return std::exchange(fault_, std::nullopt); }
    void set_fault(Code code, std::string context);

    // Computed here: the server is sent this and never learns the password from a statement.
    std::string scram_verifier(std::string_view password, const std::string& role);
    std::string literal(std::string_view text);
    std::string identifier(std::string_view text);

private:
    postgres::Wait wait() const { return {.until = {}, .interrupt = interrupt_.descriptor()}; }
    void note(const postgres::Failure& failure);
    void lose(std::string context);

    const async::Interrupt& interrupt_;
    std::optional<postgres::Connection> connection_; // there unless there is a fault
    std::optional<Error> fault_;
};

} // namespace taleus::provision
