#include "protocol/identity.hpp"

#include "protocol/framing.hpp"
#include "wire/base_text.hpp"

#include <boost/json/object.hpp>

namespace taleus::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view proof_domain = "taleus-identity/1\n";

std::optional<wire::PublicKey> key_in_hashed_id(const wire::PeerId& id, ByteView stated) {
    auto key = wire::public_key_from_protobuf(stated);
    // RSA keys authenticate connections only; parties are not named by them.
    if (!key || key->type == wire::KeyType::rsa || wire::PeerId::of(*key) != id) return std::nullopt;
    return *std::move(key);
}

std::optional<std::string_view> text_member(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return std::string_view{member->get_string()};
}

// What is wrong with a proof that is present; nullopt: it holds.
std::optional<std::string> proof_fault(const json::value& proof, std::string_view party_id, ByteView challenge) {
    if (!proof.is_object()) return "taleusProof is no object";
    const auto& members = proof.get_object();
    const auto signature_text = text_member(members, "signature");
    const auto signature = signature_text ? wire::from_base64url(*signature_text) : fail(Code::malformed, "");
    if (!signature) return "taleusProof.signature is no base64url";
    std::optional<Bytes> stated;
    if (members.contains("key")) {
        const auto text = text_member(members, "key");
        auto bytes = text ? wire::from_base64url(*text) : fail(Code::malformed, "");
        if (!bytes) return "taleusProof.key is no base64url";
        stated = *std::move(bytes);
    }
    const auto key = key_named_by(party_id, stated ? std::optional<ByteView>{*stated} : std::nullopt);
    if (!key) return "partyId names no key, or not the one of taleusProof";
    if (!wire::verify(*key, challenge, *signature)) return "taleusProof.signature does not hold";
    return std::nullopt;
}

bool names_peer(std::string_view party_id, const wire::PeerId& peer) {
    if (const auto key = key_of_did(party_id)) return wire::PeerId::of(*key) == peer;
    const auto id = wire::PeerId::from_text(party_id);
    return id && *id == peer;
}

bool repeats_party(const json::value& bundle, std::string_view party_id) {
    return bundle.is_object() && text_member(bundle.get_object(), "partyId") == party_id;
}

} // namespace

std::optional<wire::PublicKey> key_named_by(std::string_view party_id, std::optional<ByteView> stated) {
    std::optional<wire::PublicKey> named;
    if (party_id.starts_with(did_key_prefix)) {
        named = key_of_did(party_id);
    } else {
        const auto id = wire::PeerId::from_text(party_id);
        if (!id) return std::nullopt;
        named = id->public_key();
        if (!named) return stated ? key_in_hashed_id(*id, *stated) : std::nullopt;
    }
    if (named && stated && wire::to_protobuf(*named) != to_bytes(*stated)) return std::nullopt;
    return named;
}

Bytes identity_challenge(const wire::PeerId& respondent, const wire::PeerId& inviter_node, const TokenHash& token,
                         std::string_view party_id) {
    auto bytes = to_bytes(proof_domain);
    append_counted(bytes, respondent.bytes());
    append_counted(bytes, inviter_node.bytes());
    append(bytes, token.view());
    append_counted(bytes, as_bytes(party_id));
    return bytes;
}

json::value make_identity_bundle(std::string_view party_id, const wire::KeyPair& key, const wire::PeerId& respondent,
                                 const wire::PeerId& inviter_node, const TokenHash& token) {
    json::object bundle{{"partyId", party_id}};
    if (key_named_by(party_id) == key.public_key()) {
        const auto signature = key.sign(identity_challenge(respondent, inviter_node, token, party_id));
        bundle["taleusProof"] = json::object{{"signature", wire::to_base64url(signature)}};
    }
    return bundle;
}

std::optional<std::string> identity_fault(const wire::Contact& contact, Requirement requirement,
                                          const wire::PeerId& respondent, const wire::PeerId& inviter_node) {
    const auto& bundle = contact.identity_bundle;
    const auto* proof = bundle.is_object() ? bundle.get_object().if_contains("taleusProof") : nullptr;
    if (proof != nullptr) {
        const auto challenge =
            identity_challenge(respondent, inviter_node, hash_of_token(contact.token), contact.party_id);
        if (auto fault = proof_fault(*proof, contact.party_id, challenge)) return fault;
    }
    const bool is_proven = proof != nullptr;
    switch (requirement) {
    case Requirement::any:
        if (repeats_party(bundle, contact.party_id)) return std::nullopt;
        return "identityBundle is no object with the message's partyId";
    case Requirement::bound:
        if (is_proven || names_peer(contact.party_id, respondent)) return std::nullopt;
        return "partyId is not the authenticated peer and there is no taleusProof";
    case Requirement::proof:
        if (is_proven) return std::nullopt;
        return "there is no taleusProof";
    case Requirement::external: return std::nullopt;
    }
    return "requirement is unknown";
}

} // namespace taleus::protocol
