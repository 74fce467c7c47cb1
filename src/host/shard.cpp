#include "host/shard.hpp"

#include "base/ensure.hpp"
#include "host/connection.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace taleus::host {

namespace {
constexpr std::size_t read_buffer_size = 128 * 1024; // two of the largest Noise frames
constexpr Duration turns_apart_min = std::chrono::milliseconds{1};
constexpr Duration turns_apart_max = std::chrono::milliseconds{5};
constexpr Duration heard_within = std::chrono::seconds{2};
constexpr Duration look_again = std::chrono::microseconds{500};
} // namespace

Shard::Shard(async::Executor executor_, async::Clock& clock_, p2p::ConnectionContext context_,
             ports::StreamHandler* handler_, guard::Protection& guards_, HostLimits limits_, Duration linger_, Log log_)
    : executor{executor_}, clock{clock_}, context{std::move(context_)}, handler{handler_}, guards{guards_},
      limits{limits_}, linger{linger_}, log{log_}, buffer(read_buffer_size),
      turn_timer_{clock_, [this] { await_turn(); }}, quiet_{executor_} {}

Shard::~Shard() { ensure(connections.empty() && operations_ == 0, "a host ended before its connections: close it"); }

Duration turns_apart(std::size_t waiting) {
    const auto many = static_cast<Duration::rep>(std::max<std::size_t>(waiting, 1));
    return std::clamp<Duration>(heard_within / many, turns_apart_min, turns_apart_max);
}

void Shard::remove(Connection& connection) {
    connections.erase(connection.self_);
    tell_when_quiet();
}

void Shard::queue_up(std::move_only_function<void()> turn) {
    turns_.push_back(std::move(turn));
    if (turns_.size() > 1) return;
    begin_operation();
    await_turn();
}

void Shard::await_turn() noexcept {
    const bool is_time = closing || guards.work.has_room(streams_per_turn_max) ||
                         clock.now() - turn_taken_ >= turns_apart(turns_.size());
    if (!is_time && look_again_soon()) return;
    asio::post(executor, asio::bind_allocator(turn_memory_.allocator(), [this] { take_turn(); }));
}

bool Shard::look_again_soon() noexcept {
    try {
        turn_timer_.set(clock.now() + look_again);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void Shard::take_turn() {
    turn_taken_ = clock.now();
    turns_.front()();
    turns_.pop_front();
    if (!turns_.empty()) return await_turn();
    end_operation();
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

} // namespace taleus::host
