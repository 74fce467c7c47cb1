#pragma once
// The admin interface: HTTP/1.1 on a loopback address or a Unix socket, on a thread of its own, so that it answers
// while the node is busy, stands still, or has no descriptor left.

#include "async/clock.hpp"
#include "async/task_group.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "ops/connection.hpp"
#include "ops/descriptors.hpp"
#include "ops/desk.hpp"
#include "ops/events.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <list>
#include <string>
#include <string_view>
#include <thread>

namespace taleus::ops {

class Server {
public:
    static constexpr std::size_t connections_max = 16;

    // `token`: SHA-256 of the bearer token. What is given outlives it.
    Server(ports::Control& control, Events& events, const Digest& token, Log log);
    ~Server(); // stops
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Listens; the address with the real port, as the ready line tells it. Once, before `start`.
    Result<std::string> listen(std::string_view address);
    // The same with a socket that somebody else listens on for us. It is ours to close.
    Result<std::string> adopt(int listening);
    Result<void> start(); // `overloaded` where there is no thread to be had
    // Lets answers under way get out, for a second, and ends; from its return on nothing is asked of the node. What was
    // asked may still answer while this lives.
    void stop();

private:
    void wait();
    void accept_waiting();
    bool make_room();
    void take(int connection);
    async::awaitable<void> serve(std::list<Connection>::iterator connection, async::Limit& limit);
    void close();
    async::awaitable<void> end_when_quiet();

    async::asio::io_context context_{1};
    async::SystemClock clock_{context_};
    async::TaskGroup tasks_{context_.get_executor(), clock_};
    async::TaskGroup ending_{context_.get_executor(), clock_};
    Desk desk_;
    Events& events_;
    const Digest token_;
    const Log log_;
    Descriptors descriptors_{connections_max};
    std::list<Connection> connections_;
    async::asio::posix::basic_stream_descriptor<async::Executor> listening_{context_.get_executor()};
    async::Clock::Timer pause_;
    async::Clock::Timer patience_;
    std::string unix_path_; // of a socket of ours, taken away at the end
    bool waiting_ = false;
    bool closing_ = false;
    std::thread thread_;
};

} // namespace taleus::ops
