#pragma once
// A scripted peer: speaks the handshake honestly and after it whatever frames a test writes, to one connection of ours.
// For tests and fuzzers only.

#include "p2p/muxer.hpp"
#include "p2p/testing/pair.hpp"
#include "p2p/upgrade.hpp"
#include "p2p/yamux_frame.hpp"
#include "wire/varint.hpp"

namespace taleus::p2p::testing {

struct Frame {
    yamux::Header header;
    std::string body;
};

inline Bytes yamux_frame(yamux::Type type, int flags, std::uint32_t stream, std::uint32_t length,
                         std::string_view body = {}) {
    Bytes bytes;
    yamux::append_header(
        bytes, {.type = type, .flags = static_cast<std::uint16_t>(flags), .stream = stream, .length = length});
    append(bytes, body);
    return bytes;
}
inline Bytes yamux_data(std::uint32_t stream, std::string_view body, int flags = 0) {
    return yamux_frame(yamux::Type::data, flags, stream, static_cast<std::uint32_t>(body.size()), body);
}
inline Bytes yamux_update(std::uint32_t stream, int flags, std::uint32_t credit = 0) {
    return yamux_frame(yamux::Type::window_update, flags, stream, credit);
}
inline Bytes mplex_frame(std::uint64_t number, unsigned flag, std::string_view body = {}) {
    Bytes bytes;
    wire::append_varint(bytes, number << 3 | flag);
    wire::append_varint(bytes, body.size());
    append(bytes, body);
    return bytes;
}
inline std::string proposal(std::string_view protocol) {
    Bytes bytes;
    append_multistream_line(bytes, "/multistream/1.0.0");
    append_multistream_line(bytes, protocol);
    return to_text(bytes);
}
// Whole yamux frames in `bytes`; a cut one at the end is a test's mistake and left out.
inline std::vector<Frame> parse_yamux(ByteView bytes) {
    std::vector<Frame> frames;
    while (bytes.size() >= yamux::header_size) {
        const auto header = yamux::parse_header(bytes.first<yamux::header_size>());
        bytes = bytes.subspan(yamux::header_size);
        const std::size_t size = header->type == yamux::Type::data ? header->length : 0;
        if (bytes.size() < size) break;
        frames.push_back({.header = *header, .body = to_text(bytes.first(size))});
        bytes = bytes.subspan(size);
    }
    return frames;
}

class RawPeer {
public:
    // We are the `side` end; the connection under test is the other and belongs to `theirs`.
    RawPeer(Node& ours, Node& theirs, Side side)
        : connection{theirs.context, side == Side::dialer ? Side::listener : Side::dialer,
                     wire::Multiaddr::tcp("127.0.0.1", 50000),
                     side == Side::dialer ? std::optional<wire::PeerId>{} : ours.peer(), now},
          upgrade_{ours.context, side, std::nullopt, output_} {
        shake();
    }

    void send(const Bytes& plain) {
        send_quietly(plain);
        heard.take(connection);
    }
    void send_quietly(const Bytes& plain) { // the events are left to the caller
        for (std::size_t at = 0; at < plain.size(); at += SecureChannel::plaintext_max) {
            Bytes frame(NoiseFrames::prefix_size);
            append(frame, ByteView{plain}.subspan(at, std::min(SecureChannel::plaintext_max, plain.size() - at)));
            if (channel_->seal(frame)) connection.receive(frame, now);
        }
    }
    // Everything the connection wants to write, opened.
    Bytes receive() {
        Bytes all;
        while (true) {
            const auto sealed = connection.take_output(now);
            if (sealed.empty()) break;
            ByteView rest{sealed};
            Bytes plain;
            while (*channel_->receive(rest, plain)) append(all, plain);
        }
        heard.take(connection);
        return all;
    }
    std::vector<Frame> receive_yamux() { return parse_yamux(receive()); }
    void advance(Duration by) {
        now += by;
        connection.expire(now);
        heard.take(connection);
    }
    bool lives() const { return !connection.is_closed(); }

    Instant now{};
    Connection connection;
    Heard heard;

private:
    void shake() {
        connection.receive(std::exchange(output_, {}), now);
        while (!channel_) {
            const auto bytes = connection.take_output(now);
            ByteView rest{bytes};
            auto done = upgrade_.receive(rest, output_);
            if (done && *done) channel_.emplace(std::move((*done)->channel));
            const auto answer = std::exchange(output_, {});
            if (!channel_ && answer.empty() && bytes.empty()) break; // they do not agree; the test will see
            connection.receive(answer, now);
        }
        heard.take(connection);
    }

    Bytes output_;
    Upgrade upgrade_;
    std::optional<SecureChannel> channel_;
};

} // namespace taleus::p2p::testing
