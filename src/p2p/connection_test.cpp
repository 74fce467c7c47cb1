#include "p2p/connection.hpp"
#include "p2p/testing/identify_fields.hpp"
#include "p2p/testing/pair.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

using namespace std::chrono_literals;
using testing::Node;
using testing::Pair;

constexpr std::string_view echo = "/echo/1.0.0";

// How the two come to a muxer, which must make no difference to what streams do.
struct Way {
    std::string name;
    bool yamux = true;
    bool mplex = true;
    bool early_muxer = true;
    std::string muxer;
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class StreamTest : public ::testing::TestWithParam<Way> {
protected:
    StreamTest() {
        alice.context.yamux = GetParam().yamux;
        alice.context.mplex = GetParam().mplex;
        alice.context.early_muxer = GetParam().early_muxer;
    }
    Node alice{1};
    Node bob{2};
};
INSTANTIATE_TEST_SUITE_P(
    Ways, StreamTest,
    ::testing::Values(
        Way{.name = "yamux", .muxer = "/yamux/1.0.0"},
        Way{.name = "mplex_only_as_a_field_peer", .yamux = false, .muxer = "/mplex/6.7.0"},
        Way{.name = "yamux_negotiated_inside_as_rust", .early_muxer = false, .muxer = "/yamux/1.0.0"},
        Way{.name = "mplex_negotiated_inside", .yamux = false, .early_muxer = false, .muxer = "/mplex/6.7.0"}),
    [](const auto& info) { return info.param.name; });

TEST_P(StreamTest, both_roles_arrive_at_the_same_muxer) {
    Pair outward{alice, bob};
    outward.run();
    Pair inward{bob, alice};
    inward.run();
    for (const auto* heard :
         {&outward.heard_by_dialer, &outward.heard_by_listener, &inward.heard_by_dialer, &inward.heard_by_listener}) {
        ASSERT_TRUE(heard->ready);
        EXPECT_EQ(heard->ready->muxer, GetParam().muxer);
    }
    EXPECT_EQ(outward.heard_by_dialer.ready->peer, bob.peer());
    EXPECT_EQ(outward.heard_by_listener.ready->peer, alice.peer());
    EXPECT_EQ(outward.listener.peer(), alice.peer());
}

TEST_P(StreamTest, calls_on_a_connection_that_is_over_do_nothing) {
    Pair pair{alice, bob};
    pair.run();
    const auto stream = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    pair.dialer.close(pair.now);
    pair.dialer.close(pair.now); // twice is once
    pair.dialer.receive_end(pair.now);
    pair.run();
    ASSERT_TRUE(pair.dialer.is_closed());
    const auto closings = pair.heard_by_dialer.closings;
    EXPECT_EQ(pair.dialer.open_stream(echo, pair.now), 0U);
    pair.dialer.write(stream, as_bytes("x"), pair.now);
    pair.dialer.close_write(stream, pair.now);
    pair.dialer.consumed(stream, 1, pair.now);
    pair.dialer.reset(stream, pair.now);
    pair.dialer.receive_end(pair.now);
    pair.dialer.expire(pair.now + 1h);
    pair.run();
    EXPECT_FALSE(pair.dialer.has_output());
    EXPECT_EQ(pair.dialer.stream_count(), 0U);
    EXPECT_FALSE(pair.dialer.deadline());
    EXPECT_EQ(pair.heard_by_dialer.closings, closings);
}

TEST_P(StreamTest, calls_for_a_stream_that_was_never_opened_do_nothing) {
    Pair pair{alice, bob};
    pair.run();
    const auto stream = pair.dialer.open_stream(echo, pair.now);
    pair.dialer.write(stream, {}, pair.now);
    for (const auto other : {stream + 1000, StreamId{0}}) {
        pair.dialer.write(other, as_bytes("x"), pair.now);
        pair.dialer.close_write(other, pair.now);
        pair.dialer.consumed(other, 1, pair.now);
        pair.dialer.reset(other, pair.now);
    }
    pair.dialer.write(stream, as_bytes("question"), pair.now);
    pair.run();
    ASSERT_EQ(pair.heard_by_listener.opened.size(), 1U);
    EXPECT_EQ(pair.heard_by_listener.data[pair.heard_by_listener.opened[0].stream], "question");
    EXPECT_TRUE(pair.heard_by_dialer.reset.empty());
}

TEST_P(StreamTest, a_question_and_its_answer_pass_in_any_pieces) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Pair pair{alice, bob, seed};
        pair.run();
        const auto asked = pair.dialer.open_stream(echo, pair.now);
        pair.dialer.write(asked, as_bytes("question"), pair.now);
        pair.dialer.close_write(asked, pair.now);
        pair.run();
        ASSERT_EQ(pair.heard_by_listener.opened.size(), 1U);
        const auto got = pair.heard_by_listener.opened[0].stream;
        EXPECT_EQ(pair.heard_by_listener.opened[0].protocol, echo);
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

// A js-libp2p 3.x listener that reads with `for await` hung for ever when contact and end came with the proposal.
TEST_P(StreamTest, an_end_waits_for_the_answer_to_the_proposal_and_the_data_does_not) {
    Pair pair{alice, bob};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.dialer.write(asked, as_bytes("question"), pair.now);
    pair.dialer.close_write(asked, pair.now);
    pair.dialer.write(asked, as_bytes("too late"), pair.now);
    pair.listener.receive(pair.dialer.take_output(pair.now), pair.now);
    pair.heard_by_listener.take(pair.listener);
    pair.heard_by_dialer.take(pair.dialer);
    EXPECT_EQ(pair.heard_by_listener.data.size(), 1U);
    EXPECT_TRUE(pair.heard_by_listener.ended.empty());
    EXPECT_FALSE(pair.heard_by_dialer.has_flushed(asked));
    pair.run();
    EXPECT_EQ(pair.heard_by_listener.ended.size(), 1U);
    EXPECT_EQ(pair.heard_by_listener.data.begin()->second, "question");
    EXPECT_TRUE(pair.heard_by_dialer.has_flushed(asked));
}

TEST_P(StreamTest, the_listener_opens_streams_too) {
    Pair pair{alice, bob, 3};
    pair.run();
    const auto asked = pair.listener.open_stream(echo, pair.now);
    pair.listener.write(asked, as_bytes("hello"), pair.now);
    pair.run();
    ASSERT_EQ(pair.heard_by_dialer.opened.size(), 1U);
    EXPECT_EQ(pair.heard_by_dialer.data[pair.heard_by_dialer.opened[0].stream], "hello");
}

TEST_P(StreamTest, a_protocol_that_the_peer_does_not_speak_resets_the_stream_only) {
    Pair pair{alice, bob, 5};
    pair.run();
    const auto asked = pair.dialer.open_stream("/other/1.0.0", pair.now);
    pair.dialer.write(asked, as_bytes("sent before the answer is known"), pair.now);
    pair.run();
    EXPECT_EQ(pair.heard_by_dialer.reset[asked], "protocol not supported");
    EXPECT_TRUE(pair.heard_by_listener.opened.empty());
    EXPECT_EQ(pair.listener.stream_count(), 0U);
    EXPECT_FALSE(pair.dialer.is_closed());
    EXPECT_FALSE(pair.listener.is_closed());
}

TEST_P(StreamTest, a_connection_that_moves_to_another_thread_goes_by_the_context_there) {
    Pair pair{alice, bob};
    pair.run();
    const auto before = pair.dialer.open_stream(echo, pair.now);
    pair.dialer.write(before, as_bytes("question"), pair.now);
    pair.run();
    auto elsewhere = bob.context;
    elsewhere.protocols = {"/other/1.0.0"};
    elsewhere.limits.idle = 7s;
    pair.listener.move_to(elsewhere);
    bob.context.protocols.clear(); // of what it had nothing is read any more
    const auto other = pair.dialer.open_stream("/other/1.0.0", pair.now);
    const auto old = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    ASSERT_EQ(pair.heard_by_listener.opened.size(), 2U);
    EXPECT_EQ(pair.heard_by_listener.opened[1].protocol, "/other/1.0.0");
    EXPECT_TRUE(pair.heard_by_dialer.reset.contains(old));
    EXPECT_FALSE(pair.heard_by_dialer.reset.contains(before)) << "what was open stays so";
    pair.dialer.reset(before, pair.now);
    pair.dialer.reset(other, pair.now);
    pair.run();
    EXPECT_EQ(pair.listener.deadline(), pair.now + 7s);
}

TEST_P(StreamTest, a_reset_reaches_the_other_end_and_unknown_streams_are_ignored) {
    Pair pair{alice, bob};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    const auto got = pair.heard_by_listener.opened.at(0).stream;
    pair.listener.reset(got, pair.now);
    pair.listener.reset(got, pair.now);
    pair.listener.write(got, as_bytes("x"), pair.now);
    pair.listener.consumed(12345, 1, pair.now);
    pair.run();
    EXPECT_EQ(pair.heard_by_dialer.reset[asked], "reset by the peer");
    EXPECT_TRUE(pair.heard_by_listener.reset.empty());
    EXPECT_EQ(pair.dialer.stream_count() + pair.listener.stream_count(), 0U);
}

TEST_P(StreamTest, three_hundred_streams_at_once_pass) {
    bob.context.limits.streams_negotiating_max = 1024;
    Pair pair{alice, bob};
    pair.run();
    std::vector<StreamId> asked;
    for (int i = 0; i < 300; ++i) {
        asked.push_back(pair.dialer.open_stream(echo, pair.now));
        pair.dialer.write(asked.back(), as_bytes(std::to_string(i)), pair.now);
        pair.dialer.close_write(asked.back(), pair.now);
    }
    EXPECT_EQ(pair.dialer.stream_count(), 300U);
    pair.run();
    EXPECT_EQ(pair.heard_by_listener.opened.size(), 300U);
    EXPECT_EQ(pair.heard_by_listener.ended.size(), 300U);
    EXPECT_TRUE(pair.heard_by_dialer.reset.empty());
}

TEST_P(StreamTest, a_megabyte_passes_while_the_reader_consumes) {
    Pair pair{alice, bob, 9};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    const std::string part(50'000, 'x');
    for (int i = 0; i < 20; ++i) {
        pair.dialer.write(asked, as_bytes(part), pair.now);
        pair.run();
        const auto got = pair.heard_by_listener.opened.at(0).stream;
        pair.listener.consumed(got, part.size(), pair.now);
        pair.run();
    }
    EXPECT_EQ(pair.heard_by_listener.data.begin()->second.size(), 1'000'000U);
    EXPECT_TRUE(pair.heard_by_dialer.reset.empty());
}

TEST_P(StreamTest, an_unread_stream_holds_no_more_than_its_bound) {
    Pair pair{alice, bob};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.dialer.write(asked, as_bytes(std::string(1'000'000, 'x')), pair.now);
    pair.run();
    const auto got = pair.heard_by_listener.opened.at(0).stream;
    EXPECT_LE(pair.heard_by_listener.data[got].size(), 256U * 1024);
    EXPECT_FALSE(pair.listener.is_closed());
    const bool is_mplex = GetParam().muxer == "/mplex/6.7.0"; // no flow control: the stream is the price
    EXPECT_EQ(pair.heard_by_listener.reset.contains(got), is_mplex);
    EXPECT_EQ(pair.heard_by_dialer.reset.contains(asked), is_mplex);
    EXPECT_FALSE(pair.dialer.has_output()) << "what has no credit is no output, and stalls nothing";
}

TEST_P(StreamTest, identify_tells_who_we_are_and_ends) {
    Pair pair{alice, bob, 2};
    pair.run();
    const auto asked = pair.dialer.open_stream("/ipfs/id/1.0.0", pair.now);
    pair.run();
    const auto message = pair.heard_by_dialer.data[asked];
    EXPECT_TRUE(pair.heard_by_dialer.has_ended(asked));
    EXPECT_LT(message.size(), 2048U);
    auto told = testing::identify_fields(as_bytes(message));
    EXPECT_EQ(told[1].at(0), to_text(wire::to_protobuf(bob.identity.public_key())));
    EXPECT_EQ(told[6].at(0), "test");
    EXPECT_EQ(told[3].at(0), echo);
    EXPECT_EQ(told[2].at(0), to_text(wire::Multiaddr::tcp("127.0.0.1", 4001).bytes()));
    EXPECT_EQ(told[4].at(0), to_text(wire::Multiaddr::tcp("127.0.0.1", 50000).bytes()));
    EXPECT_TRUE(pair.heard_by_listener.opened.empty()) << "answered inside";
    pair.dialer.close_write(asked, pair.now);
    pair.run();
    EXPECT_EQ(pair.dialer.stream_count(), 0U);
}

TEST_P(StreamTest, ping_echoes_whole_pings_until_the_peer_half_closes) {
    Pair pair{alice, bob, 4};
    pair.run();
    const auto asked = pair.dialer.open_stream("/ipfs/ping/1.0.0", pair.now);
    for (const char c : {'a', 'b', 'c'}) pair.dialer.write(asked, as_bytes(std::string(32, c)), pair.now);
    pair.dialer.write(asked, as_bytes("half"), pair.now);
    pair.run();
    EXPECT_EQ(pair.heard_by_dialer.data[asked], std::string(32, 'a') + std::string(32, 'b') + std::string(32, 'c'));
    EXPECT_FALSE(pair.heard_by_dialer.has_ended(asked));
    pair.dialer.close_write(asked, pair.now);
    pair.run();
    EXPECT_TRUE(pair.heard_by_dialer.has_ended(asked));
    EXPECT_EQ(pair.dialer.stream_count(), 0U);
}

TEST_P(StreamTest, streams_that_the_connection_answers_itself_are_not_the_applications) {
    Pair pair{alice, bob};
    pair.run();
    const auto ping = pair.dialer.open_stream("/ipfs/ping/1.0.0", pair.now);
    pair.run();
    for (StreamId number = 0; number < 256;
         ++number) { // of what streams there may be: yamux counts above the wire's id
        const auto any = number / 16 << 32U | number % 16;
        pair.listener.write(any, as_bytes("x"), pair.now);
        pair.listener.close_write(any, pair.now);
        pair.listener.reset(any, pair.now);
    }
    pair.dialer.write(ping, as_bytes(std::string(32, 'p')), pair.now);
    pair.run();
    EXPECT_EQ(pair.heard_by_dialer.data[ping], std::string(32, 'p'));
    EXPECT_TRUE(pair.heard_by_dialer.reset.empty());
}

TEST_P(StreamTest, a_third_ping_stream_is_reset_and_the_first_two_go_on) {
    Pair pair{alice, bob};
    pair.run();
    std::array<StreamId, 3> pings{};
    for (auto& ping : pings) {
        ping = pair.dialer.open_stream("/ipfs/ping/1.0.0", pair.now);
        pair.dialer.write(ping, as_bytes(std::string(32, 'p')), pair.now);
    }
    pair.run();
    EXPECT_EQ(pair.heard_by_dialer.data[pings[0]].size(), 32U);
    EXPECT_EQ(pair.heard_by_dialer.data[pings[1]].size(), 32U);
    EXPECT_TRUE(pair.heard_by_dialer.reset.contains(pings[2]));
}

TEST_P(StreamTest, a_close_waits_for_live_streams_and_takes_no_new_ones) {
    Pair pair{alice, bob};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    const auto got = pair.heard_by_listener.opened.at(0).stream;
    pair.listener.close(pair.now);
    const auto late = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    EXPECT_TRUE(pair.heard_by_dialer.reset.contains(late));
    EXPECT_FALSE(pair.listener.is_closed());
    const auto refused = pair.listener.open_stream(echo, pair.now);
    pair.run();
    EXPECT_TRUE(pair.heard_by_listener.reset.contains(refused));

    pair.dialer.close_write(asked, pair.now);
    pair.listener.write(got, as_bytes("last words"), pair.now);
    pair.listener.close_write(got, pair.now);
    pair.run();
    EXPECT_EQ(pair.heard_by_dialer.data[asked], "last words");
    EXPECT_TRUE(pair.heard_by_dialer.has_ended(asked));
    ASSERT_TRUE(pair.heard_by_listener.closed);
    EXPECT_EQ(pair.heard_by_listener.closed->code, Code::shutting_down);
    pair.dialer.receive_end(pair.now);
    pair.run();
    EXPECT_EQ(pair.heard_by_dialer.closed->code, Code::peer_gone);
    EXPECT_EQ(pair.heard_by_listener.closings, 1);
    EXPECT_EQ(pair.heard_by_dialer.closings, 1);
}

TEST_P(StreamTest, what_arrived_before_the_sockets_end_is_delivered_first) {
    Pair pair{alice, bob};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.dialer.write(asked, as_bytes("a message"), pair.now);
    pair.dialer.close_write(asked, pair.now);
    pair.listener.receive(pair.dialer.take_output(pair.now), pair.now);
    pair.dialer.receive(pair.listener.take_output(pair.now), pair.now);
    pair.listener.receive(pair.dialer.take_output(pair.now), pair.now);
    pair.listener.receive_end(pair.now);
    std::string order;
    while (const auto event = pair.listener.poll()) order += std::to_string(event->index());
    EXPECT_EQ(order, "1236") << "opened, data, end, closed";
    EXPECT_TRUE(pair.listener.is_closed());
    EXPECT_FALSE(pair.listener.wants_input());
    EXPECT_FALSE(pair.listener.deadline());
}

TEST_P(StreamTest, nothing_that_comes_after_the_end_has_any_effect) {
    Pair pair{alice, bob};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.dialer.receive_end(pair.now);
    pair.dialer.receive_end(pair.now);
    pair.dialer.receive(Bytes(100), pair.now);
    pair.dialer.write(asked, as_bytes("x"), pair.now);
    pair.dialer.close(pair.now);
    pair.dialer.expire(pair.now + 1h);
    EXPECT_EQ(pair.dialer.open_stream(echo, pair.now), 0U);
    pair.heard_by_dialer.take(pair.dialer);
    EXPECT_EQ(pair.heard_by_dialer.closings, 1);
    EXPECT_EQ(pair.dialer.stream_count(), 0U);
}

TEST_P(StreamTest, a_connection_without_a_stream_ends_after_its_idle_time) {
    alice.context.limits.idle = 50s;
    Pair pair{alice, bob};
    pair.run();
    pair.advance(20s);
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    for (int i = 0; i < 10; ++i) pair.advance(20s);
    EXPECT_FALSE(pair.dialer.is_closed()) << "a stream is open";
    pair.dialer.reset(asked, pair.now);
    pair.run();
    for (int i = 0; i < 4; ++i) pair.advance(12s);
    EXPECT_FALSE(pair.dialer.is_closed());
    pair.advance(2s);
    ASSERT_TRUE(pair.heard_by_dialer.closed);
    EXPECT_EQ(pair.heard_by_dialer.closed->code, Code::timeout);
}

TEST_P(StreamTest, a_peer_that_takes_no_output_is_given_up) {
    Pair pair{alice, bob};
    pair.run();
    const auto asked = pair.dialer.open_stream(echo, pair.now);
    pair.run();
    pair.dialer.write(asked, as_bytes("x"), pair.now);
    pair.now += 14s;
    pair.dialer.expire(pair.now);
    EXPECT_FALSE(pair.dialer.is_closed());
    pair.now += 1s;
    EXPECT_LE(*pair.dialer.deadline(), pair.now);
    pair.dialer.expire(pair.now);
    pair.heard_by_dialer.take(pair.dialer);
    ASSERT_TRUE(pair.heard_by_dialer.closed);
    EXPECT_EQ(pair.heard_by_dialer.closed->code, Code::timeout);
}

} // namespace
} // namespace taleus::p2p
