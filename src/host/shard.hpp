#pragma once
// What all connections of one host share: the machine's context, the clock, one read buffer for all of them (an idle
// connection holds none), the counts, and the list that owns them. The host owns it; one thread.

#include "async/awaitable.hpp"
#include "async/clock.hpp"
#include "async/handler_memory.hpp"
#include "async/one_shot.hpp"
#include "base/log.hpp"
#include "guard/protection.hpp"
#include "host/counts.hpp"
#include "host/limits.hpp"
#include "p2p/connection.hpp"
#include "ports/stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <deque>
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

inline constexpr std::size_t streams_per_turn_max = 8; // opened by a peer in one turn of its input

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
    std::vector<std::uint8_t> buffer;
    std::list<Connection> connections;
    std::uint64_t next_connection = 0;
    bool closing = false; // nobody is dialled any more

    template <class... Args> Connection& add(Args&&... args);
    void remove(Connection& connection);

    // Turns of input, in order, one at a time, each only after all else that the loop had ready by then: what is under
    // way goes before what is new. While there is no room for new work they come at a measured pace: most of what
    // they bring is refused, and refusing must not take the time of what was let in. Until then peers wait in their
    // sockets. Throws only bad_alloc, and then has not taken it.
    void queue_up(std::move_only_function<void()> turn);

    // Every handler that names an object of ours is counted from its start to its end, so that `quiet` can tell when
    // nothing refers to us any more.
    void begin_operation() { ++operations_; }
    void end_operation();
    async::awaitable<void> quiet(); // no connection and no operation is left; one caller

private:
    void tell_when_quiet();
    void await_turn() noexcept;
    bool look_again_soon() noexcept; // false: there is no memory for that
    void take_turn();

    std::deque<std::move_only_function<void()>> turns_;
    Instant turn_taken_;
    async::Clock::Timer turn_timer_;
    async::HandlerMemory<128> turn_memory_;
    std::size_t operations_ = 0;
    bool waiting_ = false;
    async::OneShot<std::monostate> quiet_;
};

// How far apart turns come without room for new work, when so many wait for theirs. Refusing costs what others could be
// served with, so there is time between them, but not so much that the last is refused only when it has given up.
Duration turns_apart(std::size_t waiting);

// Text and address of a TCP endpoint.
std::string to_text(const tcp::endpoint& endpoint);
wire::Multiaddr to_multiaddr(const tcp::endpoint& endpoint);

// A socket that children of this process do not inherit and that never blocks.
Result<Socket> open_socket(async::Executor executor, const tcp& protocol);

} // namespace taleus::host
