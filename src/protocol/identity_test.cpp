#include "protocol/foreign_key_test.hpp"
#include "protocol/identity.hpp"
#include "wire/base_text.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <functional>

namespace taleus::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view token = "the token";

// A party's key of any kind.
struct Signer {
    std::string kind;
    wire::PublicKey key;
    std::function<Bytes(ByteView)> sign;
};

std::vector<Signer> signers() {
    SeededRandom random{3};
    const auto ours = std::make_shared<wire::KeyPair>(wire::KeyPair::generate(random));
    const auto k1 = std::make_shared<test::ForeignKey>(test::ForeignKey::secp256k1());
    const auto p256 = std::make_shared<test::ForeignKey>(test::ForeignKey::p256());
    return {{"ed25519", ours->public_key(), [ours](ByteView message) { return to_bytes(ours->sign(message)); }},
            {"secp256k1", k1->public_key(), [k1](ByteView message) { return k1->sign(message); }},
            {"p256", p256->public_key(), [p256](ByteView message) { return p256->sign(message); }}};
}

std::vector<std::string> names_of(const wire::PublicKey& key) {
    return {wire::PeerId::of(key).to_text(), did_key_of(key).value()};
}

wire::PeerId peer(std::uint64_t seed) {
    SeededRandom random{seed};
    return wire::PeerId::of(wire::KeyPair::generate(random).public_key());
}

struct Situation {
    wire::PeerId respondent = peer(100);
    wire::PeerId inviter = peer(200);
    std::string_view token = protocol::token;
};

// The proof of `party` in `situation`; `key` is stated where the id is only a hash.
json::object proof_by(const Signer& signer, const std::string& party, const Situation& situation) {
    const auto challenge =
        identity_challenge(situation.respondent, situation.inviter, hash_of_token(situation.token), party);
    json::object proof{{"signature", wire::to_base64url(signer.sign(challenge))}};
    if (!key_named_by(party)) proof["key"] = wire::to_base64url(wire::to_protobuf(signer.key));
    return proof;
}

wire::Contact contact_of(std::string_view party, json::value bundle) {
    wire::Contact contact;
    contact.token = token;
    contact.party_id = party;
    contact.identity_bundle = std::move(bundle);
    return contact;
}

wire::Contact proven_contact(const Signer& signer, const std::string& party, const Situation& situation = {}) {
    return contact_of(party, json::object{{"partyId", party}, {"taleusProof", proof_by(signer, party, situation)}});
}

bool passes(const wire::Contact& contact, Requirement requirement, const Situation& situation = {}) {
    return !identity_fault(contact, requirement, situation.respondent, situation.inviter).has_value();
}

constexpr std::array all_requirements{Requirement::any, Requirement::bound, Requirement::proof, Requirement::external};

TEST(IdentityTest, a_proof_by_any_kind_of_key_and_name_satisfies_every_requirement) {
    for (const auto& signer : signers())
        for (const auto& party : names_of(signer.key))
            for (const auto requirement : all_requirements)
                EXPECT_TRUE(passes(proven_contact(signer, party), requirement))
                    << signer.kind << " " << party << " " << to_text(requirement);
}

TEST(IdentityTest, without_a_proof_a_name_that_is_not_the_peer_is_good_for_any_only) {
    for (const auto& signer : signers()) {
        for (const auto& party : names_of(signer.key)) {
            const auto contact = contact_of(party, json::object{{"partyId", party}});
            EXPECT_TRUE(passes(contact, Requirement::any));
            EXPECT_FALSE(passes(contact, Requirement::bound));
            EXPECT_FALSE(passes(contact, Requirement::proof));
            EXPECT_TRUE(passes(contact, Requirement::external)) << "judged elsewhere";
        }
    }
}

TEST(IdentityTest, the_authenticated_peer_itself_is_bound_under_both_names) {
    for (const auto& signer : signers()) {
        const Situation situation{.respondent = wire::PeerId::of(signer.key)};
        for (const auto& party : names_of(signer.key)) {
            const auto contact = contact_of(party, nullptr);
            EXPECT_TRUE(passes(contact, Requirement::bound, situation)) << signer.kind << " " << party;
            EXPECT_FALSE(passes(contact, Requirement::proof, situation));
            EXPECT_FALSE(passes(contact, Requirement::any, situation)) << "the bundle is no object";
        }
    }
}

TEST(IdentityTest, any_wants_an_object_that_repeats_the_party) {
    const auto fails = [](json::value bundle) { return !passes(contact_of("p", std::move(bundle)), Requirement::any); };
    EXPECT_FALSE(fails(json::object{{"partyId", "p"}, {"more", 1}}));
    EXPECT_TRUE(fails(json::object{{"partyId", "P"}}));
    EXPECT_TRUE(fails(json::object{{"partyId", 1}}));
    EXPECT_TRUE(fails(json::object{}));
    EXPECT_TRUE(fails("p"));
    EXPECT_TRUE(fails(nullptr));
    EXPECT_TRUE(fails(json::array{"partyId", "p"}));
}

// Each of these is a good proof of something else.
TEST(IdentityTest, a_proof_is_worth_nothing_in_another_session) {
    const std::array elsewhere{Situation{.respondent = peer(101)}, Situation{.inviter = peer(201)},
                               Situation{.token = "another token"}};
    for (const auto& signer : signers())
        for (const auto& party : names_of(signer.key))
            for (const auto& situation : elsewhere)
                for (const auto requirement : all_requirements)
                    EXPECT_FALSE(passes(proven_contact(signer, party, situation), requirement))
                        << signer.kind << " " << to_text(requirement);
}

