// What hostile and odd peers send before the channel is secure.
#include "p2p/testing/raw_peer.hpp"
#include "p2p/upgrade.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

using testing::Node;
using testing::proposal;

class UpgradeTest : public ::testing::Test {
protected:
    // Sends the lines for /noise and then `frames` to a listener; is it closed?
    bool is_refused(const Bytes& frames) {
        Connection listener{bob.context, Side::listener, wire::Multiaddr::tcp("127.0.0.1", 5), std::nullopt, now};
        listener.receive(as_bytes(proposal("/noise")), now);
        listener.receive(frames, now);
        testing::Heard heard;
        heard.take(listener);
        return heard.closed && heard.closed->code == Code::malformed;
    }
    static Bytes framed(std::size_t size, std::uint8_t fill = 9) {
        Bytes frame;
        append_noise_frame(frame, Bytes(size, fill));
        return frame;
    }
    Node bob{2};
    Instant now{};
};

TEST_F(UpgradeTest, a_first_message_of_any_other_size_than_32_is_refused) {
    EXPECT_FALSE(is_refused(framed(32)));
    for (const std::size_t size : {0UL, 1UL, 31UL, 33UL, 8193UL, 65535UL})
        EXPECT_TRUE(is_refused(framed(size))) << size;
}

TEST_F(UpgradeTest, an_oversized_message_is_refused_at_its_length) {
    EXPECT_TRUE(is_refused({0xff, 0xff}));
    EXPECT_TRUE(is_refused({0x00, 0x00}));
}

TEST_F(UpgradeTest, an_ephemeral_key_of_zeros_is_refused) { EXPECT_TRUE(is_refused(framed(32, 0))); }

TEST_F(UpgradeTest, what_is_no_libp2p_is_refused) {
    for (const std::string text : {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02", "SSH-2.0-x\r\n"}) {
        Connection listener{bob.context, Side::listener, wire::Multiaddr::tcp("127.0.0.1", 5), std::nullopt, now};
        listener.receive(as_bytes(text + std::string(100, '\n')), now);
        EXPECT_TRUE(listener.is_closed()) << text;
    }
}

TEST_F(UpgradeTest, tls_is_declined_and_noise_taken_on_the_same_connection) { // go dials TLS first
    Connection listener{bob.context, Side::listener, wire::Multiaddr::tcp("127.0.0.1", 5), std::nullopt, now};
    listener.receive(as_bytes(proposal("/tls/1.0.0")), now);
    EXPECT_EQ(to_text(listener.take_output(now)), proposal("na"));
    Bytes second;
    append_multistream_line(second, "/noise");
    listener.receive(second, now);
    EXPECT_EQ(listener.take_output(now), second);
    EXPECT_FALSE(listener.is_closed());
}

TEST_F(UpgradeTest, a_dialer_keeps_its_first_message_until_noise_is_agreed_on) { // after `na` it would be garbage
    Connection dialer{bob.context, Side::dialer, wire::Multiaddr::tcp("127.0.0.1", 5), Node{1}.peer(), now};
    EXPECT_EQ(to_text(dialer.take_output(now)), proposal("/noise"));
    dialer.receive(as_bytes(proposal("/noise")), now);
    EXPECT_EQ(dialer.take_output(now).size(), 2U + 32U);
    Connection refused{bob.context, Side::dialer, wire::Multiaddr::tcp("127.0.0.1", 5), Node{1}.peer(), now};
    refused.receive(as_bytes(proposal("na")), now);
    EXPECT_TRUE(refused.is_closed());
}

TEST_F(UpgradeTest, a_first_message_behind_a_lazy_proposal_is_answered_in_one_flight) { // rust does so
    Node alice{1};
    X25519KeyPair statics = X25519KeyPair::generate(alice.random);
    NoiseHandshake handshake{Side::dialer, statics, alice.random};
    auto flight = to_bytes(proposal("/noise"));
    append_noise_frame(flight, *handshake.write({}));
    Connection listener{bob.context, Side::listener, wire::Multiaddr::tcp("127.0.0.1", 5), std::nullopt, now};
    listener.receive(flight, now);
    const auto answer = listener.take_output(now);
    const auto lines = proposal("/noise");
    ASSERT_GT(answer.size(), lines.size() + 200);
    EXPECT_EQ(to_text(ByteView{answer}.first(lines.size())), lines);
    EXPECT_TRUE(handshake.read(ByteView{answer}.subspan(lines.size() + 2)));
}

TEST_F(UpgradeTest, an_identity_that_did_not_sign_the_channels_key_is_refused_by_both_sides) { // CVE-2022-24759
    Node alice{1};
    Node carol{3};
    auto borrowed = std::make_shared<NoiseIdentity>();
    borrowed->statics = X25519KeyPair::generate(alice.random);
    borrowed->payload = carol.context.noise->payload; // carol's words, not her key
    alice.context.noise = borrowed;
    testing::Pair outward{alice, bob};
    outward.run();
    ASSERT_TRUE(outward.heard_by_listener.closed);
    EXPECT_EQ(outward.heard_by_listener.closed->code, Code::malformed);
    EXPECT_FALSE(outward.heard_by_listener.ready);
    testing::Pair inward{bob, alice, carol.peer(), 0};
    inward.run();
    ASSERT_TRUE(inward.heard_by_dialer.closed);
    EXPECT_EQ(inward.heard_by_dialer.closed->code, Code::malformed);
}

} // namespace
} // namespace taleus::p2p
