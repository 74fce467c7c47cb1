#pragma once
// Public keys as `did:key` texts: multibase base58btc of a multicodec and the key (W3C CCG did:key; ed25519, secp256k1
// and p256 only). Pure.

#include "wire/keys.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace taleus::protocol {

inline constexpr std::string_view did_key_prefix = "did:key:";

// nullopt: not the did:key of a key of these kinds, or one with a fragment, or a point that is not on its curve. A
// compressed P-256 point becomes the SubjectPublicKeyInfo that libp2p has.
std::optional<wire::PublicKey> key_of_did(std::string_view did);

// nullopt for RSA.
std::optional<std::string> did_key_of(const wire::PublicKey& key);

} // namespace taleus::protocol
