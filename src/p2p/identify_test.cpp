#include "p2p/identify.hpp"
#include "wire/protobuf.hpp"
#include "wire/varint.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

Bytes message(std::initializer_list<std::pair<std::uint32_t, std::string>> fields) {
    wire::ProtobufWriter writer;
    for (const auto& [number, value] : fields) writer.bytes(number, as_bytes(value));
    const auto body = writer.take();
    Bytes whole;
    wire::append_varint(whole, body.size());
    append(whole, body);
    return whole;
}

class IdentifyTest : public ::testing::Test {
protected:
    SeededRandom random{1};
    wire::KeyPair keys = wire::KeyPair::generate(random);
    IdentifyInfo ours() const {
        return {.key = keys.public_key(),
                .listen_addrs = {wire::Multiaddr::tcp("192.0.2.1", 4001)},
                .protocols = {"/a", "/b"},
                .observed = wire::Multiaddr::tcp("192.0.2.2", 5),
                .protocol_version = "ipfs/0.1.0",
                .agent = "taleus"};
    }
};

TEST_F(IdentifyTest, what_is_written_is_read) {
    const auto info = decode_identify(encode_identify(ours()));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->key, keys.public_key());
    EXPECT_EQ(info->listen_addrs, ours().listen_addrs);
    EXPECT_EQ(info->protocols, ours().protocols);
    EXPECT_EQ(info->observed, ours().observed);
    EXPECT_EQ(info->protocol_version, "ipfs/0.1.0");
    EXPECT_EQ(info->agent, "taleus");
    EXPECT_TRUE(is_from(*info, wire::PeerId::of(keys.public_key())));
    EXPECT_FALSE(is_from(*info, wire::PeerId::of(wire::KeyPair::generate(random).public_key())));
}

TEST_F(IdentifyTest, ours_stays_below_two_kibibytes_and_drops_addresses_first) {
    auto info = ours();
    info.listen_addrs.assign(500, wire::Multiaddr::tcp("192.0.2.1", 4001));
    const auto bytes = encode_identify(info);
    EXPECT_LT(bytes.size(), 2048U);
    info.listen_addrs.assign(60, wire::Multiaddr::tcp("192.0.2.1", 4001));
    const auto read = decode_identify(encode_identify(info));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->protocols, info.protocols);
    EXPECT_TRUE(read->key);
}

TEST_F(IdentifyTest, parts_are_merged_and_an_eleventh_is_refused) {
    Bytes parts;
    for (int i = 0; i < 10; ++i) append(parts, message({{3, "/p" + std::to_string(i)}}));
    EXPECT_EQ(decode_identify(parts)->protocols.size(), 10U);
    append(parts, message({{3, "/p"}}));
    EXPECT_FALSE(decode_identify(parts));
}

TEST_F(IdentifyTest, an_address_we_cannot_read_drops_only_itself) {
    const auto good = wire::Multiaddr::tcp("192.0.2.1", 4001).bytes();
    const auto info =
        decode_identify(message({{2, "\xff\x7f"}, {2, ""}, {2, to_text(good)}, {4, "\xff\x7f"}, {6, "a"}}));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->listen_addrs.size(), 1U);
    EXPECT_FALSE(info->observed);
    EXPECT_EQ(info->agent, "a");
}

TEST_F(IdentifyTest, thousands_of_protocols_or_addresses_are_refused) { // CVE-2026-57497
    const auto many = [](std::uint32_t field, std::string value, int count) {
        wire::ProtobufWriter writer;
        for (int i = 0; i < count; ++i) writer.bytes(field, as_bytes(value));
        const auto fields = writer.take();
        Bytes whole;
        wire::append_varint(whole, fields.size());
        append(whole, fields);
        return whole;
    };
    const auto address = to_text(wire::Multiaddr::tcp("192.0.2.1", 4001).bytes());
    EXPECT_TRUE(decode_identify(many(3, "/a", 256)));
    EXPECT_FALSE(decode_identify(many(3, "/a", 257)));
    EXPECT_TRUE(decode_identify(many(2, address, 64)));
    EXPECT_FALSE(decode_identify(many(2, address, 65)));
    EXPECT_FALSE(decode_identify(many(3, std::string(200, 'x'), 45))) << "more than 8 KiB";
}

TEST_F(IdentifyTest, damage_is_refused_and_unknown_fields_are_skipped) {
    EXPECT_FALSE(decode_identify(Bytes{0x05, 0x0a}));
    EXPECT_FALSE(decode_identify(Bytes{0xff, 0xff, 0xff, 0x01}));
    EXPECT_FALSE(decode_identify(message({{1, "no key"}})));
    EXPECT_FALSE(decode_identify(message({{6, std::string(257, 'a')}})));
    EXPECT_TRUE(decode_identify(message({{8, "a signed record"}, {99, "x"}})));
    EXPECT_TRUE(decode_identify({})) << "empty is nobody's, and that is for is_from to say";
}

TEST_F(IdentifyTest, other_types_and_cut_parts_are_refused_and_unknown_numbers_skipped) {
    EXPECT_TRUE(decode_identify(message({{9, "later"}})));
    EXPECT_FALSE(decode_identify(Bytes{2, 5 << 3, 1})) << "a number where a text belongs";
    EXPECT_FALSE(decode_identify(Bytes{2, 5 << 3 | 2, 7})) << "a field that is cut";
    EXPECT_FALSE(decode_identify(Bytes{0x80})) << "a length that is cut";
    auto nameless = ours();
    nameless.key.reset();
    const auto read = decode_identify(encode_identify(nameless));
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->key);
}

TEST_F(IdentifyTest, an_rsa_key_whose_der_lies_about_its_length_is_refused) { // CVE-2026-110789
    const std::string key{"\x08\x00\x12\x06\x30\x84\xff\xff\xff\xff", 10};
    EXPECT_FALSE(decode_identify(message({{1, key}})));
}

} // namespace
} // namespace taleus::p2p
