#include "store/postgres_connection.hpp"

#include <poll.h>

#include <cerrno>
#include <utility>

namespace taleus::store {
namespace {

using std::chrono::steady_clock;

PostgresConnection::Failure failure_of(const PGresult* result) {
    // The primary message only: details repeat what was written.
    const auto field = [&](int code) {
        const auto* text = PQresultErrorField(result, code);
        return std::string{text == nullptr ? "" : text};
    };
    return {field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY)};
}

std::string first_line(const char* text) {
    const std::string all{text == nullptr ? "" : text};
    return all.substr(0, all.find('\n'));
}

} // namespace

std::expected<std::unique_ptr<PostgresConnection>, std::string> PostgresConnection::open(const PostgresHost& host,
                                                                                         const Limits& limits) {
    std::unique_ptr<PostgresConnection> made{new PostgresConnection{limits}};
    if (auto why = made->connect(host)) return std::unexpected(std::move(*why));
    return made;
}

std::optional<std::string> PostgresConnection::connect(const PostgresHost& host) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : host) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
    auto* raw = connection_.get();
    const auto until = steady_clock::now() + limits_.connect;
    for (auto step = PGRES_POLLING_WRITING; step != PGRES_POLLING_OK; step = PQconnectPoll(raw)) {
        const bool is_waiting = step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING;
        if (PQstatus(raw) == CONNECTION_BAD || !is_waiting) return first_line(PQerrorMessage(raw));
        if (!wait_for(step == PGRES_POLLING_READING ? POLLIN : POLLOUT, until)) return "no answer in time";
    }
    PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
    if (PQsetnonblocking(raw, 1) != 0 || PQenterPipelineMode(raw) != 1) return first_line(PQerrorMessage(raw));
    return std::nullopt;
}

void PostgresConnection::pause(std::chrono::milliseconds length) {
    ::poll(nullptr, 0, static_cast<int>(length.count()));
}

bool PostgresConnection::wait_for(short events, steady_clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd socket{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
        const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

void PostgresConnection::lose(std::string why) {
    if (!connection_) return;
    why_lost_ = std::move(why);
    connection_.reset();
    awaited_.clear();
    names_.clear();
}

bool PostgresConnection::is_alive() { // a server's last words come before the end of the stream
    for (pollfd socket{}; connection_;) {
        socket = {.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
        if (::poll(&socket, 1, 0) <= 0) break;
        if (PQconsumeInput(connection_.get()) != 1) lose(first_line(PQerrorMessage(connection_.get())));
    }
    return connection_ != nullptr;
}

void PostgresConnection::send(const std::string& sql, const std::vector<Value>& values) {
    if (!connection_) return;
    auto [known, is_new] = names_.try_emplace(sql, "");
    if (is_new) {
        known->second = "s" + std::to_string(++prepared_);
        if (PQsendPrepare(connection_.get(), known->second.c_str(), sql.c_str(), 0, nullptr) != 1)
            return lose(first_line(PQerrorMessage(connection_.get())));
        awaited_.push_back({Sent::preparation, sql});
    }
    std::vector<const char*> bytes;
    std::vector<int> lengths;
    std::vector<int> formats;
    for (const auto& value : values) {
        bytes.push_back(value.bytes ? value.bytes->c_str() : nullptr);
        lengths.push_back(value.bytes ? static_cast<int>(value.bytes->size()) : 0);
        formats.push_back(value.is_binary ? 1 : 0);
    }
    if (PQsendQueryPrepared(connection_.get(), known->second.c_str(), static_cast<int>(values.size()), bytes.data(),
                            lengths.data(), formats.data(), 0) != 1)
        return lose(first_line(PQerrorMessage(connection_.get())));
    awaited_.push_back({Sent::statement, sql});
}

void PostgresConnection::synchronize() {
    if (!connection_ || awaited_.empty() || awaited_.back().what == Sent::end) return;
    if (PQpipelineSync(connection_.get()) != 1) return lose(first_line(PQerrorMessage(connection_.get())));
    awaited_.push_back({Sent::end, {}});
}

void PostgresConnection::flush() {
    synchronize();
    if (connection_ && PQflush(connection_.get()) < 0) lose(first_line(PQerrorMessage(connection_.get())));
}

PostgresConnection::Rows PostgresConnection::next_result() {
    auto* raw = connection_.get();
    const auto until = steady_clock::now() + limits_.answer;
    while (PQisBusy(raw) != 0) {
        const int unsent = PQflush(raw);
        if (unsent < 0 || !wait_for(unsent > 0 ? POLLIN | POLLOUT : POLLIN, until)) {
            lose(unsent < 0 ? first_line(PQerrorMessage(raw)) : "no answer in time");
            return nullptr;
        }
        if (PQconsumeInput(raw) != 1) {
            lose(first_line(PQerrorMessage(raw)));
            return nullptr;
        }
    }
    return Rows{PQgetResult(raw)};
}

PostgresConnection::Rows PostgresConnection::take_answer(const Awaited& of, std::optional<Failure>& failure) {
    Rows last;
    for (auto result = next_result(); connection_ && result; result = next_result()) {
        const auto status = PQresultStatus(result.get());
        if (of.what == Sent::end) return nullptr; // no statement, so nothing ends its answers
        if (status == PGRES_FATAL_ERROR && !failure) failure = failure_of(result.get());
        if ((status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED) && of.what == Sent::preparation)
            names_.erase(of.sql);
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) last = std::move(result);
    }
    return last;
}

std::expected<PostgresConnection::Rows, PostgresConnection::Failure> PostgresConnection::receive() {
    synchronize();
    if (connection_ && PQflush(connection_.get()) < 0) lose(first_line(PQerrorMessage(connection_.get())));
    Rows rows;
    std::optional<Failure> failure;
    while (connection_ && !awaited_.empty()) {
        const auto of = std::move(awaited_.front());
        awaited_.pop_front();
        auto answer = take_answer(of, failure);
        if (of.what == Sent::statement) rows = std::move(answer);
    }
    if (connection_ && PQstatus(connection_.get()) == CONNECTION_BAD)
        lose(first_line(PQerrorMessage(connection_.get())));
    if (!connection_) return std::unexpected(Failure{{}, failure ? failure->message : why_lost_});
    if (failure) return std::unexpected(std::move(*failure));
    return rows;
}

std::expected<void, PostgresConnection::Failure> PostgresConnection::script(const std::string& sql) {
    if (auto earlier = receive(); !earlier) return std::unexpected(std::move(earlier.error()));
    auto* raw = connection_.get();
    if (PQexitPipelineMode(raw) != 1 || PQsendQuery(raw, sql.c_str()) != 1) lose(first_line(PQerrorMessage(raw)));
    std::optional<Failure> failure;
    while (connection_) {
        const auto result = next_result();
        if (!result) break;
        if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR && !failure) failure = failure_of(result.get());
    }
    if (connection_ && PQenterPipelineMode(raw) != 1) lose(first_line(PQerrorMessage(raw)));
    if (!connection_) return std::unexpected(Failure{{}, why_lost_});
    if (failure) return std::unexpected(std::move(*failure));
    return {};
}

} // namespace taleus::store
