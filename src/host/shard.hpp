#pragma once
// What all connections of one host share: the machine's context, the clock, one read buffer for all of them (an idle
// connection holds none), the counts, and the list that owns them. The host owns it; one thread.

#include "async/awaitable.hpp"
#include "async/clock.hpp"
#include "async/one_shot.hpp"
#include "base/log.hpp"
#include "guard/protection.hpp"
#include "host/counts.hpp"
#include "host/limits.hpp"
#include "host/newcomer.hpp"
#include "host/turns.hpp"
#include "p2p/connection.hpp"
#include "ports/stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <utility>
#include <variant>
#include <vector>

namespace taleus::host {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<tcp, async::Executor>;

class Connection;
class Handshakes;

class Shard {
public:
    Shard(async::Executor executor_, async::Clock& clock_, p2p::ConnectionContext context_,
          ports::StreamHandler* handler_, guard::Protection& guards_, HostLimits limits_, Duration linger_, Log log_);
    ~Shard(); // no operation is under way: see `quiet`
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    const async::Executor executor;
    async::Clock& clock;
    p2p::ConnectionContext context;
    ports::StreamHandler* const handler; // none: inbound streams are reset
    guard::Protection& guards;
    HostLimits limits;     // for who comes from now on
    const Duration linger; // how long a closed connection waits for the peer's end
    const Log log;
    HostCounts counts;
    void refuse(Refusal cause) { ++counts.refused[static_cast<std::size_t>(cause)]; }
    // A connection ended before its peer was known.
    void lost(const wire::Multiaddr& address, const Error& error) noexcept;
    std::vector<std::uint8_t> buffer;
    std::list<Connection> connections;
    std::uint64_t next_connection = 0;
    bool is_closing() const { return closing_; } // nobody is dialled any more
    void begin_closing();

    // Who shakes hands with those who call in; none: their connections do.
    Handshakes* handshakes = nullptr;
    void deal(Newcomer newcomer);             // throws bad_alloc, and then has not taken it
    void welcome(Newcomer newcomer) noexcept; // that comes back

    template <class... Args> Connection& add(Args&&... args);
    void remove(Connection& connection);

    // A turn of input. Throws only bad_alloc, and then has not taken it.
    void queue_up(std::move_only_function<void()> turn);

    // Every handler that names an object of ours is counted from its start to its end, so that `quiet` can tell when
    // nothing refers to us any more.
    void begin_operation() { ++operations_; }
    void end_operation();
    async::awaitable<void> quiet(); // no connection and no operation is left; one caller

private:
    void tell_when_quiet();
    Turns turns_;
    bool closing_ = false;
    std::size_t operations_ = 0;
    bool waiting_ = false;
    async::OneShot<std::monostate> quiet_;
};

// Text and address of a TCP endpoint.
std::string to_text(const tcp::endpoint& endpoint);
wire::Multiaddr to_multiaddr(const tcp::endpoint& endpoint);

// A socket that children of this process do not inherit and that never blocks.
Result<Socket> open_socket(async::Executor executor, const tcp& protocol);
// One that was accepted, of this thread from now on. Throws system_error where the system has no room to watch it.
Socket as_socket(async::Executor executor, Descriptor accepted, const tcp& protocol);
// Nothing is wrong with the socket: there is only nothing to read, or no room to write.
inline bool is_would_block(const boost::system::error_code& error) {
    return error == asio::error::would_block || error == asio::error::try_again;
}

} // namespace taleus::host
