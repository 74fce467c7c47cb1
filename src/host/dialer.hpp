#pragma once
// Reaches a peer: resolves its address, tries the endpoints one after the other a short while apart (RFC 8305), and
// takes the first that proves the identity; the others are dropped. One thread.

#include "host/connection.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::host {

// A live connection in the hands of who dialled.
class OutboundConnection final : public ports::Connection, public host::Connection::Watcher {
public:
    explicit OutboundConnection(host::Connection& connection);
    ~OutboundConnection() override;
    OutboundConnection(const OutboundConnection&) = delete;
    OutboundConnection& operator=(const OutboundConnection&) = delete;

    const wire::PeerId& peer() const override { return remote_->peer; }
    const wire::Multiaddr& remote() const override { return remote_->address; }
    bool is_alive() const override { return connection_ != nullptr && connection_->is_alive(); }
    ports::awaitable<Result<std::unique_ptr<ports::Stream>>> open(std::string_view protocol) override;

private:
    void on_ready(host::Connection&) override {}
    void on_closed(host::Connection&, const Error&) override { connection_ = nullptr; }

    host::Connection* connection_;
    std::shared_ptr<const Remote> remote_;
};

using Dialled = Result<std::unique_ptr<ports::Connection>>;

// Attempts at several endpoints of one peer. Destroying it drops those that have not won.
class DialRace final : public host::Connection::Watcher {
public:
    DialRace(Shard& shard, wire::PeerId expected, std::vector<tcp::endpoint> endpoints, Duration stagger);
    ~DialRace() override;
    DialRace(const DialRace&) = delete;
    DialRace& operator=(const DialRace&) = delete;

    async::awaitable<Dialled> winner();

private:
    void start_next();
    bool start(const tcp::endpoint& endpoint);
    void on_ready(Connection& connection) override;
    void on_closed(Connection& connection, const Error& error) override;
    void note(const tcp::endpoint& endpoint, const Error& error);
    void drop_running();

    struct Attempt {
        Connection* connection = nullptr;
        tcp::endpoint endpoint;
    };

    Shard& shard_;
    const wire::PeerId expected_;
    const std::vector<tcp::endpoint> endpoints_;
    const Duration stagger_;
    std::size_t next_ = 0;
    std::vector<Attempt> running_;
    std::string failures_;
    bool was_lost_ = false; // somebody was there and went away
    async::Clock::Timer timer_;
    async::OneShot<Dialled> winner_;
};

async::awaitable<Dialled> dial(Shard& shard, wire::Multiaddr address, Duration stagger);

} // namespace taleus::host
