#pragma once
// Public keys as DER SubjectPublicKeyInfo, checked byte by byte before OpenSSL sees them: only the one canonical
// encoding of the few shapes that libp2p uses, so that sizes are known before any arithmetic. Internal to `wire`.

#include "base/bytes.hpp"

namespace taleus::wire {

// P-256, named curve, uncompressed point. Whether the point is on the curve is OpenSSL's to say.
bool is_p256_spki(ByteView der);

// rsaEncryption with a modulus of 2048..8192 bits and an odd exponent of 3..2^31-1.
bool is_rsa_spki(ByteView der);

// The SubjectPublicKeyInfo of a compressed secp256k1 point of 33 bytes.
Bytes secp256k1_spki(ByteView point);

} // namespace taleus::wire
