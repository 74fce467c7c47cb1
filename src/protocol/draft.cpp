#include "protocol/draft.hpp"

#include "protocol/identity.hpp"
#include "wire/base_text.hpp"
#include "wire/hash.hpp"
#include "wire/json.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace taleus::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view draft_domain = "taleus-draft/1\n";
constexpr std::size_t nonce_size = 16;
constexpr std::array<std::uint8_t, 2> sha2_256_multihash{0x12, 0x20};

Bytes signed_bytes(std::string_view canonical_tally) {
    auto bytes = to_bytes(draft_domain);
    append(bytes, canonical_tally);
    return bytes;
}

// The key that the party id itself names, as a draft states it.
std::optional<std::string> stated_key_of(std::string_view party_id) {
    const auto key = key_named_by(party_id);
    if (!key) return std::nullopt;
    return wire::to_base64url(wire::to_protobuf(*key));
}

json::object party_object(std::string_view party_id) {
    json::object party{{"partyId", party_id}};
    if (const auto key = stated_key_of(party_id)) party["publicKey"] = *key;
    return party;
}

std::unexpected<Error> wrong(std::string_view member) {
    return fail(Code::invalid_database, std::string{member} + " of the draft is wrong");
}

// Null when absent or no string.
const json::string* text_member(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    return member == nullptr ? nullptr : member->if_string();
}

bool is_one(const json::value* member) {
    if (member == nullptr || !member->is_number()) return false;
    const auto text = wire::canonical_json(*member);
    return text && *text == "1";
}

bool is_utc_time(const json::string* text) {
    return text != nullptr && std::string_view{*text}.ends_with('Z') && utc_from_text(*text).has_value();
}

bool is_nonce(const json::string* text) {
    if (text == nullptr) return false;
    const auto bytes = wire::from_base64url(*text);
    return bytes && bytes->size() == nonce_size;
}

Result<void> check_party(const json::object& tally, std::string_view side, std::string_view party_id) {
    const auto member = std::string{"tally."} + std::string{side};
    const auto* value = tally.if_contains(side);
    if (value == nullptr || !value->is_object()) return wrong(member);
    const auto& party = value->get_object();
    const auto* id = text_member(party, "partyId");
    if (id == nullptr || *id != party_id) return wrong(member + ".partyId");
    const auto expected = stated_key_of(party_id);
    const auto* key = text_member(party, "publicKey");
    const bool agrees = expected ? key != nullptr && *key == *expected : !party.contains("publicKey");
    if (!agrees) return wrong(member + ".publicKey");
    return {};
}

Result<void> check_tally(const json::object& tally, const Parties& parties) {
    if (!is_one(tally.if_contains("version"))) return wrong("tally.version");
    if (!is_utc_time(text_member(tally, "createdAt"))) return wrong("tally.createdAt");
    if (!is_nonce(text_member(tally, "nonce"))) return wrong("tally.nonce");
    if (auto stock = check_party(tally, "stock", parties.stock); !stock) return stock;
    return check_party(tally, "foil", parties.foil);
}

Result<void> check_signature(const json::object& draft, std::string_view canonical_tally,
                             const std::vector<wire::PeerId>& signers) {
    const auto* signer_text = text_member(draft, "signer");
    const auto signer = signer_text == nullptr ? fail(Code::malformed, "") : wire::PeerId::from_text(*signer_text);
    if (!signer || std::ranges::find(signers, *signer) == signers.end()) return wrong("signer");
    const auto key = signer->public_key();
    if (!key) return wrong("signer"); // an id that is only a hash cannot be checked
    const auto* text = text_member(draft, "signature");
    const auto signature = text == nullptr ? fail(Code::malformed, "") : wire::from_base64url(*text);
    if (!signature || !wire::verify(*key, signed_bytes(canonical_tally), *signature)) return wrong("signature");
    return {};
}

Result<void> check_distinct(const Parties& parties) {
    if (parties.stock == parties.foil) return fail(Code::invalid_identity, "both parties of the tally are the same");
    return {};
}

} // namespace

std::string tally_id_of(std::string_view canonical_tally) {
    auto multihash = Bytes{sha2_256_multihash.begin(), sha2_256_multihash.end()};
    append(multihash, wire::sha256(as_bytes(canonical_tally)));
    return 'b' + wire::to_base32(multihash, wire::Case::lower);
}

Result<Draft> make_draft(const Parties& parties, UtcTime created, Random& random, const wire::KeyPair& signer) {
    if (auto distinct = check_distinct(parties); !distinct) return fail(distinct.error());
    json::object tally{{"version", 1},
                       {"createdAt", taleus::to_text(created)},
                       {"nonce", wire::to_base64url(random.bytes<nonce_size>())},
                       {"stock", party_object(parties.stock)},
                       {"foil", party_object(parties.foil)}};
    const auto canonical = wire::canonical_json(tally);
    if (!canonical) return fail(canonical.error());
    const auto signature = signer.sign(signed_bytes(*canonical));
    return Draft{tally_id_of(*canonical), json::object{{"tally", std::move(tally)},
                                                       {"signer", wire::PeerId::of(signer.public_key()).to_text()},
                                                       {"signature", wire::to_base64url(signature)}}};
}

Result<void> check_draft(const json::value& draft, const DraftExpectation& expected) {
    if (auto distinct = check_distinct(expected.parties); !distinct) return distinct;
    if (!draft.is_object()) return wrong("the whole");
    const auto& members = draft.get_object();
    const auto* tally = members.if_contains("tally");
    if (tally == nullptr || !tally->is_object()) return wrong("tally");
    if (auto checked = check_tally(tally->get_object(), expected.parties); !checked) return checked;
    const auto canonical = wire::canonical_json(*tally);
    if (!canonical) return wrong("tally");
    if (tally_id_of(*canonical) != expected.tally_id) return wrong("tallyId");
    return check_signature(members, *canonical, expected.signers);
}

} // namespace taleus::protocol
