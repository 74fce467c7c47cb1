#pragma once
// A connection to a PostgreSQL server whose every wait has a deadline. In pipeline mode: what is sent waits in a buffer
// until `receive`, so that statements whose answers nobody waits for share the journey of the next one. Blocking; one
// thread.

#include "store/postgres_url.hpp"

#include <chrono>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "postgres/connection.hpp"

namespace taleus::store {

class PostgresConnection {
public:
    struct Limits {
        std::chrono::milliseconds connect{3'000}; // resolving a name aside, which only the operating system can bound
        std::chrono::milliseconds answer{10'000};
    };
    using Failure = postgres::Failure;
    using Rows = postgres::Rows;
    struct Value {
        std::optional<std::string> bytes; // nullopt: NULL
        bool is_binary = false;
    };

    // The error is for people.
    static std::expected<std::unique_ptr<PostgresConnection>, std::string> open(const PostgresHost& host,
                                                                                const Limits& limits);

    void send(const std::string& sql, const std::vector<Value>& values); // prepared at its first use
    // The answers to all that was sent: of the last statement the rows, or the first failure, after which the server
    // did nothing more. A lost connection stays lost.
    std::expected<Rows, Failure> receive();
    // Sends without waiting for the answers; the next `receive` has them.
    void flush();
    std::expected<void, Failure> script(const std::string& sql); // several statements, without arguments
    static void pause(std::chrono::milliseconds length);         // blocks
    void limit_answers(std::chrono::milliseconds longest) { limits_.answer = longest; } // from now on
    bool is_lost() const { return !connection_; }
    bool is_alive(); // as far as can be told without asking

private:
    enum class Sent : std::uint8_t { preparation, statement, end };
    struct Awaited {
        Sent what;
        std::string sql;
    };

    explicit PostgresConnection(const Limits& limits) : limits_{limits} {}
    std::optional<std::string> connect(const PostgresHost& host);
    void synchronize();
    Rows next_result(); // nullptr: one statement's answers are over, or the connection is
    Rows take_answer(const Awaited& of, std::optional<Failure>& failure);
    void lose(std::string why);

    Limits limits_;
    std::optional<postgres::Connection> connection_;
    std::string why_lost_;
    std::deque<Awaited> awaited_;
    std::unordered_map<std::string, std::string> names_; // of what is prepared here
    std::size_t prepared_ = 0;                           // ever
};

} // namespace taleus::store
