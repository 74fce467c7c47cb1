#include "base/source_dir_test.hpp"
#include "p2p/noise_handshake.hpp"
#include "p2p/noise_payload.hpp"
#include "p2p/secure_channel.hpp"
#include "wire/hash.hpp"
#include "wire/protobuf.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sodium.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

namespace taleus::p2p {
namespace {

Bytes from_hex(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string{text.substr(i, 2)}, nullptr, 16)));
    return bytes;
}

// Hands out one prepared value: the ephemeral key of a vector.
class FixedRandom final : public Random {
public:
    explicit FixedRandom(Bytes value) : value_{std::move(value)} {}
    void fill(std::span<std::uint8_t> out) override { std::copy_n(value_.begin(), out.size(), out.begin()); }

private:
    Bytes value_;
};

X25519KeyPair key_pair(const Bytes& secret) {
    FixedRandom random{secret};
    return X25519KeyPair::generate(random);
}

struct Ends {
    Ends() : dialer{Side::dialer, a, random}, listener{Side::listener, b, random} {}
    SeededRandom random{7};
    X25519KeyPair a = X25519KeyPair::generate(random);
    X25519KeyPair b = X25519KeyPair::generate(random);
    NoiseHandshake dialer;
    NoiseHandshake listener;
};

void shake(Ends& ends) {
    ASSERT_TRUE(ends.listener.read(*ends.dialer.write({})));
    ASSERT_TRUE(ends.dialer.read(*ends.listener.write(as_bytes("two"))));
    ASSERT_TRUE(ends.listener.read(*ends.dialer.write(as_bytes("three"))));
}

TEST(NoiseHandshakeTest, published_vectors_come_out_byte_for_byte) {
    const auto path = source_dir() / "../shared/vectors/noise/xx_25519_chachapoly_sha256.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "NO VECTORS at " << path;
    std::ifstream file{path};
    std::stringstream text;
    text << file.rdbuf();
    const auto json = boost::json::parse(text.str());
    int checked = 0;
    for (const auto& vector : json.at("vectors").as_array()) {
        const auto get = [&](const char* name) { return from_hex(vector.at(name).as_string()); };
        const auto init_static = key_pair(get("init_static"));
        const auto resp_static = key_pair(get("resp_static"));
        FixedRandom init_random{get("init_ephemeral")};
        FixedRandom resp_random{get("resp_ephemeral")};
        const auto init_prologue = get("init_prologue");
        const auto resp_prologue = get("resp_prologue");
        NoiseHandshake dialer{Side::dialer, init_static, init_random, init_prologue};
        NoiseHandshake listener{Side::listener, resp_static, resp_random, resp_prologue};
        const auto& messages = vector.at("messages").as_array();
        for (std::size_t i = 0; i < 3; ++i) {
            auto& writer = i == 1 ? listener : dialer;
            auto& reader = i == 1 ? dialer : listener;
            const auto payload = from_hex(messages[i].at("payload").as_string());
            const auto message = writer.write(payload);
            ASSERT_TRUE(message);
            EXPECT_EQ(to_hex(*message), messages[i].at("ciphertext").as_string());
            EXPECT_EQ(reader.read(*message).value(), payload);
        }
        if (const auto* hash = vector.as_object().if_contains("handshake_hash")) {
            EXPECT_EQ(to_hex(dialer.hash()), hash->as_string());
            EXPECT_EQ(to_hex(listener.hash()), hash->as_string());
        }
        auto by_dialer = dialer.split();
        auto by_listener = listener.split();
        for (std::size_t i = 3; i < messages.size(); ++i) {
            auto& send = i % 2 == 1 ? by_listener.send : by_dialer.send;
            auto& receive = i % 2 == 1 ? by_dialer.receive : by_listener.receive;
            const auto payload = from_hex(messages[i].at("payload").as_string());
            auto sealed = payload;
            sealed.resize(payload.size() + NoiseCipher::tag_size);
            ASSERT_TRUE(send.seal({}, std::span{sealed}.first(payload.size()),
                                  std::span{sealed}.last<NoiseCipher::tag_size>()));
            EXPECT_EQ(to_hex(sealed), messages[i].at("ciphertext").as_string());
            Bytes opened(payload.size());
            ASSERT_TRUE(receive.open({}, sealed, opened));
            EXPECT_EQ(opened, payload);
        }
        ++checked;
    }
    EXPECT_GT(checked, 0);
}

