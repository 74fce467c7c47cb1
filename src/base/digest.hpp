#pragma once
// A 32-byte value such as a SHA-256 digest, ordered and hashable, and strong identifiers built on it.

#include "base/bytes.hpp"

#include <array>
#include <compare>
#include <cstring>
#include <functional>

namespace taleus {

using Digest = std::array<std::uint8_t, 32>;

// A digest with a meaning: `Tag` keeps a token id from being passed where a session key is wanted.
template <class Tag> struct TaggedDigest {
    Digest bytes{};
    auto operator<=>(const TaggedDigest&) const = default;
    ByteView view() const { return bytes; }
};

// SHA-256 of a token: how a token is stored and compared.
using TokenHash = TaggedDigest<struct TokenHashTag>;
// The key K of a bootstrap: SHA-256 over (token hash, authenticated peer id, partyId), each with its length.
using BootstrapKey = TaggedDigest<struct BootstrapKeyTag>;
// What makes provisioning idempotent: SHA-256 of `taleus-instance/1\n`, side and K.
using InstanceId = TaggedDigest<struct InstanceIdTag>;

// The public name of a token and of its invitation: the first 16 hex digits of its hash.
inline std::string id_of(const TokenHash& hash) { return to_hex(hash.view().first(8)); }

} // namespace taleus

template <class Tag> struct std::hash<taleus::TaggedDigest<Tag>> {
    std::size_t operator()(const taleus::TaggedDigest<Tag>& digest) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, digest.bytes.data(), sizeof value);
        return value;
    }
};
