#include "protocol/did_key.hpp"
#include "protocol/foreign_key_test.hpp"
#include "wire/base_text.hpp"
#include "wire/peer_id.hpp"

#include <gtest/gtest.h>

namespace taleus::protocol {
namespace {

// One key in its three forms, made with OpenSSL's command and an independent script.
struct Known {
    std::string_view protobuf; // hexadecimal
    std::string_view peer;
    std::string_view did;
};
constexpr std::array<Known, 4> known{{
    {"08011220f9b3a8280900173208074974223d398c01a4851ba4dd45749345b6bbe2e03075",
     "12D3KooWSd6aJXP9tx1VgA4Uum94W3xyF9K1yTkxYjZTZ1XamiP6",
     "did:key:z6MkwFzT9e3t3bEUNmPkxjMZaMS8aPYEMevqHA7N1JLhnzSY"},
    {"08021221022727f0fe73aca9f4a7a9ff891539a3d7dbfa5c76936d0273d38435c59e0a4d72",
     "16Uiu2HAkx4XCpSikUcVusJgc4pqebz6negiTkyKKffSe1W2d234u",
     "did:key:zQ3shQ3dysC41uNd1zUioqVh6u2uh5bht27LYRRpK7XhqZ2ND"},
    {"0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004132442ed25caf5d40945358e812fd12913f10183e15f59d0b6"
     "99732787bc417f9d7d88e6fc3fe0d09a475c052456aa0b506c8d2998e9bbdf22369b38a0d914fc",
     "QmWk1NgaW4AhytaeWvGphfBbUCBcbWKF75gcUfX9yqDGAb", "did:key:zDnaeRigrxof43nv6gxLZAQgURJAbgS354orSPtu2Rf6z79dQ"},
    {"0803125b3059301306072a8648ce3d020106082a8648ce3d030107034200047e7ae24d95dee974d6c9185105d640f0b38121c093007c917c"
     "60f50ea0392191aa8a0e510a577b708bce439555c45c481fb2a2961846087ab78eea01e0ab13bb",
     "QmVBfCWcUYtC66Pfpq4KgYK8ki9ThFyMVp8BBaR7Nq899g", "did:key:zDnaerB1TyjJ41maFf7C7VZNJDnge7HHfcyFHQRXLit8unPMA"},
}};

TEST(DidKeyTest, known_keys_have_known_names) {
    for (const auto& one : known) {
        const auto key = key_of_did(one.did);
        ASSERT_TRUE(key) << one.did;
        EXPECT_EQ(to_hex(wire::to_protobuf(*key)), one.protobuf);
        EXPECT_EQ(wire::PeerId::of(*key).to_text(), one.peer);
        EXPECT_EQ(did_key_of(*key), one.did);
    }
}

TEST(DidKeyTest, made_keys_survive_their_name) {
    SeededRandom random{11};
    for (int i = 0; i < 20; ++i) {
        for (const auto& key : {wire::KeyPair::generate(random).public_key(),
                                test::ForeignKey::secp256k1().public_key(), test::ForeignKey::p256().public_key()})
            EXPECT_EQ(key_of_did(did_key_of(key).value()), key);
    }
}

TEST(DidKeyTest, what_names_no_such_key_is_refused) {
    const std::string good{known[0].did};
    for (const auto& text :
         {std::string{}, std::string{"did:key:"}, std::string{"did:key:z"}, std::string{"did:web:example.com"},
          good.substr(8), good + "#" + good.substr(8), good + " ", "DID:KEY:" + good.substr(8),
          "did:key:b" + good.substr(9), good.substr(0, good.size() - 1), good + "1"})
        EXPECT_FALSE(key_of_did(text)) << text;
}

TEST(DidKeyTest, a_key_on_another_curve_has_no_name) {
    auto key = test::ForeignKey::p256().public_key();
    key.data[10] ^= 1; // says another curve
    EXPECT_FALSE(did_key_of(key));
    key.data.pop_back();
    EXPECT_FALSE(did_key_of(key));
}

std::string did_of(std::initializer_list<std::uint8_t> codec, std::size_t size, std::uint8_t first, std::uint8_t rest) {
    Bytes bytes{codec};
    if (size > 0) bytes.push_back(first);
    bytes.resize(codec.size() + size, rest);
    return "did:key:z" + wire::to_base58(bytes);
}

TEST(DidKeyTest, keys_of_wrong_size_kind_or_curve_are_refused) {
    EXPECT_TRUE(key_of_did(did_of({0xed, 0x01}, 32, 1, 1)));
    EXPECT_FALSE(key_of_did(did_of({0xed, 0x01}, 31, 1, 1)));
    EXPECT_FALSE(key_of_did(did_of({0xed, 0x01}, 33, 1, 1)));
    EXPECT_FALSE(key_of_did(did_of({0xed, 0x81, 0x00}, 32, 1, 1))); // a varint that is not minimal
    EXPECT_FALSE(key_of_did(did_of({0xec, 0x01}, 32, 1, 1)));       // X25519 signs nothing
    EXPECT_FALSE(key_of_did(did_of({0xe7, 0x01}, 33, 4, 1)));
    EXPECT_FALSE(key_of_did(did_of({0xe7, 0x01}, 65, 4, 1)));
    EXPECT_FALSE(key_of_did(did_of({0x80, 0x24}, 33, 2, 0xff))); // beyond the field
    EXPECT_FALSE(key_of_did(did_of({0x80, 0x24}, 1, 0, 0)));     // the point at infinity
    EXPECT_FALSE(key_of_did(did_of({0x80, 0x24}, 0, 0, 0)));
    EXPECT_FALSE(key_of_did(did_of({0x81, 0x24}, 49, 2, 1))); // P-384
}

TEST(DidKeyTest, rsa_has_no_name) { EXPECT_FALSE(did_key_of({wire::KeyType::rsa, Bytes(300)})); }

} // namespace
} // namespace taleus::protocol
