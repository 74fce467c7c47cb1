#pragma once
// Is the party who it says it is? The built-in requirements `any`, `bound`, `proof` and the proof that satisfies them
// (docs/protocol.md, "Identity"). Pure.

#include "base/result.hpp"
#include "protocol/did_key.hpp"
#include "protocol/token.hpp"
#include "wire/keys.hpp"
#include "wire/messages.hpp"
#include "wire/peer_id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace taleus::protocol {

// The key that a party id names: a peer id that contains its key, or a did:key (ed25519, secp256k1, p256). `stated` is
// the proof's `key` (PublicKey protobuf), needed where the id is only a hash of it, and must then match. nullopt: names
// none.
std::optional<wire::PublicKey> key_named_by(std::string_view party_id, std::optional<ByteView> stated = std::nullopt);

// The bytes a `taleusProof` signs: worth nothing in another session.
Bytes identity_challenge(const wire::PeerId& respondent, const wire::PeerId& inviter_node, const TokenHash& token,
                         std::string_view party_id);

// {"partyId": …} with a taleusProof by `key`, as `join` sends it when the party is the node's own key; without a proof
// where `party_id` does not name that key, since one that does not hold would fail every requirement.
boost::json::value make_identity_bundle(std::string_view party_id, const wire::KeyPair& key,
                                        const wire::PeerId& respondent, const wire::PeerId& inviter_node,
                                        const TokenHash& token);

// nullopt: the contact satisfies the requirement. Else a reason for our records (the partner is told `Invalid
// identity`). A proof that is present and wrong fails every requirement. `external` is not
// judged here beyond that.
std::optional<std::string> identity_fault(const wire::Contact& contact, Requirement requirement,
                                          const wire::PeerId& respondent, const wire::PeerId& inviter_node);

} // namespace taleus::protocol