TEST(NoiseHandshakeTest, both_ends_learn_the_others_static_key_and_agree_on_the_hash) {
    Ends ends;
    shake(ends);
    EXPECT_EQ(ends.dialer.their_static(), ends.b.open);
    EXPECT_EQ(ends.listener.their_static(), ends.a.open);
    EXPECT_EQ(ends.dialer.hash(), ends.listener.hash());
}

TEST(NoiseHandshakeTest, every_flipped_bit_of_every_message_is_noticed) {
    for (const int turn : {1, 2}) {
        for (std::size_t at = 0; at < 32 + 48 + 16; ++at) {
            Ends ends;
            auto message = *ends.dialer.write({});
            ASSERT_TRUE(ends.listener.read(message));
            auto second = *ends.listener.write({});
            if (turn == 1) {
                second[at] ^= 1;
                EXPECT_FALSE(ends.dialer.read(second)) << at;
                continue;
            }
            ASSERT_TRUE(ends.dialer.read(second));
            auto third = *ends.dialer.write({});
            if (at >= third.size()) break;
            third[at] ^= 1;
            EXPECT_FALSE(ends.listener.read(third)) << at;
        }
    }
}

TEST(NoiseHandshakeTest, messages_that_are_cut_are_refused) {
    for (const std::size_t size : {0UL, 1UL, 31UL}) EXPECT_FALSE(Ends{}.listener.read(Bytes(size)));
    for (std::size_t size = 0; size < 32 + 48 + 16; ++size) {
        Ends ends;
        ASSERT_TRUE(ends.listener.read(*ends.dialer.write({})));
        const auto second = *ends.listener.write({});
        EXPECT_FALSE(ends.dialer.read(ByteView{second}.first(size))) << size;
    }
}

TEST(NoiseHandshakeTest, keys_of_low_order_are_refused) {
    for (const auto* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                              "0100000000000000000000000000000000000000000000000000000000000000",
                              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"}) {
        Ends ends;
        ASSERT_TRUE(ends.listener.read(from_hex(point))); // no secret is made of it yet
        EXPECT_FALSE(ends.listener.write({})) << point;
    }
}

TEST(NoiseCipherTest, a_used_up_nonce_seals_and_opens_no_more) {
    const std::array<std::uint8_t, 32> key{1};
    const auto last = std::numeric_limits<std::uint64_t>::max() - 1;
    NoiseCipher seal{NoiseCipher::Direction::seal, key, last};
    NoiseCipher open{NoiseCipher::Direction::open, key, last};
    Bytes sealed(1 + NoiseCipher::tag_size);
    Bytes out(1);
    const auto once = [&] {
        return seal.seal({}, std::span{sealed}.first(1), std::span{sealed}.last<NoiseCipher::tag_size>());
    };
    ASSERT_TRUE(once());
    EXPECT_FALSE(open.open({}, std::span{sealed}.first(NoiseCipher::tag_size - 1), std::span{out}.first(0)));
    ASSERT_TRUE(open.open({}, sealed, out));
    EXPECT_FALSE(once());
    EXPECT_FALSE(open.open({}, sealed, out));
}

TEST(SecureChannelTest, a_full_frame_passes_in_any_pieces_and_a_forged_one_is_an_error) {
    Ends ends;
    shake(ends);
    SecureChannel from{ends.dialer.split()};
    SecureChannel to{ends.listener.split()};
    Bytes frame(NoiseFrames::prefix_size + SecureChannel::plaintext_max, 'x');
    ASSERT_TRUE(from.seal(frame));
    EXPECT_EQ(frame.size(), 65537U);
    Bytes plain;
    int opened = 0;
    for (std::size_t at = 0; at < frame.size(); at += 1000) {
        auto piece = ByteView{frame}.subspan(at, std::min<std::size_t>(1000, frame.size() - at));
        const auto got = to.receive(piece, plain);
        ASSERT_TRUE(got);
        opened += *got ? 1 : 0;
    }
    EXPECT_EQ(opened, 1);
    EXPECT_EQ(plain.size(), SecureChannel::plaintext_max);

    Bytes next(NoiseFrames::prefix_size + 3, 'y');
    ASSERT_TRUE(from.seal(next));
    next[5] ^= 1;
    ByteView view{next};
    EXPECT_FALSE(to.receive(view, plain));
}

