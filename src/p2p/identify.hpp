#pragma once
// The identify message (libp2p specification, identify/README.md): who we are, where we listen, what we speak. Ours is
// answered to /ipfs/id/1.0.0; what a peer pushes is bounded, checked against the connection, and otherwise unused.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/keys.hpp"
#include "wire/multiaddr.hpp"
#include "wire/peer_id.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::p2p {

inline constexpr std::string_view identify_protocol = "/ipfs/id/1.0.0";
inline constexpr std::string_view identify_push_protocol = "/ipfs/id/push/1.0.0";

struct IdentifyInfo {
    std::optional<wire::PublicKey> key;
    std::vector<wire::Multiaddr> listen_addrs;
    std::vector<std::string> protocols;
    std::optional<wire::Multiaddr> observed;
    std::string protocol_version;
    std::string agent;
};

inline constexpr std::size_t identify_bytes_max = 8 * 1024; // of a peer's; all its parts together

// One message with its length in front, below 2 KiB (rust-libp2p takes 4 KiB): what does not fit is left out, addresses
// first.
Bytes encode_identify(const IdentifyInfo& info);

// A peer's message, which may come in up to ten length-prefixed parts that are merged. Addresses we cannot read are
// dropped one by one; more than 64 addresses, 256 protocols or `identify_bytes_max` are `malformed`.
Result<IdentifyInfo> decode_identify(ByteView bytes);

// Does the message belong to this peer? One without a key does not.
bool is_from(const IdentifyInfo& info, const wire::PeerId& peer);

} // namespace taleus::p2p
