#include "postgres/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

namespace taleus::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string first_line(const char* text) {
    const std::string all{text == nullptr ? "no memory" : text};
    return all.substr(0, all.find('\n'));
}

// As poll wants it: -1 for ever, 0 when it is over.
int milliseconds_left(const Wait& wait) {
    if (!wait.until) return -1;
    const auto left = std::chrono::ceil<milliseconds>(*wait.until - steady_clock::now());
    return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, std::numeric_limits<int>::max()));
}

} // namespace

Wait Wait::at_most(milliseconds length) { return {.until = steady_clock::now() + length}; }

Failure failure_of(const PGresult* result) {
    const auto field = [&](int code) {
        const auto* text = PQresultErrorField(result, code);
        return std::string{text == nullptr ? "" : text};
    };
    return {field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY)};
}

std::expected<Connection, std::string> Connection::open(const Options& options, Dbname dbname, const Wait& wait) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : options) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    Connection made{PQconnectStartParams(keywords.data(), values.data(), dbname == Dbname::may_be_uri ? 1 : 0)};
    auto* raw = made.get();
    for (auto step = PGRES_POLLING_WRITING; step != PGRES_POLLING_OK; step = PQconnectPoll(raw)) {
        const bool is_waiting = step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING;
        if (PQstatus(raw) == CONNECTION_BAD || !is_waiting) return std::unexpected(made.fault());
        if (auto why = made.wait_for(step == PGRES_POLLING_READING ? POLLIN : POLLOUT, wait))
            return std::unexpected(std::move(*why));
    }
    PQsetNoticeReceiver(raw, [](void*, const PGresult*) {}, nullptr);
    return made;
}

std::string Connection::fault() const { return first_line(PQerrorMessage(get())); }

std::optional<std::string> Connection::wait_for(short events, const Wait& wait) const {
    std::array<pollfd, 2> polled{pollfd{PQsocket(get()), events, 0}, pollfd{wait.interrupt, POLLIN, 0}};
    for (;;) {
        const int ready = ::poll(polled.data(), polled.size(), milliseconds_left(wait));
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return "its socket cannot be waited for";
        if (ready == 0) return "no answer in time";
        if (polled[1].revents != 0) return "interrupted";
        return std::nullopt;
    }
}

std::expected<Rows, std::string> Connection::next_result(const Wait& wait) {
    while (PQisBusy(get()) != 0) {
        const int unsent = PQflush(get());
        if (unsent < 0) return std::unexpected(fault());
        if (auto why = wait_for(unsent > 0 ? POLLIN | POLLOUT : POLLIN, wait)) return std::unexpected(std::move(*why));
        if (PQconsumeInput(get()) != 1) return std::unexpected(fault());
    }
    return Rows{PQgetResult(get())};
}

} // namespace taleus::postgres
