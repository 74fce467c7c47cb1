#pragma once
// What yamux and mplex have in common: many two-way byte streams over one ordered channel. A muxer decides when a frame
// is built (at `take_output`, from what each stream owes), so what waits in it is bounded by its streams and not by the
// number of frames that a peer provoked. Pure; owner: the connection.

#include "base/bytes.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"
#include "p2p/stream_id.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace taleus::p2p {

struct MuxerLimits {
    std::size_t inbound_max = 1024;  // one more is reset
    std::size_t window = 256 * 1024; // unread bytes of a stream: yamux's receive window, mplex's bound
    std::uint32_t resets_per_second_max = 1000;
    std::uint32_t pings_per_second_max = 100;
};

namespace mux {
struct Opened {
    StreamId stream = 0;
};
struct Data { // `bytes` points into the input
    StreamId stream = 0;
    ByteView bytes;
};
struct End {
    StreamId stream = 0;
};
struct Reset {
    StreamId stream = 0;
    std::string_view why;
};
struct GoAway {
    std::uint32_t code = 0;
};
} // namespace mux
using MuxerEvent = std::variant<mux::Opened, mux::Data, mux::End, mux::Reset, mux::GoAway>;
using MuxerStep = Result<std::optional<MuxerEvent>>;

class Muxer {
public:
    virtual ~Muxer() = default;
    virtual std::string_view protocol() const = 0;

    // Takes bytes off the front of `input` until they make an event; nullopt: all taken. An error ends the connection.
    virtual MuxerStep receive(ByteView& input, Instant now) = 0;

    // Calls for a stream that is gone do nothing.
    virtual StreamId open() = 0; // 0: no more can be opened on this connection
    virtual void write(StreamId stream, ByteView bytes) = 0;
    virtual void close_write(StreamId stream) = 0;
    virtual void reset(StreamId stream) = 0;
    virtual void consumed(StreamId stream, std::size_t size) = 0;
    virtual bool has(StreamId stream) const = 0; // false once both halves ended or it was reset

    virtual bool ping() = 0;                      // false where the muxer knows no ping
    virtual void go_away(std::uint32_t code) = 0; // leaves after everything else that waits
    virtual std::size_t output_size() const = 0;  // about what could leave now; 0 exactly when nothing can
    // Appends frames of at most `size_max` bytes in all; names in `flushed` each stream that has nothing left to send.
    virtual void take_output(Bytes& to, std::size_t size_max, std::vector<StreamId>& flushed) = 0;
};

inline constexpr std::string_view yamux_protocol = "/yamux/1.0.0";
inline constexpr std::string_view mplex_protocol = "/mplex/6.7.0";

std::unique_ptr<Muxer> make_yamux(Side side, const MuxerLimits& limits);
std::unique_ptr<Muxer> make_mplex(const MuxerLimits& limits);

} // namespace taleus::p2p
