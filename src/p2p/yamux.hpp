#pragma once
// yamux as a byte machine (libp2p specification, yamux/README.md). Lenient in what peers in the field do (credit in a
// reset, updates for streams that are gone, all three ways of opening), strict where bytes are counted: a frame beyond
// the window or a credit beyond 32 bits ends the connection. Pure; owner: the connection's streams.

#include "p2p/fifo.hpp"
#include "p2p/muxer.hpp"
#include "p2p/rate_window.hpp"
#include "p2p/send_buffer.hpp"
#include "p2p/yamux_frame.hpp"

#include <array>
#include <unordered_map>

namespace taleus::p2p {

class Yamux final : public Muxer {
public:
    Yamux(Side side, const MuxerLimits& limits);

    std::string_view protocol() const override { return yamux_protocol; }
    MuxerStep receive(ByteView& input, Instant now) override;
    StreamId open() override;
    void write(StreamId stream, ByteView bytes) override;
    void close_write(StreamId stream) override;
    void reset(StreamId stream) override;
    void consumed(StreamId stream, std::size_t size) override;
    bool has(StreamId stream) const override;
    bool ping() override;
    void go_away(std::uint32_t code) override { farewell_ = code; }
    std::size_t output_size() const override;
    void take_output(Bytes& to, std::size_t size_max, std::vector<StreamId>& flushed) override;

private:
    // How far the opening of a stream has come: ours are silent until their SYN left (or waiting, while too many others
    // are unacknowledged) and announced until acknowledged, the peer's owe it an acknowledgement.
    enum class Opening : std::uint8_t { silent, waiting, announced, owing, settled };
    enum class Half : std::uint8_t { open, ending, ended };
    struct Stream {
        StreamId id = 0;
        Opening opening = Opening::silent;
        Half ours = Half::open;
        Half theirs = Half::open;
        bool queued = false;
        std::uint32_t send_window = yamux::window_initial;
        std::uint32_t receive_window = yamux::window_initial; // what the peer may still send
        std::size_t unread = 0;                               // announced by the peer and not yet consumed
        std::size_t sendable = 0;                             // as added to sendable_
        SendBuffer out;
    };
    // The parts of one frame, in the order in which they take effect.
    enum class Phase : std::uint8_t { header, opening, effect, body, ending };

    MuxerStep advance(ByteView& input, Instant now);
    bool read_header(ByteView& input);
    MuxerStep begin_frame();
    MuxerStep accept(Instant now);
    MuxerStep apply(Instant now);
    MuxerStep begin_body(Stream* stream);
    MuxerStep peer_reset(Stream* stream, Instant now);
    MuxerStep take_body(ByteView& input);
    MuxerStep end_frame();
    MuxerStep on_credit(Stream* stream);
    MuxerStep on_ping(Instant now);

    bool is_ours(std::uint32_t wire) const { return (wire & 1) == (side_ == Side::dialer ? 1 : 0); }
    Stream* find(std::uint32_t wire);
    Stream* find(StreamId id);
    void erase(std::uint32_t wire);
    void acknowledged(Stream& stream);
    void release_waiting();
    std::uint32_t grant_due(const Stream& stream) const;
    std::size_t sendable(const Stream& stream) const;
    void reckon(Stream& stream);
    void wait(Stream& stream);
    void take_control(Bytes& to, std::size_t end);
    void take_turn(Stream& stream, Bytes& to, std::size_t body_room, std::vector<StreamId>& flushed);
    std::uint16_t opening_flags(Stream& stream);

    Side side_;
    MuxerLimits limits_;
    std::unordered_map<std::uint32_t, Stream> streams_; // by the id on the wire
    std::uint32_t next_wire_;
    std::uint32_t serial_ = 0; // upper half of a StreamId, since a peer may reuse an id on the wire
    std::size_t inbound_ = 0;
    std::size_t unacknowledged_ = 0;

    Phase phase_ = Phase::header;
    std::array<std::uint8_t, yamux::header_size> header_bytes_{};
    std::size_t header_filled_ = 0;
    yamux::Header frame_;
    std::uint32_t body_left_ = 0;

    Bytes control_;               // whole frames: resets and our ping
    Fifo<std::uint32_t> pongs_;   // owed; ahead of everything else
    Fifo<std::uint32_t> ready_;   // streams with something to send, one frame each in turn
    Fifo<std::uint32_t> waiting_; // ours, silent because too many are unacknowledged
    std::size_t sendable_ = 0;
    std::optional<std::uint32_t> farewell_;
    std::uint32_t ping_value_ = 0;
    RateWindow resets_;
    RateWindow pings_;
};

} // namespace taleus::p2p
