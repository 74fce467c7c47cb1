#pragma once
// One listening TCP socket: accepts what waits, refuses at once what the limits have no place for, and pauses when
// the process has run out of descriptors or memory instead of spinning. Owned by the host until `is_idle`; one thread.

#include "async/handler_memory.hpp"
#include "host/shard.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <expected>

namespace taleus::host {

class TcpListener {
public:
    explicit TcpListener(Shard& shard);
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    // Binds to /ip4|ip6/HOST/tcp/PORT; the answer has the real port. `conflict` where somebody has it,
    // `dependency_unavailable` where this machine has no such address or does not give it, `overloaded` where it has no
    // room for a socket.
    Result<wire::Multiaddr> open(const wire::Multiaddr& address);
    // Takes over a socket that somebody else bound and listens on; it is ours to close, also at an error.
    Result<wire::Multiaddr> adopt(int listening);
    void start();
    void close(); // no connection is accepted from now on
    bool is_idle() const { return !waiting_; }

private:
    using Acceptor = asio::basic_socket_acceptor<tcp, async::Executor>;

    Result<void> bind(const tcp::endpoint& endpoint);
    void wait();
    void accept_waiting();
    bool accept_one(); // false: none waits, or we must pause
    void rest_after(const boost::system::error_code& why) noexcept;
    std::expected<guard::Scopes::Permit, Refusal> admitted(const wire::Multiaddr& from);
    void admit(Descriptor accepted, const tcp::endpoint& from);

    Shard& shard_;
    Acceptor acceptor_;
    async::Clock::Timer pause_;
    async::HandlerMemory<256> memory_; // to wait in
    bool waiting_ = false;
    bool exhausted_ = false; // told once, until a connection is accepted again
};

} // namespace taleus::host
