#include "protocol/did_key.hpp"
#include "protocol/draft.hpp"
#include "protocol/foreign_key_test.hpp"
#include "wire/base_text.hpp"
#include "wire/json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <functional>

namespace taleus::protocol {
namespace {

namespace json = boost::json;

constexpr UtcTime created{std::chrono::milliseconds{1'790'000'000'123}};

class DraftTest : public testing::Test {
protected:
    SeededRandom random{21};
    wire::KeyPair maker = wire::KeyPair::generate(random);
    wire::KeyPair sister = wire::KeyPair::generate(random);
    wire::PeerId maker_id = wire::PeerId::of(maker.public_key());
    Parties parties{maker_id.to_text(), "acme"};
    Draft draft = make_draft(parties, created, random, maker).value();

    Result<void> check(const json::value& value) const {
        return check_draft(value, {draft.tally_id, {wire::PeerId::of(sister.public_key()), maker_id}, parties});
    }
    // What the check says about a draft that `change` was made to.
    std::string fault_after(const std::function<void(json::object&)>& change) const {
        auto altered = draft.json;
        change(altered.as_object());
        const auto checked = check(altered);
        if (checked) return "nothing";
        EXPECT_EQ(checked.error().code, Code::invalid_database);
        return checked.error().context.substr(0, checked.error().context.find(' '));
    }
    std::string fault_after_in_tally(const std::function<void(json::object&)>& change) const {
        return fault_after([&](json::object& whole) { change(whole["tally"].as_object()); });
    }
};

TEST_F(DraftTest, passes_the_partners_check) {
    EXPECT_TRUE(check(draft.json));
    EXPECT_EQ(draft.tally_id.size(), 1U + 55U);
    EXPECT_TRUE(draft.tally_id.starts_with("bciq")); // 0x12 0x20 in lower-case base32
    const auto& tally = draft.json.at("tally").as_object();
    EXPECT_EQ(tally.at("version"), 1);
    EXPECT_EQ(tally.at("createdAt"), "2026-09-21T14:13:20.123Z");
    EXPECT_EQ(tally.at("nonce").as_string().size(), 22U);
    EXPECT_EQ(tally.at("stock").at("publicKey"), wire::to_base64url(wire::to_protobuf(maker.public_key())).c_str());
    EXPECT_FALSE(tally.at("foil").as_object().contains("publicKey"));
    EXPECT_EQ(draft.json.at("signer"), maker_id.to_text().c_str());
}

TEST_F(DraftTest, survives_the_wire) {
    const auto again = wire::parse_json(as_bytes(json::serialize(draft.json)));
    ASSERT_TRUE(again);
    EXPECT_TRUE(check(*again));
    EXPECT_LE(json::serialize(draft.json).size(), 4096U);
}

TEST_F(DraftTest, each_altered_member_is_named) {
    const auto in_tally = [this](auto change) { return fault_after_in_tally(change); };
    EXPECT_EQ(in_tally([](json::object& t) { t["version"] = 2; }), "tally.version");
    EXPECT_EQ(in_tally([](json::object& t) { t["version"] = "1"; }), "tally.version");
    EXPECT_EQ(in_tally([](json::object& t) { t.erase("version"); }), "tally.version");
    EXPECT_EQ(in_tally([](json::object& t) { t["createdAt"] = "yesterday"; }), "tally.createdAt");
    EXPECT_EQ(in_tally([](json::object& t) { t["createdAt"] = "2026-09-21T14:13:20+00:00"; }), "tally.createdAt");
    EXPECT_EQ(in_tally([](json::object& t) { t["createdAt"] = 1; }), "tally.createdAt");
    EXPECT_EQ(in_tally([](json::object& t) { t["nonce"] = "short"; }), "tally.nonce");
    EXPECT_EQ(in_tally([](json::object& t) { t["nonce"] = std::string(22, '!'); }), "tally.nonce");
    EXPECT_EQ(in_tally([](json::object& t) { t["nonce"] = std::string(43, 'A'); }), "tally.nonce");
    EXPECT_EQ(in_tally([](json::object& t) { t["stock"] = "acme"; }), "tally.stock");
    EXPECT_EQ(in_tally([](json::object& t) { t.erase("foil"); }), "tally.foil");
    EXPECT_EQ(in_tally([](json::object& t) { t["stock"].as_object()["partyId"] = "x"; }), "tally.stock.partyId");
    EXPECT_EQ(in_tally([](json::object& t) { t["foil"].as_object()["partyId"] = 1; }), "tally.foil.partyId");
    EXPECT_EQ(in_tally([](json::object& t) { std::swap(t["stock"], t["foil"]); }), "tally.stock.partyId");
    EXPECT_EQ(in_tally([](json::object& t) { t["stock"].as_object().erase("publicKey"); }), "tally.stock.publicKey");
    EXPECT_EQ(in_tally([](json::object& t) { t["stock"].as_object()["publicKey"] = ""; }), "tally.stock.publicKey");
    EXPECT_EQ(in_tally([](json::object& t) { t["foil"].as_object()["publicKey"] = "CAES"; }), "tally.foil.publicKey");
    EXPECT_EQ(in_tally([](json::object& t) { t["foil"].as_object()["publicKey"] = nullptr; }), "tally.foil.publicKey");
}

TEST_F(DraftTest, what_is_well_formed_and_changed_no_longer_has_its_id) {
    const auto in_tally = [this](auto change) { return fault_after_in_tally(change); };
    EXPECT_EQ(in_tally([](json::object& t) { t["createdAt"] = "2026-09-21T14:13:20.124Z"; }), "tallyId");
    EXPECT_EQ(in_tally([](json::object& t) { t["nonce"] = std::string(22, 'A'); }), "tallyId");
    EXPECT_EQ(in_tally([](json::object& t) { t["unknown"] = 1; }), "tallyId");
    EXPECT_EQ(in_tally([](json::object& t) { t["foil"].as_object()["unknown"] = 1; }), "tallyId");
}

TEST_F(DraftTest, the_envelope_is_checked_as_well) {
    EXPECT_EQ(fault_after([](json::object& d) { d.erase("tally"); }), "tally");
    EXPECT_EQ(fault_after([](json::object& d) { d["tally"] = json::array{}; }), "tally");
    EXPECT_EQ(fault_after([](json::object& d) { d.erase("signer"); }), "signer");
    EXPECT_EQ(fault_after([](json::object& d) { d["signer"] = "acme"; }), "signer");
    EXPECT_EQ(fault_after([this](json::object& d) {
                  d["signer"] = wire::PeerId::of(wire::KeyPair::generate(random).public_key()).to_text();
              }),
              "signer");
    EXPECT_EQ(fault_after([](json::object& d) { d.erase("signature"); }), "signature");
    EXPECT_EQ(fault_after([](json::object& d) { d["signature"] = wire::to_base64url(Bytes(64)); }), "signature");
    // A sister node may sign, but not with another's signature.
    EXPECT_EQ(fault_after([this](json::object& d) { d["signer"] = wire::PeerId::of(sister.public_key()).to_text(); }),
              "signature");
    EXPECT_EQ(fault_after([](json::object& d) { d["unknown"] = 1; }), "nothing");
    EXPECT_FALSE(check(nullptr));
    EXPECT_FALSE(check("draft"));
}

TEST_F(DraftTest, a_signer_that_is_only_a_hash_cannot_be_checked) {
    const auto hashed = wire::PeerId::of(test::ForeignKey::p256().public_key());
    auto altered = draft.json;
    altered.as_object()["signer"] = hashed.to_text();
    const auto checked = check_draft(altered, {draft.tally_id, {hashed}, parties});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().context, "signer of the draft is wrong");
    EXPECT_EQ(fault_after_in_tally([](auto& tally) { tally.erase("nonce"); }), "tally.nonce");
    EXPECT_EQ(fault_after_in_tally([](auto& tally) { tally["createdAt"] = "2026-13-01T00:00:00.000Z"; }),
              "tally.createdAt");
}

TEST_F(DraftTest, unknown_members_of_the_tally_are_signed_like_all_others) {
    auto tally = draft.json.at("tally").as_object();
    tally["limit"] = 100;
    const auto canonical = wire::canonical_json(tally).value();
    const auto signature = maker.sign(to_bytes("taleus-draft/1\n" + canonical));
    const json::object extended{
        {"tally", tally}, {"signer", maker_id.to_text()}, {"signature", wire::to_base64url(signature)}};
    const auto id = tally_id_of(canonical);
    EXPECT_TRUE(check_draft(extended, {id, {maker_id}, parties}));
    EXPECT_FALSE(check_draft(extended, {draft.tally_id, {maker_id}, parties}));
}

TEST_F(DraftTest, a_signature_is_of_this_domain_only) {
    const auto canonical = wire::canonical_json(draft.json.at("tally")).value();
    EXPECT_EQ(
        fault_after([&](json::object& d) { d["signature"] = wire::to_base64url(maker.sign(to_bytes(canonical))); }),
        "signature");
}

TEST_F(DraftTest, the_parties_are_those_that_this_side_knows) {
    const std::vector<wire::PeerId> signers{maker_id};
    EXPECT_FALSE(check_draft(draft.json, {draft.tally_id, signers, {parties.foil, parties.stock}}));
    EXPECT_FALSE(check_draft(draft.json, {draft.tally_id, signers, {parties.stock, "acme "}}));
    EXPECT_FALSE(check_draft(draft.json, {draft.tally_id, {}, parties}));
    EXPECT_FALSE(check_draft(draft.json, {draft.tally_id + "a", signers, parties}));
}

TEST_F(DraftTest, nobody_has_a_tally_with_itself) {
    const auto made = make_draft({"acme", "acme"}, created, random, maker);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::invalid_identity);
    const auto checked = check_draft(draft.json, {draft.tally_id, {maker_id}, {"acme", "acme"}});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, Code::invalid_identity);
}

