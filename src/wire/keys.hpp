#pragma once
// Public keys of libp2p peers and our own Ed25519 key pair (libp2p specification, peer-ids/peer-ids.md).
// Values; any thread.

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <array>
#include <compare>

namespace taleus::wire {

enum class KeyType : std::uint8_t { rsa = 0, ed25519 = 1, secp256k1 = 2, ecdsa = 3 };

using Signature = std::array<std::uint8_t, 64>; // Ed25519

// A key as a peer states it. `data` by type: ed25519 32 raw bytes, secp256k1 33 compressed, ecdsa and rsa a DER
// SubjectPublicKeyInfo. Made by `public_key_from_protobuf`, which checks sizes and RSA bounds (2048..8192 bits).
struct PublicKey {
    KeyType type = KeyType::ed25519;
    Bytes data;
    auto operator<=>(const PublicKey&) const = default;
};

Bytes to_protobuf(const PublicKey& key); // deterministic: fields in order, minimal varints

// Strict: exactly the two fields, in order, minimal, nothing else; key data bounded (at most 2 KiB) and well formed
// before any arithmetic is done with it. `malformed` otherwise.
Result<PublicKey> public_key_from_protobuf(ByteView bytes);

// Does `signature` by `key` hold over `message`? Ed25519 strictly (RFC 8032, no small-order or non-canonical key),
// secp256k1 and ECDSA P-256 as DER over SHA-256, RSA as PKCS#1 v1.5 over SHA-256.
bool verify(const PublicKey& key, ByteView message, ByteView signature);

// Our identity: an Ed25519 key pair, the secret wiped on destruction.
class KeyPair {
public:
    static KeyPair generate(Random& random);
    // libp2p PrivateKey protobuf, Ed25519 only, 64 or the older 96 bytes; the public half must match. `malformed`.
    static Result<KeyPair> from_protobuf(ByteView bytes);

    Secret to_protobuf() const;
    const PublicKey& public_key() const { return public_key_; }
    // Callers prefix what they sign with a domain of its own (docs/protocol.md, "Signatures").
    Signature sign(ByteView message) const;
    // The X25519 form of the secret, for opening sealed boxes.
    Secret x25519_secret() const;
    KeyPair copy() const { return KeyPair{secret_.copy(), public_key_}; }

private:
    KeyPair(Secret secret, PublicKey public_key) : secret_{std::move(secret)}, public_key_{std::move(public_key)} {}
    Secret secret_; // 64 bytes: seed, public key
    PublicKey public_key_;
};

} // namespace taleus::wire
