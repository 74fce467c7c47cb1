#include "host/tcp_listener.hpp"

#include "base/descriptor.hpp"
#include "base/no_socket.hpp"
#include "host/connection.hpp"
#include "wire/address_block.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>

namespace taleus::host {

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

constexpr int accepted_per_turn_max = 64;        // then the connections have their turn
constexpr Duration pause_when_exhausted = 100ms; // descriptors come back when connections end

Refusal refusal_of(guard::Kind scope) {
    if (scope == guard::Kind::address) return Refusal::address;
    return scope == guard::Kind::unauthenticated ? Refusal::handshaking : Refusal::connections;
}

error_code last_error() { return {errno, boost::system::system_category()}; }

} // namespace

TcpListener::TcpListener(Shard& shard)
    : shard_{shard}, acceptor_{shard.executor}, pause_{shard.clock, [this] { wait(); }} {}

Result<wire::Multiaddr> TcpListener::open(const wire::Multiaddr& address) {
    const auto wanted = address.as_tcp();
    if (!wanted || (wanted->kind != wire::Multiaddr::Host::ip4 && wanted->kind != wire::Multiaddr::Host::ip6))
        return fail(Code::malformed,
                    fmt::format("cannot listen on {}: it is not /ip4 or /ip6 with /tcp", escaped(address.to_text())));
    error_code error;
    const auto host = asio::ip::make_address(wanted->host, error);
    if (error) return fail(Code::malformed, fmt::format("cannot listen on {}: no IP address", address.to_text()));
    if (auto bound = bind({host, wanted->port}); !bound) {
        acceptor_.close(error);
        return fail(bound.error().code,
                    fmt::format("cannot listen on {}: {}", address.to_text(), bound.error().context));
    }
    return to_multiaddr(acceptor_.local_endpoint());
}

Result<void> TcpListener::bind(const tcp::endpoint& endpoint) {
    const int handle = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    error_code error;
    if (handle < 0) {
        error = last_error();
        return fail(code_of_no_socket(error.value()), error.message());
    }
    acceptor_.assign(endpoint.protocol(), handle, error);
    if (!error) acceptor_.set_option(Acceptor::reuse_address{true}, error);
    // Each family for itself, so that both wildcards can be bound side by side.
    if (!error && endpoint.address().is_v6()) acceptor_.set_option(asio::ip::v6_only{true}, error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(Acceptor::max_listen_connections, error);
    if (error) return fail(code_of_no_socket(error.value()), error.message());
    return {};
}

Result<wire::Multiaddr> TcpListener::adopt(int listening) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    const auto refused = [&](std::string_view why) {
        ::close(listening);
        return fail(Code::malformed, fmt::format("cannot take over the listening socket {}: {}", listening, why));
    };
    if (::getsockname(listening, reinterpret_cast<sockaddr*>(&bound), &size) != 0) // NOLINT(*-reinterpret-cast)
        return refused(last_error().message());
    if (bound.ss_family != AF_INET && bound.ss_family != AF_INET6) return refused("it is not TCP over IPv4 or IPv6");
    int ipv6_only = 0;
    size = sizeof ipv6_only;
    if (bound.ss_family == AF_INET6 &&
        (::getsockopt(listening, IPPROTO_IPV6, IPV6_V6ONLY, &ipv6_only, &size) != 0 || ipv6_only == 0))
        return refused("it takes IPv4 too, where each family must have a socket of its own (BindIPv6Only=ipv6-only)");
    error_code error;
    acceptor_.assign(bound.ss_family == AF_INET ? tcp::v4() : tcp::v6(), listening, error);
    if (error) return refused(error.message());
    acceptor_.non_blocking(true, error);
    if (error) return fail(Code::internal, error.message());
    return to_multiaddr(acceptor_.local_endpoint());
}

void TcpListener::start() { wait(); }

void TcpListener::close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.clear();
}

void TcpListener::wait() {
    waiting_ = true;
    shard_.begin_operation();
    acceptor_.async_wait(Acceptor::wait_read,
                         asio::bind_allocator(memory_.allocator(), [this](const error_code& error) {
                             waiting_ = false;
                             if (!error && acceptor_.is_open()) accept_waiting();
                             shard_.end_operation();
                         }));
}

void TcpListener::accept_waiting() {
    for (int i = 0; i < accepted_per_turn_max; ++i)
        if (!accept_one()) break;
    if (acceptor_.is_open() && !pause_.is_set()) wait();
}

bool TcpListener::accept_one() {
    tcp::endpoint from;
    auto length = static_cast<socklen_t>(from.capacity());
    Descriptor accepted{::accept4(acceptor_.native_handle(), from.data(), &length, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!accepted) {
        const auto error = last_error();
        if (error == asio::error::would_block || error == asio::error::try_again) return false;
        // The caller went away, or a signal came: the next may be there already.
        if (error == asio::error::connection_aborted || error == asio::error::interrupted) {
            ++shard_.counts.accept_failures;
            return true;
        }
        rest_after(error);
        return false;
    }
    from.resize(length);
    try {
        admit(std::move(accepted), from);
    } catch (const boost::system::system_error& error) { // it costs this caller its connection
        rest_after(error.code());
        return false;
    } catch (const std::bad_alloc&) { // likewise
        rest_after(asio::error::no_memory);
        return false;
    }
    exhausted_ = false;
    return acceptor_.is_open(); // the gate may have closed us
}

// Descriptors and memory come back when connections end. Where there is no memory even to pause, the next caller is
// tried at once.
void TcpListener::rest_after(const error_code& why) noexcept {
    ++shard_.counts.accept_failures;
    try {
        if (!std::exchange(exhausted_, true))
            shard_.log.warn("cannot accept connections: {}; trying again until it works", why.message());
        pause_.set(shard_.clock.now() + pause_when_exhausted);
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch): without a pause, then
    }
}

// A place first, which costs nobody anything, then the rate. Both before anything is read.
std::expected<guard::Scopes::Permit, Refusal> TcpListener::admitted(const wire::Multiaddr& from) {
    using guard::Kind;
    const auto block = wire::address_block(from);
    const auto& limits = shard_.limits;
    auto permit = shard_.guards.scopes.take({{{Kind::process}, {.connections = limits.connections_max}},
                                             {{Kind::unauthenticated}, {.connections = limits.handshaking_max}},
                                             {{Kind::address, block}, {.connections = limits.per_address_max}}},
                                            {.connections = 1});
    if (!permit) return std::unexpected(refusal_of(permit.error().scope));
    const auto rate = shard_.guards.connects.admit({{guard::Stage::address, as_bytes(block)}, {guard::Stage::global}},
                                                   {.contacts = 1}, limits.rates, shard_.clock.now());
    if (!rate) return std::unexpected(Refusal::rate);
    return std::move(*permit);
}

void TcpListener::admit(Descriptor accepted, const tcp::endpoint& from) {
    auto address = to_multiaddr(from);
    auto permit = admitted(address);
    if (!permit) return shard_.refuse(permit.error());
    if (shard_.handshakes != nullptr)
        return shard_.deal({.descriptor = std::move(accepted),
                            .protocol = from.protocol(),
                            .address = std::move(address),
                            .permit = std::move(*permit),
                            .accepted = shard_.clock.now()});
    auto socket = as_socket(shard_.executor, std::move(accepted), from.protocol());
    shard_.add(std::move(socket), std::move(address), std::move(*permit)).start();
}

} // namespace taleus::host
