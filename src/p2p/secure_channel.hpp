#pragma once
// The transport phase of Noise: plaintext in and out of length-prefixed frames. Keeps no buffer beyond a frame that
// arrived in part. Pure; owner: the connection.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "p2p/noise_handshake.hpp"

#include <optional>

namespace taleus::p2p {

// Two bytes of length and so many bytes: the frames of a Noise handshake and of its transport alike.
class NoiseFrames {
public:
    static constexpr std::size_t prefix_size = 2;

    // The next whole frame off the front of `input`; nullopt: all of it was taken. A view into `input` or into this
    // object, until the next call. `malformed` where its length is not within the limits.
    Result<std::optional<ByteView>> next(ByteView& input, std::size_t size_min, std::size_t size_max);

private:
    Bytes partial_;
    bool handed_out_ = false; // partial_ is the frame that the caller has seen
};

void append_noise_frame(Bytes& to, ByteView message);

class SecureChannel {
public:
    static constexpr std::size_t plaintext_max = 65535 - NoiseCipher::tag_size;

    explicit SecureChannel(NoiseHandshake::Ciphers ciphers) : ciphers_{std::move(ciphers)} {}

    // Opens the next whole frame into `plain` (replacing what is there). False: more input is needed. An error is
    // final.
    Result<bool> receive(ByteView& input, Bytes& plain);

    // Seals what follows the first two bytes of `frame` (kept free for the length) in place.
    [[nodiscard]] bool seal(Bytes& frame);

private:
    NoiseHandshake::Ciphers ciphers_;
    NoiseFrames frames_;
};

} // namespace taleus::p2p
