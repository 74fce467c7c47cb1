#pragma once
// The streams of an authenticated connection: agrees on a protocol for each, answers identify and ping itself, and
// turns the rest into events for the application. What goes wrong on a stream ends that stream; an error of the muxer
// is returned and ends the connection. Pure; owner: the connection.

#include "p2p/connection.hpp"
#include "p2p/fifo.hpp"
#include "p2p/identify.hpp"
#include "p2p/multistream.hpp"
#include "p2p/muxer.hpp"
#include "p2p/ping.hpp"
#include "p2p/rate_window.hpp"

#include <array>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>

namespace taleus::p2p {

class Streams {
public:
    Streams(const ConnectionContext& context, std::unique_ptr<Muxer> muxer, wire::Multiaddr remote,
            Fifo<Event>& events);

    Result<void> receive(ByteView plain, Instant now);
    std::size_t output_size() const { return muxer_->output_size(); }
    void take_output(Bytes& to, std::size_t size_max);

    StreamId open(std::string_view protocol, Instant now);
    void write(StreamId stream, ByteView bytes);
    void close_write(StreamId stream);
    void reset(StreamId stream);
    void consumed(StreamId stream, std::size_t size) { muxer_->consumed(stream, size); }

    std::size_t count() const; // identify and ping not included: they keep no connection alive
    std::optional<Instant> deadline() const;
    void expire(Instant now);

    bool ping() { return muxer_->ping(); } // false where the muxer has none
    void refuse_new() { stage_ = Stage::refusing; }
    void say_farewell(std::uint32_t code); // ends the services; leaves after everything that waits
    bool peer_said_farewell() const { return stage_ == Stage::peer_leaving; }

    void use(const ConnectionContext& context); // in place of the one that it had

private:
    struct Negotiating { // the peer's, without a protocol yet
        MultistreamListener multistream;
    };
    struct Proposed { // ours; the application writes already
        MultistreamDialer multistream;
        // The application closed its half. The frame waits for the peer's word: js-libp2p 3.x never shows its
        // application an end that came in one flight with the proposal.
        bool is_closing = false;
    };
    struct Application {};
    struct IdentifyReply {};
    struct IdentifyPush { // nothing of it is used
        std::size_t size = 0;
    };
    struct Pinging {
        PingEcho echo;
        std::size_t unflushed = 0; // credit for what we echo is given when the echo has left
    };
    using Role = std::variant<Negotiating, Proposed, Application, IdentifyReply, IdentifyPush, Pinging>;
    struct Stream {
        Role role;
        bool is_owed_flush = false; // the application wrote, or closed, and was not told yet that it left
    };

    Result<void> on(const mux::Opened& event, Instant now);
    Result<void> on(const mux::Data& event, Instant now);
    Result<void> on(const mux::End& event, Instant now);
    Result<void> on(const mux::Reset& event, Instant now);
    Result<void> on(const mux::GoAway& event, Instant now);

    void feed(StreamId id, ByteView bytes);
    void feed_role(StreamId id, Negotiating& role, ByteView bytes);
    void feed_role(StreamId id, Proposed& role, ByteView bytes);
    void feed_role(StreamId id, Application& role, ByteView bytes);
    void feed_role(StreamId id, IdentifyReply& role, ByteView bytes);
    void feed_role(StreamId id, IdentifyPush& role, ByteView bytes);
    void feed_role(StreamId id, Pinging& role, ByteView bytes);
    void begin(StreamId id, const std::string& protocol);
    void answer_identify(StreamId id);
    void on_flushed(StreamId id);

    enum class Stage : std::uint8_t { open, refusing, peer_leaving };
    template <class R> std::size_t playing() const {
        return []<class... Roles>(const auto& counts, const std::variant<Roles...>*) {
            std::size_t i = 0;
            std::size_t sum = 0;
            ((sum += std::is_same_v<R, Roles> ? counts[i] : 0, ++i), ...);
            return sum;
        }(playing_, static_cast<const Role*>(nullptr));
    }
    Stream* find(StreamId id);
    bool is_the_applications(const Stream& stream) const;
    bool is_timed(StreamId id) const;
    void add(StreamId id, Role role, Instant now);
    void play(Stream& stream, Role role);
    void forget(StreamId id);
    void forget_if_gone(StreamId id);
    void drop(StreamId id, std::string_view why);

    const ConnectionContext* context_ = nullptr;
    std::unique_ptr<Muxer> muxer_;
    wire::Multiaddr remote_;
    Fifo<Event>& events_;
    std::vector<std::string_view> protocols_; // the application's and ours
    std::unordered_map<StreamId, Stream> streams_;
    std::array<std::size_t, std::variant_size_v<Role>> playing_{}; // how many streams play each role

    struct Watch {
        Instant deadline;
        StreamId stream = 0;
    };
    Fifo<Watch> watches_; // all streams have the same time, so the earliest deadline is in front
    RateWindow refusals_;
    bool is_in_vain_ = false; // since the last event a stream of the peer's was refused, or ended without a protocol
    Stage stage_ = Stage::open;
};

} // namespace taleus::p2p
