// How a connection begins and ends, and what keeps it up between.

#include "p2p/connection.hpp"
#include "p2p/testing/pair.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

using namespace std::chrono_literals;
using testing::Node;
using testing::Pair;

constexpr std::string_view echo = "/echo/1.0.0";

TEST(ConnectionTest, another_peer_than_the_expected_one_is_unreachable) {
    Node alice{1};
    Node bob{2};
    Node carol{3};
    Pair pair{alice, bob, carol.peer(), 0};
    pair.run();
    ASSERT_TRUE(pair.heard_by_dialer.closed);
    EXPECT_EQ(pair.heard_by_dialer.closed->code, Code::unreachable);
    EXPECT_FALSE(pair.heard_by_dialer.ready);
    EXPECT_TRUE(pair.dialer.peer().empty());
    pair.listener.receive_end(pair.now);
    pair.run();
    EXPECT_EQ(pair.heard_by_listener.closed->code, Code::peer_gone);
}

TEST(ConnectionTest, peers_without_a_common_muxer_part) {
    for (const bool early : {true, false}) {
        Node alice{1};
        Node bob{2};
        alice.context.yamux = false;
        alice.context.early_muxer = early;
        bob.context.mplex = false;
        Pair pair{alice, bob};
        pair.run();
        ASSERT_TRUE(pair.heard_by_dialer.closed);
        EXPECT_EQ(pair.heard_by_dialer.closed->code, Code::malformed);
        EXPECT_FALSE(pair.heard_by_listener.ready);
    }
}

TEST(ConnectionTest, a_quiet_peer_is_asked_and_one_that_does_not_answer_is_gone) {
    Node alice{1};
    Node bob{2};
    alice.context.limits.idle = 1h;
    Pair pair{alice, bob};
    pair.run();
    pair.now += 30s;
    pair.dialer.expire(pair.now);
    EXPECT_TRUE(pair.dialer.has_output()) << "a ping";
    pair.run();
    pair.now += 30s;
    pair.dialer.expire(pair.now);
    EXPECT_FALSE(pair.dialer.is_closed()) << "it was answered, and this is the next one";
    EXPECT_FALSE(pair.dialer.take_output(pair.now).empty()); // lost on its way
    pair.now += 29s;
    pair.dialer.expire(pair.now);
    EXPECT_FALSE(pair.dialer.is_closed());
    pair.now += 1s;
    pair.dialer.expire(pair.now);
    EXPECT_TRUE(pair.dialer.is_closed());
}

TEST(ConnectionTest, a_peer_that_sends_data_is_not_cut_off_for_a_missing_pong) {
    Node alice{1};
    Node bob{2};
    Pair pair{alice, bob};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    pair.now += 30s;
    pair.dialer.expire(pair.now);
    pair.dialer.take_output(pair.now); // the ping, lost
    const auto got = pair.heard_by_listener.opened.at(0).stream;
    for (int i = 0; i < 10; ++i) {
        pair.now += 10s;
        pair.listener.write(got, as_bytes("x"), pair.now);
        pair.dialer.receive(pair.listener.take_output(pair.now), pair.now);
        pair.dialer.expire(pair.now);
    }
    EXPECT_FALSE(pair.dialer.is_closed());
    pair.heard_by_dialer.take(pair.dialer);
    EXPECT_EQ(pair.heard_by_dialer.data[asked], std::string(10, 'x'));
}

