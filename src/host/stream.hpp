#pragma once
// One stream of a connection, as the session layer sees it. Its bytes wait here until they are read, at most a window's
// worth, since the window opens again only by reading. Owned by who uses it; the connection may end before it.

#include "async/one_shot.hpp"
#include "host/connection.hpp"
#include "ports/stream.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace taleus::host {

class Stream final : public ports::Stream {
public:
    Stream(Connection& connection, p2p::StreamId id, async::Executor executor);
    ~Stream() override { reset(); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    const wire::PeerId& peer() const override { return remote_->peer; }
    const wire::Multiaddr& remote() const override { return remote_->address; }
    ports::awaitable<Result<Bytes>> read() override;
    ports::awaitable<Result<void>> finish(Bytes last) override;
    void reset() noexcept override;

    // Of an inbound one: its place among the streams, until we are destroyed.
    void hold(guard::Scopes::Permit permit) { permit_ = std::move(permit); }

    // Told by the connection.
    void on_data(Bytes bytes);
    void on_end();
    void on_flushed();
    void on_lost(std::string_view why) noexcept; // reset by the peer, or the connection is gone

private:
    enum class Half : std::uint8_t { open, closing, ended, lost };

    Connection* connection_; // null once the stream is over
    const p2p::StreamId id_;
    std::shared_ptr<const Remote> remote_;
    guard::Scopes::Permit permit_;
    Half input_ = Half::open;
    Half output_ = Half::open; // closing: until all of it is handed to the operating system
    Bytes arrived_;
    std::string why_lost_;
    async::OneShot<std::monostate> readable_; // set at any change of the input
    async::OneShot<std::monostate> written_;  // set when the output ended or was lost
};

} // namespace taleus::host