TEST_F(DraftTest, every_way_to_name_a_party_passes_from_side_to_side) {
    const auto k1 = test::ForeignKey::secp256k1();
    const auto p256 = test::ForeignKey::p256();
    const std::vector<std::string> names{maker_id.to_text(),
                                         did_key_of(maker.public_key()).value(),
                                         did_key_of(k1.public_key()).value(),
                                         did_key_of(p256.public_key()).value(),
                                         wire::PeerId::of(k1.public_key()).to_text(),
                                         wire::PeerId::of(p256.public_key()).to_text(), // a hash: names no key itself
                                         "acme",
                                         "Größe \"\\\n\U0001F4B6",
                                         std::string(256, 'x')};
    for (const auto& stock : names) {
        for (const auto& foil : names) {
            if (stock == foil) continue;
            const Parties both{stock, foil};
            const auto made = make_draft(both, created, random, maker);
            ASSERT_TRUE(made) << stock << " " << foil;
            EXPECT_TRUE(check_draft(made->json, {made->tally_id, {maker_id}, both})) << stock << " " << foil;
        }
    }
}

TEST_F(DraftTest, no_two_tallies_are_the_same) {
    EXPECT_NE(make_draft(parties, created, random, maker)->tally_id, draft.tally_id);
}

TEST_F(DraftTest, an_id_is_the_multihash_that_was_written_down) {
    EXPECT_EQ(tally_id_of("{\"version\":1}"), "bciqcimhrukwstawqaz4iksekjse6egwr27edwek3vdy3ecwmrdp25ka");
}

} // namespace
} // namespace taleus::protocol