TEST(SecureChannelTest, frames_without_room_for_a_tag_are_refused) {
    for (const auto length : Bytes{0, 1, 15}) {
        Ends ends;
        shake(ends);
        SecureChannel channel{ends.listener.split()};
        const Bytes bytes{0, length};
        ByteView view{bytes};
        Bytes plain;
        EXPECT_FALSE(channel.receive(view, plain)) << int{length};
    }
}

class NoisePayloadTest : public ::testing::Test {
protected:
    SeededRandom random{3};
    wire::KeyPair keys = wire::KeyPair::generate(random);
    std::shared_ptr<const NoiseIdentity> identity = NoiseIdentity::make(keys, random);
    std::array<std::string_view, 2> muxers{"/yamux/1.0.0", "/mplex/6.7.0"};
};

TEST_F(NoisePayloadTest, says_who_we_are_and_what_we_can) {
    const auto peer = read_noise_payload(noise_payload(*identity, muxers), identity->statics.open);
    ASSERT_TRUE(peer);
    EXPECT_EQ(peer->peer, wire::PeerId::of(keys.public_key()));
    EXPECT_EQ(peer->muxers, (std::vector<std::string>{"/yamux/1.0.0", "/mplex/6.7.0"}));
    EXPECT_TRUE(read_noise_payload(noise_payload(*identity, {}), identity->statics.open)->muxers.empty());
}

Bytes payload_of(ByteView key, ByteView signature) {
    wire::ProtobufWriter writer;
    writer.bytes(1, key);
    writer.bytes(2, signature);
    return writer.take();
}

TEST_F(NoisePayloadTest, a_signature_by_another_key_or_over_other_text_or_none_is_refused) { // CVE-2022-24759
    const auto key = wire::to_protobuf(keys.public_key());
    const auto other = wire::KeyPair::generate(random);
    auto text = to_bytes("noise-libp2p-static-key:");
    append(text, identity->statics.open);
    auto other_prefix = to_bytes("libp2p-tls-handshake:");
    append(other_prefix, identity->statics.open);
    const auto& statics = identity->statics.open;
    EXPECT_TRUE(read_noise_payload(payload_of(key, keys.sign(text)), statics));
    EXPECT_FALSE(read_noise_payload(payload_of(key, other.sign(text)), statics));
    EXPECT_FALSE(read_noise_payload(payload_of(key, keys.sign(other_prefix)), statics));
    EXPECT_FALSE(read_noise_payload(payload_of(key, {}), statics));
    EXPECT_FALSE(read_noise_payload(payload_of({}, keys.sign(text)), statics));
    EXPECT_FALSE(read_noise_payload({}, statics));
    EXPECT_FALSE(read_noise_payload(payload_of(key, keys.sign(text)), X25519KeyPair::generate(random).open));
}

// A signature that was checked once is good again for the very same key, identity and static key, and for nothing else.
TEST_F(NoisePayloadTest, what_is_proven_is_not_checked_again_and_nothing_else_is_believed) {
    ProvenKeys proven;
    const auto& statics = identity->statics.open;
    const auto good = noise_payload(*identity, muxers);
    const auto key = wire::to_protobuf(keys.public_key());
    const auto other = wire::KeyPair::generate(random);
    auto text = to_bytes("noise-libp2p-static-key:");
    append(text, statics);
    const auto signature = keys.sign(text);

    EXPECT_FALSE(read_noise_payload(payload_of(key, other.sign(text)), statics, &proven));
    EXPECT_FALSE(read_noise_payload(payload_of(key, other.sign(text)), statics, &proven)) << "a refusal is not proof";
    for (int times = 0; times < 2; ++times) {
        const auto peer = read_noise_payload(good, statics, &proven);
        ASSERT_TRUE(peer);
        EXPECT_EQ(peer->peer, wire::PeerId::of(keys.public_key()));
        EXPECT_EQ(peer->muxers.size(), 2U);
    }
    EXPECT_FALSE(read_noise_payload(good, X25519KeyPair::generate(random).open, &proven)) << "another static key";
    EXPECT_FALSE(read_noise_payload(payload_of(wire::to_protobuf(other.public_key()), signature), statics, &proven))
        << "another identity";
    for (std::size_t at = 0; at < signature.size(); ++at) {
        auto damaged = Bytes(signature.begin(), signature.end());
        damaged[at] ^= 1U;
        EXPECT_FALSE(read_noise_payload(payload_of(key, damaged), statics, &proven)) << at;
    }
}

