// What a partner's words are held against: party ids that name keys, drafts, sealed credentials, proofs of identity.
// The first byte says which. What only a key's owner can make is made here, with that key; nothing else passes.
#include "base/ensure.hpp"
#include "protocol/credentials.hpp"
#include "protocol/did_key.hpp"
#include "protocol/draft.hpp"
#include "protocol/identity.hpp"
#include "wire/base_text.hpp"
#include "wire/json.hpp"

#include <boost/json/object.hpp>
#include <sodium.h>

#include <array>

namespace {

using namespace taleus;
using namespace taleus::protocol;

wire::KeyPair key_of(std::uint64_t seed) {
    SeededRandom random{seed};
    return wire::KeyPair::generate(random);
}
const wire::KeyPair& theirs() {
    static const auto kept = key_of(1);
    return kept;
}
const wire::KeyPair& ours() {
    static const auto kept = key_of(2);
    return kept;
}
wire::PeerId peer_of(const wire::KeyPair& key) { return wire::PeerId::of(key.public_key()); }

const Parties parties{"party-stock", "party-foil"};

void check_party_id(std::string_view text) {
    const auto key = key_of_did(text);
    if (key) ensure(did_key_of(*key) == text, "a key has one did");
    static_cast<void>(key_named_by(text));
}

void check_forged_draft(ByteView input) {
    const auto draft = wire::parse_json(input);
    if (!draft) return;
    for (const std::string id : {"b", "tally"})
        ensure(!check_draft(*draft, {id, {peer_of(theirs())}, parties}), "nobody signed this draft");
}

// A tally of any form, signed as it should be.
void check_signed_tally(ByteView input) {
    const auto tally = wire::parse_json(input);
    const auto canonical = tally ? wire::canonical_json(*tally) : fail(Code::malformed, "");
    if (!canonical) return;
    auto message = to_bytes("taleus-draft/1\n");
    append(message, *canonical);
    const boost::json::object draft{{"tally", *tally},
                                    {"signer", peer_of(theirs()).to_text()},
                                    {"signature", wire::to_base64url(theirs().sign(message))}};
    const auto id = tally_id_of(*canonical);
    if (!check_draft(draft, {id, {peer_of(theirs())}, parties})) return;
    const auto& members = tally->as_object();
    ensure(members.at("stock").at("partyId").as_string() == parties.stock &&
               members.at("foil").at("partyId").as_string() == parties.foil,
           "a draft that passes is of these parties");
    ensure(!check_draft(draft, {id, {peer_of(ours())}, parties}), "a draft is its signer's");
    ensure(!check_draft(draft, {id, {peer_of(theirs())}, {parties.foil, parties.stock}}), "a draft has its sides");
}

// Any content, sealed to us as anybody may.
void check_sealed(ByteView input) {
    const wire::DatabaseAccess database{"postgres://host/tally", "login"};
    const SealedFor of{"tally", database};
    std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES> curve{};
    ensure(crypto_sign_ed25519_pk_to_curve25519(curve.data(), ours().public_key().data.data()) == 0, "a key is one");
    Bytes box(input.size() + crypto_box_SEALBYTES);
    crypto_box_seal(box.data(), input.data(), input.size(), curve.data());
    const auto secret = open_credentials(wire::to_base64url(box), of, {peer_of(theirs())}, ours());
    if (!secret) return;
    const auto text = as_text(secret->reveal());
    ensure(!text.empty() && text.size() <= login_secret_bytes_max && !text.contains('\0'), "a secret is a text");
}

void check_identity(ByteView input) {
    const auto message = wire::parse_inbound(input);
    const auto* const contact = message ? std::get_if<wire::Contact>(&*message) : nullptr;
    if (contact == nullptr) return;
    const auto fault = [&](Requirement requirement) {
        return identity_fault(*contact, requirement, peer_of(theirs()), peer_of(ours()));
    };
    ensure(fault(Requirement::proof).has_value(), "nobody proved this identity");
    if (!fault(Requirement::bound))
        ensure(contact->party_id == peer_of(theirs()).to_text() ||
                   contact->party_id == did_key_of(theirs().public_key()),
               "a party that is bound is the peer");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView input{data + 1, size - 1};
    switch (data[0] % 6) {
    case 0: check_party_id(as_text(input)); break;
    case 1: check_forged_draft(input); break;
    case 2: check_signed_tally(input); break;
    case 3:
        ensure(!open_credentials(as_text(input), {"tally", {}}, {peer_of(theirs())}, ours()), "nobody sealed this");
        break;
    case 4: check_sealed(input); break;
    default: check_identity(input); break;
    }
    return 0;
}
