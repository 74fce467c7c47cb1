#include "store/postgres_connection.hpp"

#include <poll.h>

#include <utility>

namespace taleus::store {

std::expected<std::unique_ptr<PostgresConnection>, std::string> PostgresConnection::open(const PostgresHost& host,
                                                                                         const Limits& limits) {
    std::unique_ptr<PostgresConnection> made{new PostgresConnection{limits}};
    if (auto why = made->connect(host)) return std::unexpected(std::move(*why));
    return made;
}

std::optional<std::string> PostgresConnection::connect(const PostgresHost& host) {
    auto made = postgres::Connection::open({host.begin(), host.end()}, postgres::Connection::Dbname::is_name,
                                           postgres::Wait::at_most(limits_.connect));
    if (!made) return std::move(made.error());
    connection_ = std::move(*made);
    if (PQsetnonblocking(connection_->get(), 1) != 0 || PQenterPipelineMode(connection_->get()) != 1)
        return connection_->fault();
    return std::nullopt;
}

void PostgresConnection::pause(std::chrono::milliseconds length) {
    ::poll(nullptr, 0, static_cast<int>(length.count()));
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
        socket = {.fd = PQsocket(connection_->get()), .events = POLLIN, .revents = 0};
        if (::poll(&socket, 1, 0) <= 0) break;
        if (PQconsumeInput(connection_->get()) != 1) lose(connection_->fault());
    }
    return connection_.has_value();
}

void PostgresConnection::send(const std::string& sql, const std::vector<Value>& values) {
    if (!connection_) return;
    auto [known, is_new] = names_.try_emplace(sql, "");
    if (is_new) {
        known->second = "s" + std::to_string(++prepared_);
        if (PQsendPrepare(connection_->get(), known->second.c_str(), sql.c_str(), 0, nullptr) != 1)
            return lose(connection_->fault());
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
    if (PQsendQueryPrepared(connection_->get(), known->second.c_str(), static_cast<int>(values.size()), bytes.data(),
                            lengths.data(), formats.data(), 0) != 1)
        return lose(connection_->fault());
    awaited_.push_back({Sent::statement, sql});
}

void PostgresConnection::synchronize() {
    if (!connection_ || awaited_.empty() || awaited_.back().what == Sent::end) return;
    if (PQpipelineSync(connection_->get()) != 1) return lose(connection_->fault());
    awaited_.push_back({Sent::end, {}});
}

void PostgresConnection::flush() {
    synchronize();
    if (connection_ && PQflush(connection_->get()) < 0) lose(connection_->fault());
}

PostgresConnection::Rows PostgresConnection::next_result() {
    auto result = connection_->next_result(postgres::Wait::at_most(limits_.answer));
    if (result) return std::move(*result);
    lose(std::move(result.error()));
    return nullptr;
}

PostgresConnection::Rows PostgresConnection::take_answer(const Awaited& of, std::optional<Failure>& failure) {
    Rows last;
    for (auto result = next_result(); connection_ && result; result = next_result()) {
        const auto status = PQresultStatus(result.get());
        if (of.what == Sent::end) return nullptr; // no statement, so nothing ends its answers
        if (status == PGRES_FATAL_ERROR && !failure) failure = postgres::failure_of(result.get());
        if ((status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED) && of.what == Sent::preparation)
            names_.erase(of.sql);
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) last = std::move(result);
    }
    return last;
}

std::expected<PostgresConnection::Rows, PostgresConnection::Failure> PostgresConnection::receive() {
    synchronize();
    if (connection_ && PQflush(connection_->get()) < 0) lose(connection_->fault());
    Rows rows;
    std::optional<Failure> failure;
    while (connection_ && !awaited_.empty()) {
        const auto of = std::move(awaited_.front());
        awaited_.pop_front();
        auto answer = take_answer(of, failure);
        if (of.what == Sent::statement) rows = std::move(answer);
    }
    if (connection_ && PQstatus(connection_->get()) == CONNECTION_BAD) lose(connection_->fault());
    if (!connection_) return std::unexpected(Failure{{}, failure ? failure->message : why_lost_});
    if (failure) return std::unexpected(std::move(*failure));
    return rows;
}

std::expected<void, PostgresConnection::Failure> PostgresConnection::script(const std::string& sql) {
    if (auto earlier = receive(); !earlier) return std::unexpected(std::move(earlier.error()));
    auto* raw = connection_->get();
    if (PQexitPipelineMode(raw) != 1 || PQsendQuery(raw, sql.c_str()) != 1) lose(connection_->fault());
    std::optional<Failure> failure;
    while (connection_) {
        const auto result = next_result();
        if (!result) break;
        if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR && !failure) failure = postgres::failure_of(result.get());
    }
    if (connection_ && PQenterPipelineMode(raw) != 1) lose(connection_->fault());
    if (!connection_) return std::unexpected(Failure{{}, why_lost_});
    if (failure) return std::unexpected(std::move(*failure));
    return {};
}

} // namespace taleus::store
