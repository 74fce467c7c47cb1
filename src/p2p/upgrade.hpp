#pragma once
// From a fresh TCP connection to an authenticated channel with a muxer agreed on: multistream-select for /noise, the
// Noise handshake, then the muxer from the handshake's lists or by multistream-select inside the channel. A state of
// its own per step; what a peer pipelines behind a step is kept for the next. The caller keeps the deadline. Pure;
// owner: the connection.

#include "p2p/connection.hpp"
#include "p2p/multistream.hpp"
#include "p2p/noise_payload.hpp"
#include "p2p/secure_channel.hpp"

#include <optional>
#include <variant>

namespace taleus::p2p {

class Upgrade {
public:
    struct Done {
        wire::PeerId peer;
        std::string muxer;
        SecureChannel channel;
        Bytes rest; // plaintext that came behind, for the muxer
    };

    // Writes the dialer's first bytes to `output`.
    Upgrade(const ConnectionContext& context, Side side, std::optional<wire::PeerId> expected, Bytes& output);

    // Takes what it needs off the front of `input`. An error is final: `malformed`, or `unreachable` for a wrong peer.
    Result<std::optional<Done>> receive(ByteView& input, Bytes& output);

private:
    using Negotiation = std::variant<MultistreamDialer, MultistreamListener>;
    struct Securing {
        Negotiation negotiation;
    };
    struct Shaking {
        NoiseHandshake handshake;
        NoiseFrames frames;
    };
    struct ChoosingMuxer {
        SecureChannel channel;
        Negotiation negotiation;
    };

    using Progress = Result<std::optional<Done>>;
    Progress on(Securing& state, ByteView& input, Bytes& output);
    Progress on(Shaking& state, ByteView& input, Bytes& output);
    Progress on(ChoosingMuxer& state, ByteView& input, Bytes& output);

    static std::vector<std::string_view> muxers_of(const ConnectionContext& context);
    Negotiation negotiate(std::span<const std::string_view> protocols, Bytes& output) const;
    Result<void> write_message(NoiseHandshake& handshake, Bytes& output) const;
    Result<NoisePeer> identify(ByteView payload, const X25519Public& their_static) const;
    Progress secured(NoiseHandshake& handshake, const std::vector<std::string>& their_muxers, Bytes& output);

    Side side_;
    std::optional<wire::PeerId> expected_;
    std::vector<std::string_view> muxers_; // in order of preference
    bool early_muxer_;
    Random& random_;
    std::shared_ptr<const NoiseIdentity> identity_;
    ProvenKeys* proven_;
    wire::PeerId peer_;
    std::variant<Securing, Shaking, ChoosingMuxer> state_;
};

} // namespace taleus::p2p
