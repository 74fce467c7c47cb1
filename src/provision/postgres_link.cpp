#include "provision/postgres_link.hpp"

#include <fmt/format.h>
#include <poll.h>

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

void ignore_notice(void*, const PGresult*) {}

struct FreeText {
    void operator()(char* text) const { PQfreemem(text); }
};
using Text = std::unique_ptr<char, FreeText>;

} // namespace

std::string_view Rows::text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

PostgresLink::PostgresLink(const Options& options, const async::Interrupt& interrupt) : interrupt_{interrupt} {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : options) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    connection_.reset(PQconnectStartParams(names.data(), values.data(), 1));
    connect();
}

void PostgresLink::connect() {
    auto* raw = connection_.get();
    if (raw == nullptr || PQstatus(raw) == CONNECTION_BAD)
        return set_fault(Code::dependency_unavailable, one_line(raw == nullptr ? "no memory" : PQerrorMessage(raw)));
    PQsetNoticeReceiver(raw, ignore_notice, nullptr);
    for (auto step = PGRES_POLLING_WRITING; step != PGRES_POLLING_OK; step = PQconnectPoll(raw)) {
        if (step == PGRES_POLLING_FAILED) return set_fault(Code::dependency_unavailable, one_line(PQerrorMessage(raw)));
        if (!wait_for(step == PGRES_POLLING_READING ? POLLIN : POLLOUT)) return;
    }
}

bool PostgresLink::wait_for(short events) {
    std::array<pollfd, 2> polled{pollfd{PQsocket(connection_.get()), events, 0},
                                 pollfd{interrupt_.descriptor(), POLLIN, 0}};
    while (::poll(polled.data(), polled.size(), -1) < 0 && errno == EINTR) {
    }
    if (!interrupt_.is_raised()) return true;
    set_fault(Code::timeout, "interrupted");
    return false;
}

Rows PostgresLink::run(const std::string& sql, const std::vector<std::string>& arguments) {
    if (fault_) return {};
    auto* raw = connection_.get();
    std::vector<const char*> values;
    for (const auto& argument : arguments) values.push_back(argument.c_str());
    if (PQsendQueryParams(raw, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr,
                          0) != 1) {
        note("08000", PQerrorMessage(raw));
        return {};
    }
    Rows rows;
    for (;;) {
        while (PQisBusy(raw) == 1) {
            if (!wait_for(POLLIN)) return {};
            if (PQconsumeInput(raw) == 1) continue;
            note("08000", PQerrorMessage(raw));
            return {};
        }
        auto* result = PQgetResult(raw);
        if (result == nullptr) return fault_ ? Rows{} : std::move(rows);
        rows = Rows{result};
        const auto status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) continue;
        const auto* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const auto* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        note(state == nullptr ? "08000" : state, message == nullptr ? "the connection was lost" : message);
    }
}

void PostgresLink::note(std::string_view sqlstate, std::string context) {
    set_fault(may_pass(sqlstate) ? Code::dependency_unavailable : Code::provisioning_failed,
              "PostgreSQL: " + one_line(context));
}

void PostgresLink::set_fault(Code code, std::string context) {
    if (!fault_) fault_ = Error{code, std::move(context)};
}

std::string PostgresLink::scram_verifier(std::string_view password, const std::string& role) {
    if (fault_) return {};
    const std::string terminated{password};
    const Text verifier{PQencryptPasswordConn(connection_.get(), terminated.c_str(), role.c_str(), "scram-sha-256")};
    if (verifier == nullptr) set_fault(Code::internal, "no verifier of a password");
    return verifier ? std::string{verifier.get()} : std::string{};
}

std::string PostgresLink::literal(std::string_view text) {
    if (fault_) return {};
    const Text quoted{PQescapeLiteral(connection_.get(), text.data(), text.size())};
    return quoted ? std::string{quoted.get()} : std::string{};
}

std::string PostgresLink::identifier(std::string_view text) {
    if (fault_) return {};
    const Text quoted{PQescapeIdentifier(connection_.get(), text.data(), text.size())};
    return quoted ? std::string{quoted.get()} : std::string{};
}

} // namespace taleus::provision
