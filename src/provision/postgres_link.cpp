#include "provision/postgres_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace taleus::provision {
namespace {

std::string one_line(std::string_view text) {
    std::string line{text.substr(0, text.find('\n'))};
    return line.substr(0, 256);
}

// Classes of SQLSTATE that may pass: connection, resources, intervention, system, serialisation, state of an object.
bool may_pass(std::string_view sqlstate) {
    static constexpr std::array<std::string_view, 6> classes{"08", "53", "57", "58", "40", "55"};
    return std::ranges::find(classes, sqlstate.substr(0, 2)) != classes.end();
}

struct FreeText {
    void operator()(char* text) const { PQfreemem(text); }
};
using Text = std::unique_ptr<char, FreeText>;

} // namespace

std::string_view Rows::text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

PostgresLink::PostgresLink(const postgres::Options& options, const async::Interrupt& interrupt)
    : interrupt_{interrupt} {
    auto made = postgres::Connection::open(options, postgres::Connection::Dbname::may_be_uri, wait());
    if (made)
        connection_ = std::move(*made);
    else
        lose(std::move(made.error()));
}

Rows PostgresLink::run(const std::string& sql, const std::vector<std::string>& arguments) {
    if (fault_) return {};
    std::vector<const char*> values;
    for (const auto& argument : arguments) values.push_back(argument.c_str());
    if (PQsendQueryParams(connection_->get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                          nullptr, nullptr, 0) != 1) {
        lose(connection_->fault());
        return {};
    }
    Rows rows;
    for (;;) {
        auto result = connection_->next_result(wait());
        if (!result) {
            lose(std::move(result.error()));
            return {};
        }
        if (*result == nullptr) return fault_ ? Rows{} : std::move(rows);
        const auto status = PQresultStatus(result->get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) note(postgres::failure_of(result->get()));
        rows = Rows{std::move(*result)};
    }
}

void PostgresLink::note(const postgres::Failure& failure) {
    if (failure.state.empty()) return lose(failure.message.empty() ? "the connection was lost" : failure.message);
    set_fault(may_pass(failure.state) ? Code::dependency_unavailable : Code::provisioning_failed,
              "PostgreSQL: " + one_line(failure.message));
}

void PostgresLink::lose(std::string context) {
    if (interrupt_.is_raised()) return set_fault(Code::timeout, "interrupted");
    set_fault(Code::dependency_unavailable, "PostgreSQL: " + one_line(context));
}

void PostgresLink::set_fault(Code code, std::string context) {
    if (!fault_) fault_ = Error{code, std::move(context)};
}

std::string PostgresLink::scram_verifier(std::string_view password, const std::string& role) {
    if (fault_) return {};
    const std::string terminated{password};
    const Text verifier{PQencryptPasswordConn(connection_->get(), terminated.c_str(), role.c_str(), "scram-sha-256")};
    if (verifier == nullptr) set_fault(Code::internal, "no verifier of a password");
    return verifier ? std::string{verifier.get()} : std::string{};
}

std::string PostgresLink::literal(std::string_view text) {
    if (fault_) return {};
    const Text quoted{PQescapeLiteral(connection_->get(), text.data(), text.size())};
    return quoted ? std::string{quoted.get()} : std::string{};
}

std::string PostgresLink::identifier(std::string_view text) {
    if (fault_) return {};
    const Text quoted{PQescapeIdentifier(connection_->get(), text.data(), text.size())};
    return quoted ? std::string{quoted.get()} : std::string{};
}

} // namespace taleus::provision
