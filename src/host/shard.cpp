#include "host/shard.hpp"

#include "base/ensure.hpp"
#include "host/connection.hpp"
#include "host/handshakes.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace taleus::host {

namespace {
constexpr std::size_t read_buffer_size = 128 * 1024; // two of the largest Noise frames
} // namespace

Shard::Shard(async::Executor executor_, async::Clock& clock_, p2p::ConnectionContext context_,
             ports::StreamHandler* handler_, guard::Protection& guards_, HostLimits limits_, Duration linger_, Log log_)
    : executor{executor_}, clock{clock_}, context{std::move(context_)}, handler{handler_}, guards{guards_},
      limits{limits_}, linger{linger_}, log{log_}, buffer(read_buffer_size),
      turns_{executor_, clock_, guards_.work, [this] { end_operation(); }}, quiet_{executor_} {}

Shard::~Shard() { ensure(connections.empty() && operations_ == 0, "a host ended before its connections: close it"); }

void Shard::remove(Connection& connection) {
    connections.erase(connection.self_);
    tell_when_quiet();
}

void Shard::lost(const wire::Multiaddr& address, const Error& error) noexcept {
    --counts.handshaking;
    ++counts.handshake_failures[static_cast<std::size_t>(error.code)];
    try {
        log.debug("connection with {}, not authenticated, ended: {} ({})", address.to_text(),
                  taleus::to_text(error.code), escaped(error.context));
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch): it ended all the same
    }
}

void Shard::deal(Newcomer newcomer) {
    handshakes->deal(std::move(newcomer));
    begin_operation();
    ++counts.accepted;
    ++counts.connections;
    ++counts.handshaking;
}

void Shard::welcome(Newcomer newcomer) noexcept {
    counts.bytes_in += newcomer.bytes_in;
    counts.bytes_out += newcomer.bytes_out;
    try {
        if (closing_ && newcomer.outcome) newcomer.outcome = fail(Code::shutting_down, "closed by us");
        if (newcomer.outcome) {
            auto socket = as_socket(executor, std::move(newcomer.descriptor), newcomer.protocol);
            add(std::move(socket), newcomer).begin(*newcomer.outcome);
            return end_operation();
        }
    } catch (const std::exception& error) {
        newcomer.outcome = fail(Error{Code::internal, {}});
    }
    --counts.connections;
    lost(newcomer.address, newcomer.outcome.error());
    end_operation();
}

void Shard::queue_up(std::move_only_function<void()> turn) {
    turns_.queue_up(std::move(turn));
    if (turns_.waiting() == 1) begin_operation();
}

void Shard::begin_closing() {
    closing_ = true;
    turns_.hurry();
}

void Shard::end_operation() {
    --operations_;
    tell_when_quiet();
}

void Shard::tell_when_quiet() {
    if (waiting_ && connections.empty() && operations_ == 0) quiet_.set({});
}

async::awaitable<void> Shard::quiet() {
    if (connections.empty() && operations_ == 0) co_return;
    waiting_ = true;
    co_await quiet_.wait();
    waiting_ = false;
}

std::string to_text(const tcp::endpoint& endpoint) {
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", endpoint.address().to_string(), endpoint.port())
                                      : fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

wire::Multiaddr to_multiaddr(const tcp::endpoint& endpoint) {
    const auto& address = endpoint.address();
    // Without the scope of a link-local address, which means nothing elsewhere.
    if (address.is_v6())
        return wire::Multiaddr::tcp(asio::ip::address_v6{address.to_v6().to_bytes()}.to_string(), endpoint.port());
    return wire::Multiaddr::tcp(address.to_string(), endpoint.port());
}

Result<Socket> open_socket(async::Executor executor, const tcp& protocol) {
    const int handle = ::socket(protocol.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    boost::system::error_code error{errno, boost::system::system_category()};
    if (handle < 0) return fail(Code::unreachable, error.message());
    Socket socket{executor};
    socket.assign(protocol, handle, error);
    if (!error) socket.non_blocking(true, error);
    if (!error) socket.set_option(tcp::no_delay{true}, error);
    if (error) return fail(Code::internal, error.message());
    return socket;
}

Socket as_socket(async::Executor executor, Descriptor accepted, const tcp& protocol) {
    Socket socket{executor};
    socket.assign(protocol, accepted.number());
    static_cast<void>(accepted.release());
    boost::system::error_code ignored; // of one that is gone already, which shows when it is read
    socket.non_blocking(true, ignored);
    socket.set_option(tcp::no_delay{true}, ignored);
    return socket;
}

} // namespace taleus::host
