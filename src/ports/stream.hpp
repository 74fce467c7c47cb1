#pragma once
// What the session layer asks of a network: streams of an authenticated peer, and connections to dial. The host
// implements it over libp2p, the simulator in memory. One shard's thread.

#include "async/awaitable.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/multiaddr.hpp"
#include "wire/peer_id.hpp"

#include <memory>
#include <string_view>

namespace taleus::ports {

using async::awaitable;

// One stream on which a protocol was agreed. Owned by who uses it; destroying one that was not finished and read to its
// end resets it. Every awaitable is cancellable by the task's limit, after which only `reset` and destruction make
// sense.
class Stream {
public:
    virtual ~Stream() = default;
    virtual const wire::PeerId& peer() const = 0; // as the secure channel proved it
    virtual const wire::Multiaddr& remote() const = 0;

    // The next bytes; empty exactly at the end of the stream. `peer_gone` after a reset or a lost connection; bytes
    // that had arrived are delivered first, and an end that had arrived stays an end.
    virtual awaitable<Result<Bytes>> read() = 0;
    // Sends, closes the writing half and returns when all of it has been handed to the operating system. Once.
    virtual awaitable<Result<void>> finish(Bytes last) = 0;
    virtual void reset() noexcept = 0;
};

// Takes inbound streams of the bootstrap protocol. Must not block or throw.
class StreamHandler {
public:
    virtual ~StreamHandler() = default;
    virtual void on_stream(std::unique_ptr<Stream> stream) = 0;
};

// An outbound connection; destroying it closes it gracefully in the background.
class Connection {
public:
    virtual ~Connection() = default;
    virtual const wire::PeerId& peer() const = 0;
    virtual const wire::Multiaddr& remote() const = 0;
    virtual bool is_alive() const = 0;
    // Opens a stream for `protocol`, lazily: a refusal shows at the first read, as `peer_gone`.
    virtual awaitable<Result<std::unique_ptr<Stream>>> open(std::string_view protocol) = 0;
};

class Network {
public:
    virtual ~Network() = default;
    // Resolves, connects and proves that the remote is the peer of `address` (which ends in /p2p). Otherwise
    // `peer_gone` when somebody took the connection and went away without a word, as a listener does that ends, and
    // else `unreachable`, also for transports this program does not speak; with a context for people, which names the
    // address. Cancellable.
    virtual awaitable<Result<std::unique_ptr<Connection>>> dial(wire::Multiaddr address) = 0;
};

} // namespace taleus::ports
