#pragma once
// One libp2p connection as a byte machine: multistream-select, Noise XX, muxer (yamux or mplex), and for each stream
// multistream-select again. Identify and ping are answered inside. Pure: bytes and time go in, bytes and events come
// out; no socket, no clock, no thread. The owner drives it:
//
//     receive(bytes, now)   what the socket delivered, in any pieces
//     take_output()         what the socket should write, as much as fits one write
//     poll()                the next event, until nullopt
//     deadline()/expire()   the earliest instant at which time alone changes something
//
// Every buffer in it is bounded by `ConnectionLimits`; when `wants_input()` is false the owner stops reading the
// socket. A fault of the peer ends the connection with one `Closed` event, never with an exception. Early or repeated
// `expire` is harmless. Owner: the host's connection, on its shard.

#include "base/bytes.hpp"
#include "base/instant.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "p2p/stream_id.hpp"
#include "wire/keys.hpp"
#include "wire/multiaddr.hpp"
#include "wire/peer_id.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace taleus::p2p {

struct ConnectionLimits {
    Duration handshake = std::chrono::seconds{10};     // TCP accepted to muxer ready, in all
    Duration negotiation = std::chrono::seconds{10};   // a stream's multistream-select
    Duration idle = std::chrono::seconds{60};          // no stream open
    Duration ping_interval = std::chrono::seconds{30}; // muxer keep-alive; no pong within as long again ends it
    Duration write_stall = std::chrono::seconds{15};   // output waiting and nothing taken
    std::size_t streams_max = 1024;                    // inbound at once; one more is reset, the connection lives
    std::size_t streams_negotiating_max = 64;          // inbound, of these without a protocol yet
    std::size_t output_bytes_max = 256 * 1024;         // then input is not read until the socket took some
    std::size_t stream_window = 256 * 1024;            // yamux receive window of a stream (its initial value)
    std::size_t mplex_buffer_max = 128 * 1024;         // unread bytes of an mplex stream; beyond it is reset
    std::size_t mplex_streams_max = 1024;
    std::uint32_t resets_per_second_max = 1000; // opened in vain: reset by the peer, ended unagreed, or one too many
    std::uint32_t pings_per_second_max = 100;
};

struct NoiseIdentity; // p2p/noise_payload.hpp
class ProvenKeys;     // p2p/proven_keys.hpp

// What is the same for all connections of a node; outlives them.
struct ConnectionContext {
    const wire::KeyPair& identity;
    Random& random;
    ConnectionLimits limits;
    std::vector<std::string> protocols;        // application protocols that inbound streams may ask for
    std::vector<wire::Multiaddr> listen_addrs; // told by identify
    std::string agent = "taleus";
    bool mplex = true;       // offer and accept mplex beside yamux
    bool yamux = true;       // off: as a peer that knows mplex alone
    bool early_muxer = true; // off: name no muxers in the handshake, as rust-libp2p does not
    // `NoiseIdentity::make(identity, random)`, made once: without it every connection makes and signs a key of its own.
    std::shared_ptr<const NoiseIdentity> noise = nullptr;
    ProvenKeys* proven = nullptr; // of peers that come again; without it every signature is checked
};

namespace event {
// The secure channel proved who the remote is and a muxer is agreed on: streams may be opened.
struct Ready {
    wire::PeerId peer;
    std::string muxer;
};
// The peer opened a stream and a protocol of ours was agreed on.
struct StreamOpened {
    StreamId stream = 0;
    std::string protocol;
};
// Bytes arrived; they count against the stream's window until `consumed` is called.
struct StreamData {
    StreamId stream = 0;
    Bytes bytes;
};
struct StreamEnd { // the peer's writing half is closed; after all its data
    StreamId stream = 0;
};
// The stream is gone: reset by the peer, refused (protocol not supported), or ended by a limit or deadline.
struct StreamReset {
    StreamId stream = 0;
    std::string why;
};
// All that was written to the stream has been handed to the socket (taken by take_output).
struct StreamFlushed {
    StreamId stream = 0;
};
// The connection is over, with everything on it; no event follows. `code`: peer_gone, timeout, malformed,
// shutting_down, unreachable (the wrong peer answered) or internal.
struct Closed {
    Error error;
};
} // namespace event
using Event = std::variant<event::Ready, event::StreamOpened, event::StreamData, event::StreamEnd, event::StreamReset,
                           event::StreamFlushed, event::Closed>;

class Connection {
public:
    // A dialer must say whom it expects; any other identity closes the connection with `unreachable`.
    Connection(const ConnectionContext& context, Side side, wire::Multiaddr remote,
               std::optional<wire::PeerId> expected, Instant now);
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) = delete;

    // Its owner is another thread's from now on, with a context of the same node that outlives it there.
    void move_to(const ConnectionContext& context);

    void receive(ByteView bytes, Instant now);
    void receive_end(Instant now); // the socket's input ended
    bool wants_input() const;      // false while too much output waits, and after the end
    bool has_output() const;
    // Moves out what should be written now; frames that wait together travel in one Noise frame. Empty: nothing waits.
    Bytes take_output(Instant now);
    std::optional<Event> poll();
    std::optional<Instant> deadline() const;
    void expire(Instant now);

    // Streams, after Ready. Opening is lazy: the proposal and the first bytes written leave together; an end waits for
    // the answer, since js-libp2p 3.x loses one that comes in the same flight.
    StreamId open_stream(std::string_view protocol, Instant now);
    void write(StreamId stream, ByteView bytes, Instant now);
    void close_write(StreamId stream, Instant now); // after all that was written; its own empty frame
    void reset(StreamId stream, Instant now);       // both halves, at once; unknown or ended: nothing
    // The application took this many bytes of StreamData: the window opens again.
    void consumed(StreamId stream, std::size_t size, Instant now);
    std::size_t stream_count() const; // open, both directions

    // Graceful end: no new streams; GoAway once no stream is live; then Closed with shutting_down.
    void close(Instant now);
    bool is_closed() const;

    const wire::PeerId& peer() const; // empty before Ready

private:
    struct Layers;
    std::unique_ptr<Layers> layers_;
};

} // namespace taleus::p2p
