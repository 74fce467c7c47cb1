#pragma once
// A signed head of a trail as a C2SP checkpoint: a note of three lines (origin, size, root) with an Ed25519 signature
// whose key name is the origin (c2sp.org/tlog-checkpoint, c2sp.org/signed-note). The origin names node and trail:
// `taleus-audit/PEERID/ID`, ID being 128 random bits. Values; any thread.

#include "base/digest.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "wire/keys.hpp"
#include "wire/peer_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taleus::audit {

inline constexpr std::size_t note_bytes_max = 16 * 1024;
inline constexpr std::size_t signatures_max = 32; // of a note; witnesses add theirs

std::string make_origin(const wire::PeerId& node, Random& random);
// The node that an origin of ours names.
std::optional<wire::PeerId> node_of_origin(std::string_view origin);

struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Digest root{};
    bool operator==(const Checkpoint&) const = default;
};

std::string note_text(const Checkpoint& head); // what is signed
wire::Signature sign(const Checkpoint& head, const wire::KeyPair& key);
bool is_signed(const Checkpoint& head, ByteView signature, const wire::PublicKey& key);
std::string to_note(const Checkpoint& head, const wire::Signature& signature, const wire::PublicKey& key);

// A note whose signature by `key` under `name` holds; its text. Lines of other keys are ignored. `malformed` for what
// is no note, `invalid_identity` for a signature of that key that is missing or does not hold.
Result<std::string> open_note(std::string_view note, std::string_view name, const wire::PublicKey& key);
// A signed checkpoint. Without a key, the one that its origin names. Extension lines are covered and not kept.
Result<Checkpoint> open_checkpoint(std::string_view note, const wire::PublicKey* key = nullptr);

// The key as other tools take it: NAME+HASH+BASE64 (golang.org/x/mod/sumdb/note).
std::string verifier_key(std::string_view name, const wire::PublicKey& key);

} // namespace taleus::audit
