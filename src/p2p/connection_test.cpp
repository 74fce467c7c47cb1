#include "p2p/connection.hpp"
#include "p2p/testing/pair.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

using namespace std::chrono_literals;
using testing::Heard;
using testing::Node;
using testing::Pair;

TEST(ConnectionTest, two_ends_agree_on_who_they_are_and_on_yamux) {
    Node alice{1};
    Node bob{2};
    Pair pair{alice, bob};
    pair.run();
    ASSERT_TRUE(pair.heard_by_dialer.ready);
    ASSERT_TRUE(pair.heard_by_listener.ready);
    EXPECT_EQ(pair.heard_by_dialer.ready->peer, bob.peer());
    EXPECT_EQ(pair.heard_by_listener.ready->peer, alice.peer());
    EXPECT_EQ(pair.heard_by_dialer.ready->muxer, "/yamux/1.0.0");
    EXPECT_EQ(pair.heard_by_listener.ready->muxer, "/yamux/1.0.0");
}

TEST(ConnectionTest, a_stream_carries_a_question_and_its_answer) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Node alice{1};
        Node bob{2};
        Pair pair{alice, bob, seed};
        pair.run();
        const auto asked = pair.dialer.open_stream("/echo/1.0.0", pair.now);
        pair.dialer.write(asked, as_bytes("question"), pair.now);
        pair.dialer.close_write(asked, pair.now);
        pair.run();
        ASSERT_EQ(pair.heard_by_listener.opened.size(), 1U);
        const auto got = pair.heard_by_listener.opened[0].stream;
        EXPECT_EQ(pair.heard_by_listener.opened[0].protocol, "/echo/1.0.0");
        EXPECT_EQ(pair.heard_by_listener.data[got], "question");
        EXPECT_TRUE(pair.heard_by_listener.has_ended(got));
        pair.listener.write(got, as_bytes("answer"), pair.now);
        pair.listener.close_write(got, pair.now);
        pair.run();
        EXPECT_EQ(pair.heard_by_dialer.data[asked], "answer");
        EXPECT_TRUE(pair.heard_by_dialer.has_ended(asked));
        EXPECT_TRUE(pair.heard_by_dialer.has_flushed(asked));
        EXPECT_TRUE(pair.heard_by_listener.has_flushed(got));
        EXPECT_EQ(pair.dialer.stream_count(), 0U);
        EXPECT_EQ(pair.listener.stream_count(), 0U);
        EXPECT_FALSE(pair.dialer.has_output());
    }
}

} // namespace
} // namespace taleus::p2p