// It is looked up, which a forged entry shows: what the table has is believed without a check.
TEST_F(NoisePayloadTest, a_peer_that_comes_again_is_spared_the_check) {
    ProvenKeys proven;
    const auto& statics = identity->statics.open;
    const auto key = wire::to_protobuf(keys.public_key());
    const Bytes nonsense(64, 7);
    ASSERT_FALSE(read_noise_payload(payload_of(key, nonsense), statics, &proven));
    const std::uint64_t size = key.size();
    std::array<std::uint8_t, sizeof size> length{};
    std::memcpy(length.data(), &size, sizeof size);
    proven.remember(wire::sha256({statics, length, key, nonsense}));
    EXPECT_TRUE(read_noise_payload(payload_of(key, nonsense), statics, &proven));
}

TEST_F(NoisePayloadTest, damaged_protobuf_is_refused) {
    const auto good = noise_payload(*identity, muxers);
    const auto refuses = [&](Bytes more) {
        auto bytes = good;
        append(bytes, more);
        return !read_noise_payload(bytes, identity->statics.open);
    };
    EXPECT_TRUE(refuses({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})) << "long tag";
    EXPECT_TRUE(refuses({0x1b, 0x1c})) << "group";
    EXPECT_TRUE(refuses({0x22, 0x7f, 0x00})) << "nested overrun";
    EXPECT_TRUE(refuses({0x22, 0x03, 0x12, 0x7f, 0x00})) << "overrun inside the extensions";
    EXPECT_TRUE(refuses({0x12, 0x00})) << "a second signature";
    EXPECT_TRUE(refuses({0x08, 0x01})) << "a number for a key";
    EXPECT_TRUE(refuses({0x22, 0x02, 0x10, 0x01})) << "a number for a muxer";
    Bytes long_name{0x22, 0x84, 0x02, 0x12, 0x81, 0x02};
    long_name.resize(long_name.size() + 257, '/');
    EXPECT_TRUE(refuses(long_name)) << "a muxer's name of 257 bytes";
    EXPECT_FALSE(refuses({0x22, 0x03, 0x0a, 0x01, 0x00})) << "other extensions are skipped";
    wire::ProtobufWriter unsigned_key;
    unsigned_key.bytes(1, wire::to_protobuf(keys.public_key()));
    EXPECT_FALSE(read_noise_payload(unsigned_key.take(), identity->statics.open)) << "no signature";
    EXPECT_FALSE(refuses({0x1a, 0x01, 0x00})) << "the old data field is skipped";
}

TEST_F(NoisePayloadTest, a_hundred_muxers_are_read_and_one_more_is_refused) {
    const std::vector<std::string_view> hundred(100, "/m");
    const std::vector<std::string_view> more(101, "/m");
    EXPECT_TRUE(read_noise_payload(noise_payload(*identity, hundred), identity->statics.open));
    EXPECT_FALSE(read_noise_payload(noise_payload(*identity, more), identity->statics.open));
}

TEST_F(NoisePayloadTest, the_muxer_is_the_first_of_ours_that_the_peer_has) {
    EXPECT_EQ(settle_muxer(muxers, {"/mplex/6.7.0", "/yamux/1.0.0"}).value(), "/yamux/1.0.0");
    EXPECT_EQ(settle_muxer(muxers, {"/mplex/6.7.0"}).value(), "/mplex/6.7.0");
    EXPECT_EQ(settle_muxer(muxers, {"/x", "/yamux/1.0.0"}).value(), "/yamux/1.0.0");
    EXPECT_EQ(settle_muxer(muxers, {}).value(), std::nullopt);
    EXPECT_FALSE(settle_muxer(muxers, {"/x"}));
    EXPECT_EQ(settle_muxer({}, {"/x"}).value(), std::nullopt);
}

} // namespace
} // namespace taleus::p2p
