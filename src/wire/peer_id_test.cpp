#include "wire/base_text.hpp"
#include "wire/hash.hpp"
#include "wire/peer_id.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <unordered_set>

namespace taleus::wire {
namespace {

PeerId some_peer(std::uint64_t seed) {
    SeededRandom random{seed};
    return PeerId::of(KeyPair::generate(random).public_key());
}

Bytes cid_of(const PeerId& id) {
    Bytes cid{0x01, 0x72};
    append(cid, id.bytes());
    return cid;
}

TEST(PeerIdTest, a_short_key_is_its_own_name) {
    const auto id = some_peer(1);
    EXPECT_TRUE(id.to_text().starts_with("12D3KooW"));
    EXPECT_EQ(to_hex(id.bytes()).substr(0, 12), "002408011220");
    SeededRandom random{1};
    EXPECT_EQ(id.public_key(), KeyPair::generate(random).public_key());
    const PublicKey koblitz{KeyType::secp256k1, Bytes(33, 2)};
    EXPECT_TRUE(PeerId::of(koblitz).to_text().starts_with("16Uiu2H"));
    EXPECT_EQ(PeerId::of(koblitz).public_key(), koblitz);
}

TEST(PeerIdTest, a_long_key_is_named_by_its_hash) {
    const PublicKey key{KeyType::ecdsa, Bytes(91, 1)};
    const auto id = PeerId::of(key);
    EXPECT_TRUE(id.to_text().starts_with("Qm"));
    EXPECT_EQ(to_bytes(id.bytes().subspan(2)), to_bytes(ByteView{sha256(to_protobuf(key))}));
    EXPECT_FALSE(id.public_key());
    EXPECT_EQ(PeerId::from_text(id.to_text()), id);
}

TEST(PeerIdTest, every_text_form_names_the_same_peer) {
    const auto id = some_peer(2);
    EXPECT_EQ(PeerId::from_bytes(id.bytes()), id);
    EXPECT_EQ(PeerId::from_text(id.to_text()), id);
    EXPECT_EQ(PeerId::from_text("b" + to_base32(cid_of(id), Case::lower)), id);
    EXPECT_EQ(PeerId::from_text("z" + to_base58(cid_of(id))), id);
}

TEST(PeerIdTest, the_texts_of_the_specification_are_read) {
    for (const auto* text :
         {"QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"}) {
        const auto id = PeerId::from_text(text);
        ASSERT_TRUE(id) << text;
        EXPECT_EQ(id->to_text(), text);
    }
    EXPECT_EQ(PeerId::from_text("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe")->to_text(),
              "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
}

TEST(PeerIdTest, what_is_no_peer_id_is_refused) {
    const auto id = some_peer(3);
    auto cid = cid_of(id);
    EXPECT_FALSE(PeerId::from_text("B" + to_base32(cid, Case::upper)));
    EXPECT_FALSE(PeerId::from_text("b" + to_base32(cid, Case::upper)));
    cid[1] = 0x70; // another codec
    EXPECT_FALSE(PeerId::from_text("b" + to_base32(cid, Case::lower)));
    for (const auto* text :
         {"", "1", "Qm", "b", "z", "12D3KooW", "Qm0", "x12D3", " QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"})
        EXPECT_FALSE(PeerId::from_text(text)) << text;
    EXPECT_FALSE(PeerId::from_text(std::string(129, '1')));
    auto bytes = to_bytes(id.bytes());
    EXPECT_FALSE(PeerId::from_bytes(ByteView{bytes}.first(37)));
    bytes[2] = 0x10; // the key within is damaged
    EXPECT_FALSE(PeerId::from_bytes(bytes));
    EXPECT_FALSE(PeerId::from_bytes({}));
    EXPECT_FALSE(PeerId::from_bytes(Bytes{0x00, 0x00}));
    Bytes short_hash{0x12, 31};
    short_hash.resize(33);
    EXPECT_FALSE(PeerId::from_bytes(short_hash));
    Bytes other_hash{0x13, 32};
    other_hash.resize(34);
    EXPECT_FALSE(PeerId::from_bytes(other_hash));
}

TEST(PeerIdTest, peers_are_ordered_and_hashed_by_value) {
    EXPECT_TRUE(PeerId{}.empty());
    EXPECT_FALSE(PeerId{}.public_key());
    const std::unordered_set<PeerId> set{some_peer(4), some_peer(4), some_peer(5)};
    EXPECT_EQ(set.size(), 2U);
    EXPECT_NE(some_peer(4) < some_peer(5), some_peer(5) < some_peer(4));
}

} // namespace
} // namespace taleus::wire
