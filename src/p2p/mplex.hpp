#pragma once
// mplex as a byte machine (libp2p specification, mplex/README.md). It has no flow control, so what a peer may have
// unread on a stream is bounded here and a stream beyond it is reset. Peers in the field speak it; it is otherwise
// deprecated. Pure; owner: the connection's streams.

#include "p2p/fifo.hpp"
#include "p2p/muxer.hpp"
#include "p2p/rate_window.hpp"
#include "p2p/send_buffer.hpp"

#include <unordered_map>

namespace taleus::p2p {

class Mplex final : public Muxer {
public:
    explicit Mplex(const MuxerLimits& limits) : limits_{limits} {}

    std::string_view protocol() const override { return mplex_protocol; }
    MuxerStep receive(ByteView& input, Instant now) override;
    StreamId open() override;
    void write(StreamId stream, ByteView bytes) override;
    void close_write(StreamId stream) override;
    void reset(StreamId stream) override;
    void consumed(StreamId stream, std::size_t size) override;
    bool has(StreamId stream) const override { return streams_.contains(stream); }
    bool ping() override { return false; }
    void go_away(std::uint32_t) override {} // mplex knows no farewell
    std::size_t output_size() const override { return control_.size() + sendable_; }
    void take_output(Bytes& to, std::size_t size_max, std::vector<StreamId>& flushed) override;

private:
    // The same number may be open once from each side.
    struct Name {
        std::uint64_t number = 0;
        bool ours = false;
        std::uint64_t key() const { return number << 1 | (ours ? 1 : 0); }
    };
    enum class Half : std::uint8_t { open, ending, ended };
    struct Stream {
        Name name;
        bool announced = true; // ours begin without: the first turn tells the peer
        bool queued = false;
        Half ours = Half::open;
        Half theirs = Half::open;
        std::size_t unread = 0;
        std::size_t sendable = 0;
        SendBuffer out;
    };
    enum class Phase : std::uint8_t { header, length, body, skip };

    Result<bool> read_number(ByteView& input, std::uint64_t& number);
    MuxerStep begin_frame(Instant now);
    MuxerStep accept(Instant now);
    MuxerStep take_body(ByteView& input);
    MuxerStep peer_reset(StreamId id, Instant now);

    StreamId id_of(Name name) const;
    Name frame_name() const;
    void erase(StreamId id);
    void reckon(StreamId id, Stream& stream);
    void append_frame(Bytes& to, Name name, unsigned action, ByteView body) const;
    void take_turn(StreamId id, Stream& stream, Bytes& to, std::size_t body_room, std::vector<StreamId>& flushed);

    MuxerLimits limits_;
    std::unordered_map<StreamId, Stream> streams_;
    std::unordered_map<std::uint64_t, StreamId> ids_; // by Name::key
    StreamId last_id_ = 0;
    std::uint64_t next_number_ = 0;
    std::size_t inbound_ = 0;

    Phase phase_ = Phase::header;
    Bytes number_; // a varint of which the rest is still to come
    std::uint64_t frame_header_ = 0;
    std::uint64_t body_left_ = 0;

    Bytes control_;
    Fifo<StreamId> ready_;
    std::size_t sendable_ = 0;
    RateWindow resets_;
};

} // namespace taleus::p2p