TEST(IdentityTest, a_proof_for_another_name_of_the_same_key_does_not_hold) {
    for (const auto& signer : signers()) {
        const auto names = names_of(signer.key);
        auto proof = proof_by(signer, names[1], {});
        if (!key_named_by(names[0])) proof["key"] = wire::to_base64url(wire::to_protobuf(signer.key));
        const auto contact = contact_of(names[0], json::object{{"partyId", names[0]}, {"taleusProof", proof}});
        EXPECT_FALSE(passes(contact, Requirement::any));
    }
}

TEST(IdentityTest, a_proof_that_is_present_and_wrong_fails_every_requirement) {
    SeededRandom random{5};
    const auto key = wire::KeyPair::generate(random);
    const auto self = wire::PeerId::of(key.public_key());
    const Situation situation{.respondent = self};
    const auto party = self.to_text(); // so that `bound` would pass without the proof
    const auto good = make_identity_bundle(party, key, self, situation.inviter, hash_of_token(token));
    const auto text = good.at("taleusProof").at("signature").as_string();
    const auto other_key = wire::to_base64url(wire::to_protobuf(wire::KeyPair::generate(random).public_key()));
    const std::vector<json::value> wrong{
        nullptr,
        true,
        text,
        json::object{},
        json::object{{"signature", nullptr}},
        json::object{{"signature", ""}},
        json::object{{"signature", text.subview(0, text.size() - 1)}},
        json::object{{"signature", std::string{text} + "="}},
        json::object{{"signature", wire::to_base64url(Bytes(64))}},
        json::object{{"signature", text}, {"key", other_key}},
        json::object{{"signature", text}, {"key", ""}},
        json::object{{"signature", text}, {"key", 1}},
    };
    for (const auto& proof : wrong)
        for (const auto requirement : all_requirements)
            EXPECT_FALSE(passes(contact_of(party, json::object{{"partyId", party}, {"taleusProof", proof}}),
                                requirement, situation));
    for (const auto requirement : all_requirements)
        EXPECT_TRUE(passes(contact_of(party, good), requirement, situation));
}

TEST(IdentityTest, a_party_that_names_no_key_can_prove_nothing) {
    const auto all = signers();
    auto proof = proof_by(all[0], "acme", {});
    EXPECT_TRUE(proof.contains("key"));
    const auto contact = contact_of("acme", json::object{{"partyId", "acme"}, {"taleusProof", proof}});
    for (const auto requirement : all_requirements) EXPECT_FALSE(passes(contact, requirement));
}

TEST(IdentityTest, a_stated_key_must_be_the_one_that_the_id_names) {
    const auto all = signers();
    for (const auto& signer : all) {
        const auto stated = wire::to_protobuf(signer.key);
        for (const auto& party : names_of(signer.key)) {
            EXPECT_EQ(key_named_by(party, stated), signer.key) << signer.kind;
            for (const auto& other : all)
                if (other.kind != signer.kind)
                    EXPECT_FALSE(key_named_by(party, wire::to_protobuf(other.key))) << signer.kind;
        }
    }
    EXPECT_FALSE(key_named_by(wire::PeerId::of(all[2].key).to_text())) << "only a hash";
    EXPECT_FALSE(key_named_by("acme"));
    EXPECT_FALSE(key_named_by(""));
}

TEST(IdentityTest, a_bundle_carries_a_proof_only_where_it_would_hold) {
    SeededRandom random{6};
    const auto key = wire::KeyPair::generate(random);
    const auto self = wire::PeerId::of(key.public_key());
    const auto bundle_of = [&](std::string_view party) {
        return make_identity_bundle(party, key, self, peer(200), hash_of_token(token));
    };
    EXPECT_TRUE(bundle_of(self.to_text()).as_object().contains("taleusProof"));
    EXPECT_TRUE(bundle_of(did_key_of(key.public_key()).value()).as_object().contains("taleusProof"));
    EXPECT_FALSE(bundle_of("acme").as_object().contains("taleusProof"));
    EXPECT_FALSE(bundle_of(peer(9).to_text()).as_object().contains("taleusProof"));
    EXPECT_TRUE(passes(contact_of("acme", bundle_of("acme")), Requirement::any));
}

TEST(IdentityTest, a_stated_key_that_is_none_names_nobody) {
    const auto hashed = wire::PeerId::of(test::ForeignKey::p256().public_key()).to_text();
    EXPECT_FALSE(key_named_by(hashed, as_bytes("no key")));
    EXPECT_FALSE(key_named_by("did:key:zzz", as_bytes("no key")));
    EXPECT_FALSE(key_named_by("did:key:zzz"));
    const wire::Contact contact{std::string{token}, "nobody", json::object{{"partyId", "nobody"}}, {}};
    EXPECT_TRUE(identity_fault(contact, Requirement::bound, peer(100), peer(200)));
}

TEST(IdentityTest, challenges_of_different_parts_are_different_bytes) {
    const auto hash = hash_of_token(token);
    const auto text = taleus::to_text(identity_challenge(peer(1), peer(2), hash, "p"));
    EXPECT_TRUE(text.starts_with("taleus-identity/1\n"));
    EXPECT_EQ(text.size(), 18U + 2 + 38 + 2 + 38 + 32 + 2 + 1);
    EXPECT_NE(text, taleus::to_text(identity_challenge(peer(2), peer(1), hash, "p")));
    EXPECT_NE(text, taleus::to_text(identity_challenge(peer(1), peer(2), hash, "pp")));
}

} // namespace
} // namespace taleus::protocol
