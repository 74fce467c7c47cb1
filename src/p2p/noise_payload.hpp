#pragma once
// What libp2p says inside a Noise handshake: which identity stands behind the static key, and which muxers are known
// (libp2p specification, noise/README.md and connections/inlined-muxer-negotiation.md).

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "p2p/noise_handshake.hpp"
#include "p2p/proven_keys.hpp"
#include "wire/keys.hpp"
#include "wire/peer_id.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::p2p {

// A static Noise key and the identity's signature over it. The signature covers nothing else, so one serves all
// connections of a node. Immutable; shared by them.
struct NoiseIdentity {
    X25519KeyPair statics;
    Bytes payload; // the fields that say and prove who we are

    static std::shared_ptr<const NoiseIdentity> make(const wire::KeyPair& identity, Random& random);
};

Bytes noise_payload(const NoiseIdentity& identity, std::span<const std::string_view> muxers);

struct NoisePeer {
    wire::PeerId peer;
    std::vector<std::string> muxers; // empty: it sent none
};
// `malformed` where the payload is damaged or its signature does not cover `their_static`. What `proven` has is not
// checked again, and what was checked it has from then on.
Result<NoisePeer> read_noise_payload(ByteView payload, const X25519Public& their_static, ProvenKeys* proven = nullptr);

// The muxer that both lists settle: the first of ours that the peer knows. nullopt: one side named none, so it is
// negotiated inside the channel. `malformed`: no muxer in common.
Result<std::optional<std::string>> settle_muxer(std::span<const std::string_view> ours,
                                                const std::vector<std::string>& theirs);

} // namespace taleus::p2p
