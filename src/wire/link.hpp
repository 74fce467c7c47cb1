#pragma once
// Invitation links (docs/protocol.md, "Link"): the JSON form that peers in the field make and the signed compact form
// `taleus:1…` for QR codes and chats. Pure: expiry is judged by the caller.

#include "base/bytes.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"
#include "wire/messages.hpp"
#include "wire/multiaddr.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::wire {

inline constexpr UtcTime link_expiry_max{std::chrono::milliseconds{253'402'300'799'999}}; // 9999-12-31T23:59:59.999Z

struct Link {
    std::vector<Multiaddr> addresses; // 1..16, each ending in /p2p/PEERID
    std::string token;                // 1..512 bytes
    UtcTime expiry;                   // 1970 to `link_expiry_max`
    Role role = Role::stock;
    std::optional<std::string> requirement; // at most 1 KiB; unknown text is shown, not interpreted
    std::optional<PeerId> signer;           // set when a signature was there and holds: the peer of the first address

    const PeerId first_peer() const { return *addresses.front().peer(); }
};

// Does the text begin as a link of either form does? For telling links from names of files.
bool looks_like_link(std::string_view text);

// A link in any accepted form: `taleus:1…` (case and white space ignored) or a JSON object with or without `signed`.
// Damage (does not decode, bad signature, `signed` disagrees with the rest, an address without /p2p) is `bad_link`.
Result<Link> parse_link(std::string_view text);

// The compact form, signed by the key of the first address's peer; at most `address_max` addresses (a QR carries two).
std::string to_uri(const Link& link, const KeyPair& signer, std::size_t address_max = 16);
// The JSON form, carrying the compact form as `signed`.
std::string to_json(const Link& link, const KeyPair& signer);

} // namespace taleus::wire
