#pragma once
// The identify message (libp2p specification, identify/README.md): who we are, where we listen, what we speak. Ours is
// answered to /ipfs/id/1.0.0. Nothing of a peer's is used, so none is read: what it pushes is taken and forgotten.

#include "base/bytes.hpp"
#include "wire/keys.hpp"
#include "wire/multiaddr.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace taleus::p2p {

inline constexpr std::string_view identify_protocol = "/ipfs/id/1.0.0";
inline constexpr std::string_view identify_push_protocol = "/ipfs/id/push/1.0.0";

struct IdentifyInfo {
    wire::PublicKey key;
    std::vector<wire::Multiaddr> listen_addrs;
    std::vector<std::string> protocols;
    wire::Multiaddr observed;
    std::string protocol_version;
    std::string agent;
};

// One message with its length in front, below 2 KiB (rust-libp2p takes 4 KiB): what does not fit is left out, addresses
// first.
Bytes encode_identify(const IdentifyInfo& info);

} // namespace taleus::p2p