TEST(ConnectionTest, frames_that_wait_together_travel_in_one_noise_frame) {
    Node alice{1};
    Node bob{2};
    Pair pair{alice, bob};
    pair.run();
    for (int i = 0; i < 50; ++i) {
        const auto asked = pair.dialer.open_stream(echo, pair.now);
        pair.dialer.write(asked, as_bytes(std::string(1000, 'x')), pair.now);
        pair.dialer.close_write(asked, pair.now);
    }
    const auto written = pair.dialer.take_output(pair.now);
    ASSERT_GT(written.size(), 50'000U);
    EXPECT_EQ(written.size(), 2U + (static_cast<std::size_t>(written[0]) << 8 | written[1]));
    EXPECT_FALSE(pair.dialer.has_output());
}

TEST(ConnectionTest, a_dialer_sends_its_last_handshake_message_and_its_first_request_without_waiting) {
    Node alice{1};
    Node bob{2};
    Pair pair{alice, bob};
    int flights = 0;
    while (!pair.heard_by_dialer.ready) { // each flight is a round trip
        pair.listener.receive(pair.dialer.take_output(pair.now), pair.now);
        pair.dialer.receive(pair.listener.take_output(pair.now), pair.now);
        pair.heard_by_dialer.take(pair.dialer);
        ++flights;
    }
    EXPECT_EQ(flights, 2);
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.dialer.write(asked, as_bytes("question"), pair.now);
    pair.listener.receive(pair.dialer.take_output(pair.now), pair.now);
    pair.heard_by_listener.take(pair.listener);
    EXPECT_EQ(pair.heard_by_listener.data.size(), 1U);
}

// Every prefix of an honest dialer's handshake, after which nothing more comes.
TEST(ConnectionTest, a_dialer_that_falls_silent_anywhere_in_the_handshake_is_ended_at_the_deadline) {
    Node alice{1};
    Node bob{2};
    alice.context.early_muxer = false; // the longest handshake
    for (std::size_t silent_after = 0;; silent_after += 13) {
        Pair pair{alice, bob};
        std::size_t left = silent_after;
        bool complete = false;
        for (int flight = 0; flight < 8; ++flight) {
            const auto bytes = pair.dialer.take_output(pair.now);
            const auto count = std::min(left, bytes.size());
            pair.listener.receive(ByteView{bytes}.first(count), pair.now);
            left -= count;
            pair.dialer.receive(pair.listener.take_output(pair.now), pair.now);
        }
        pair.heard_by_listener.take(pair.listener);
        complete = pair.heard_by_listener.ready.has_value();
        if (complete) break;
        EXPECT_EQ(*pair.listener.deadline(), pair.now + 10s);
        pair.now += 10s - 1ns;
        pair.listener.expire(pair.now);
        EXPECT_FALSE(pair.listener.is_closed()) << silent_after;
        pair.now += 1ns;
        pair.listener.expire(pair.now);
        pair.heard_by_listener.take(pair.listener);
        ASSERT_TRUE(pair.heard_by_listener.closed) << silent_after;
        EXPECT_EQ(pair.heard_by_listener.closed->code, Code::timeout) << silent_after;
    }
}

TEST(ConnectionTest, a_trickle_of_bytes_does_not_move_the_handshakes_deadline) {
    Node alice{1};
    Node bob{2};
    Pair pair{alice, bob};
    const auto bytes = pair.dialer.take_output(pair.now);
    for (std::size_t i = 0; i < 2; ++i) {
        pair.listener.receive(ByteView{bytes}.subspan(i, 1), pair.now);
        pair.now += 5s;
        pair.listener.expire(pair.now);
    }
    EXPECT_TRUE(pair.listener.is_closed());
}

TEST(ConnectionTest, expiring_early_and_often_changes_nothing) {
    Node alice{1};
    Node bob{2};
    Pair pair{alice, bob};
    for (int i = 0; i < 100; ++i) {
        pair.dialer.expire(pair.now);
        pair.listener.expire(pair.now);
    }
    pair.run();
    EXPECT_TRUE(pair.heard_by_dialer.ready);
    EXPECT_TRUE(pair.heard_by_listener.ready);
}

TEST(ConnectionTest, whose_peer_hangs_up_instead_of_reading_the_farewell_ended_in_order) {
    Node alice{1};
    Node bob{2};
    Pair pair{alice, bob};
    pair.run();
    pair.dialer.close(pair.now);
    ASSERT_FALSE(pair.dialer.is_closed()) << "its farewell is not sent yet";
    pair.dialer.receive_end(pair.now);
    pair.heard_by_dialer.take(pair.dialer);
    ASSERT_TRUE(pair.heard_by_dialer.closed);
    EXPECT_EQ(pair.heard_by_dialer.closed->code, Code::shutting_down);
}

TEST(ConnectionTest, that_moves_before_its_peer_is_proven_goes_by_the_context_there) {
    Node alice{1};
    Node bob{2};
    Pair pair{alice, bob};
    auto elsewhere = bob.context;
    elsewhere.protocols = {"/other/1.0.0"};
    pair.listener.move_to(elsewhere);
    pair.run();
    const auto there = pair.dialer.open_stream("/other/1.0.0", pair.now);
    const auto here = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    EXPECT_TRUE(pair.heard_by_dialer.reset.contains(here));
    EXPECT_FALSE(pair.heard_by_dialer.reset.contains(there));
    ASSERT_EQ(pair.heard_by_listener.opened.size(), 1U);
    EXPECT_EQ(pair.heard_by_listener.opened[0].protocol, "/other/1.0.0");
}

} // namespace
} // namespace taleus::p2p
