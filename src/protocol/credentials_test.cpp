#include "protocol/credentials.hpp"
#include "protocol/foreign_key_test.hpp"
#include "protocol/store_key.hpp"
#include "wire/base_text.hpp"
#include "wire/json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <sodium.h>

namespace taleus::protocol {
namespace {

using namespace std::string_view_literals;

Secret secret_of(std::string_view text) { return Secret{to_bytes(text)}; }

struct CredentialsTest : testing::Test {
    SeededRandom random{7};
    wire::KeyPair maker = wire::KeyPair::generate(random);
    wire::KeyPair partner = wire::KeyPair::generate(random);
    wire::PeerId from = wire::PeerId::of(maker.public_key());
    wire::PeerId to = wire::PeerId::of(partner.public_key());
    wire::DatabaseAccess database{"postgres://db.example/tallies", "taleus_ab_f"};
    SealedFor of{"btally", database};

    // As any libsodium seals it, whatever is inside.
    std::string sealed(const boost::json::value& content) { return sealed_text(wire::canonical_json(content).value()); }
    std::string sealed_text(std::string_view text) {
        std::array<std::uint8_t, 32> curve{};
        EXPECT_EQ(crypto_sign_ed25519_pk_to_curve25519(curve.data(), partner.public_key().data.data()), 0);
        Bytes box(text.size() + crypto_box_SEALBYTES);
        crypto_box_seal(box.data(), as_bytes(text).data(), text.size(), curve.data());
        return wire::to_base64url(box);
    }
    boost::json::object content() const {
        return {{"v", 1},
                {"tallyId", "btally"},
                {"endpoint", database.endpoint},
                {"credentialsRef", database.credentials_ref},
                {"from", from.to_text()},
                {"to", to.to_text()},
                {"secret", "the password"}};
    }
    std::string fault_of(std::string_view text) {
        const auto opened = open_credentials(text, of, {from}, partner);
        if (opened) return "none";
        EXPECT_EQ(opened.error().code, Code::invalid_database);
        EXPECT_EQ(opened.error().context.find("password"), std::string::npos);
        return opened.error().context;
    }
};

TEST_F(CredentialsTest, what_is_sealed_to_a_peer_opens_with_its_key_only) {
    const auto text = seal_credentials(secret_of("the password"), of, from, to, random);
    ASSERT_TRUE(text);
    EXPECT_LE(text->size(), 4096U);
    EXPECT_EQ(as_text(open_credentials(*text, of, {from}, partner)->reveal()), "the password");
    EXPECT_FALSE(open_credentials(*text, of, {to, from}, maker));
    EXPECT_NE(text, seal_credentials(secret_of("the password"), of, from, to, random)); // never twice the same
}

TEST_F(CredentialsTest, the_box_is_libsodiums) {
    EXPECT_EQ(as_text(open_credentials(sealed(content()), of, {from}, partner)->reveal()), "the password");
    const auto ours = wire::from_base64url(*seal_credentials(secret_of("x"), of, from, to, random)).value();
    std::array<std::uint8_t, 32> curve{};
    EXPECT_EQ(crypto_sign_ed25519_pk_to_curve25519(curve.data(), partner.public_key().data.data()), 0);
    Bytes plain(ours.size() - crypto_box_SEALBYTES);
    ASSERT_EQ(crypto_box_seal_open(plain.data(), ours.data(), ours.size(), curve.data(),
                                   partner.x25519_secret().reveal().data()),
              0);
    auto expected = content();
    expected["secret"] = "x";
    EXPECT_EQ(as_text(plain), wire::canonical_json(expected).value()); // canonical
}

TEST_F(CredentialsTest, every_member_is_checked_after_opening) {
    EXPECT_EQ(fault_of(sealed(content())), "none");
    for (const auto* name : {"v", "tallyId", "endpoint", "credentialsRef", "from", "to", "secret"}) {
        auto missing = content();
        missing.erase(name);
        EXPECT_NE(fault_of(sealed(missing)), "none") << name;
        auto other = content();
        other[name] = "other\0"sv;
        EXPECT_NE(fault_of(sealed(other)), "none") << name;
        auto mistyped = content();
        mistyped[name] = boost::json::array{};
        EXPECT_NE(fault_of(sealed(mistyped)), "none") << name;
    }
    auto more = content();
    more["more"] = 1;
    EXPECT_NE(fault_of(sealed(more)), "none");
    auto empty = content();
    empty["secret"] = "";
    EXPECT_NE(fault_of(sealed(empty)), "none");
    auto longest = content();
    longest["secret"] = std::string(login_secret_bytes_max, 's');
    EXPECT_EQ(fault_of(sealed(longest)), "none");
    longest["secret"] = std::string(login_secret_bytes_max + 1, 's');
    EXPECT_NE(fault_of(sealed(longest)), "none");
    EXPECT_NE(fault_of(sealed(boost::json::array{})), "none");
    EXPECT_NE(fault_of(sealed_text("no JSON")), "none");
}

TEST_F(CredentialsTest, nothing_is_sealed_to_a_peer_whose_key_cannot_open_it) {
    const auto foreign = wire::PeerId::of(test::ForeignKey::secp256k1().public_key());
    EXPECT_FALSE(seal_credentials(secret_of("p"), of, from, foreign, random));
    const auto hashed = wire::PeerId::of(test::ForeignKey::p256().public_key());
    EXPECT_FALSE(seal_credentials(secret_of("p"), of, from, hashed, random));
    const wire::PublicKey of_low_order{wire::KeyType::ed25519, Bytes(32, 0)};
    EXPECT_FALSE(seal_credentials(secret_of("p"), of, from, wire::PeerId::of(of_low_order), random));
}

// A version that no int holds was an exception, and not a refusal.
TEST_F(CredentialsTest, a_version_of_any_size_is_refused) {
    for (const auto& version : std::vector<boost::json::value>{2, 5'000'000'000, ~std::uint64_t{0}, 1.5}) {
        auto other = content();
        other["v"] = version;
        EXPECT_EQ(fault_of(sealed_text(boost::json::serialize(other))), "v of sealedCredentials is wrong") << version;
    }
    auto without_version = content();
    without_version.erase("v");
    without_version["more"] = 1;
    EXPECT_NE(fault_of(sealed(without_version)), "none");
    auto without_secret = content();
    without_secret.erase("secret");
    without_secret["more"] = 1;
    EXPECT_EQ(fault_of(sealed(without_secret)), "secret of sealedCredentials is wrong");
}

TEST_F(CredentialsTest, any_damage_is_found) {
    const auto text = *seal_credentials(secret_of("the password"), of, from, to, random);
    for (std::size_t at = 0; at < text.size(); at += 7) {
        auto damaged = text;
        damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
        EXPECT_NE(fault_of(damaged), "none") << at;
    }
    EXPECT_NE(fault_of(""), "none");
    EXPECT_NE(fault_of("%"), "none");
    EXPECT_NE(fault_of(std::string_view{text}.substr(0, 40)), "none");
}

TEST_F(CredentialsTest, any_node_of_the_inviter_may_have_sealed_it) {
    const auto text = *seal_credentials(secret_of("p"), of, from, to, random);
    EXPECT_TRUE(open_credentials(text, of, {to, from}, partner));
    EXPECT_FALSE(open_credentials(text, of, {to}, partner));
    EXPECT_FALSE(open_credentials(text, of, {}, partner));
}

TEST_F(CredentialsTest, nothing_is_sealed_to_a_key_of_another_kind) {
    const auto rsa = wire::PeerId::from_text("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
    ASSERT_TRUE(rsa);
    EXPECT_FALSE(seal_credentials(secret_of("p"), of, from, *rsa, random));
}

TEST(LoginSecret, is_text_of_256_bits_and_never_twice_the_same) {
    SeededRandom random{1};
    const auto first = make_login_secret(random);
    EXPECT_EQ(wire::from_base64url(as_text(first.reveal()))->size(), 32U);
    EXPECT_NE(as_text(first.reveal()), as_text(make_login_secret(random).reveal()));
}

TEST(StoreKey, reveals_what_it_kept_at_that_place_only) {
    SeededRandom random{1};
    const StoreKey key{StoreKey::generate(random)};
    const auto kept = key.keep(secret_of("the password"), "own of b1", random);
    EXPECT_EQ(as_text(key.reveal(kept, "own of b1")->reveal()), "the password");
    EXPECT_EQ(as_text(key.copy().reveal(kept, "own of b1")->reveal()), "the password");
    EXPECT_NE(kept, key.keep(secret_of("the password"), "own of b1", random));
    EXPECT_FALSE(key.reveal(kept, "own of b2"));
    EXPECT_FALSE(StoreKey{StoreKey::generate(random)}.reveal(kept, "own of b1"));
    auto damaged = kept;
    damaged.back() = damaged.back() == 'A' ? 'B' : 'A';
    EXPECT_FALSE(key.reveal(damaged, "own of b1"));
    EXPECT_FALSE(key.reveal("", "own of b1"));
    EXPECT_FALSE(key.reveal(kept.substr(0, 30), "own of b1"));
}

} // namespace
} // namespace taleus::protocol
