#pragma once
// The name of a libp2p peer: a multihash of its public key. Value, ordered, hashable; any thread.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/keys.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace taleus::wire {

class PeerId {
public:
    PeerId() = default; // empty: no peer
    static PeerId of(const PublicKey& key);
    // The multihash: identity of at most 42 bytes that is a well-formed key, or sha2-256. `malformed` otherwise.
    static Result<PeerId> from_bytes(ByteView multihash);
    // base58btc, or a CIDv1 with codec libp2p-key in base32 or base58btc multibase.
    static Result<PeerId> from_text(std::string_view text);

    ByteView bytes() const { return as_bytes(multihash_); }
    std::string to_text() const; // base58btc
    bool empty() const { return multihash_.empty(); }
    // The key itself, where the id contains it (Ed25519, secp256k1).
    std::optional<PublicKey> public_key() const;

    auto operator<=>(const PeerId&) const = default;

private:
    explicit PeerId(std::string multihash) : multihash_{std::move(multihash)} {}
    std::string multihash_; // a string, for its small buffer and its hash
    friend struct std::hash<PeerId>;
};

} // namespace taleus::wire

template <> struct std::hash<taleus::wire::PeerId> {
    std::size_t operator()(const taleus::wire::PeerId& id) const noexcept {
        return std::hash<std::string>{}(id.multihash_);
    }
};
