// What hostile and odd peers send to a whole connection: each test one published attack, bad input or quirk, and what
// must live on. Frames that concern the muxer alone are in yamux_test.cpp and mplex_test.cpp.

#include "p2p/testing/raw_peer.hpp"
#include "wire/protobuf.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace taleus::p2p {
namespace {

using namespace std::chrono_literals;
using testing::mplex_frame;
using testing::Node;
using testing::proposal;
using testing::RawPeer;
using testing::yamux_data;
using testing::yamux_frame;
using testing::yamux_update;
using yamux::ack;
using yamux::fin;
using yamux::rst;
using yamux::syn;
using yamux::Type;

constexpr std::string_view echo = "/echo/1.0.0";
constexpr std::string_view identify = "/ipfs/id/1.0.0";
constexpr std::string_view push = "/ipfs/id/push/1.0.0";
constexpr std::string_view ping = "/ipfs/ping/1.0.0";

class AttackTest : public ::testing::Test {
protected:
    // Opens stream `wire` for a protocol, as a lazy dialer does.
    void ask(std::uint32_t wire, std::string_view protocol, std::string_view more = "") {
        peer.send(yamux_data(wire, proposal(protocol) + std::string{more}, syn));
    }
    // That a stream opened now still works, and with it the connection.
    void expect_service(std::uint32_t wire) {
        ask(wire, echo, "still here");
        ASSERT_TRUE(peer.lives());
        ASSERT_FALSE(peer.heard.opened.empty());
        EXPECT_EQ(peer.heard.data[peer.heard.opened.back().stream], "still here");
    }
    void expect_protocol_error() {
        ASSERT_TRUE(peer.heard.closed);
        EXPECT_EQ(peer.heard.closed->code, Code::malformed);
        EXPECT_EQ(peer.heard.closings, 1);
        const auto frames = peer.receive_yamux();
        ASSERT_FALSE(frames.empty());
        EXPECT_EQ(frames.back().header.type, Type::go_away);
        EXPECT_EQ(frames.back().header.length, 1U);
    }
    static bool is_reset(const std::vector<testing::Frame>& frames, std::uint32_t wire) {
        return std::ranges::any_of(
            frames, [&](const auto& frame) { return frame.header.stream == wire && frame.header.has(rst); });
    }

    Node mallory{1};
    Node bob{2};
    RawPeer peer{mallory, bob, Side::dialer};
};

TEST_F(AttackTest, a_reset_with_an_error_code_in_its_length_ends_one_stream) {
    ask(1, echo);
    peer.send(yamux_update(1, rst, 0xdeadbeef));
    EXPECT_EQ(peer.heard.reset.size(), 1U);
    EXPECT_EQ(peer.connection.stream_count(), 0U);
    expect_service(3);
}

TEST_F(AttackTest, data_and_its_end_in_one_frame_are_both_delivered) {
    ask(1, echo);
    peer.send(yamux_data(1, "all of it", fin));
    const auto id = peer.heard.opened.at(0).stream;
    EXPECT_EQ(peer.heard.data[id], "all of it");
    EXPECT_TRUE(peer.heard.has_ended(id));
}

TEST_F(AttackTest, our_end_never_travels_on_a_frame_with_a_body) {
    ask(1, echo);
    const auto id = peer.heard.opened.at(0).stream;
    peer.connection.write(id, as_bytes("answer"), peer.now);
    peer.connection.close_write(id, peer.now);
    bool ended = false;
    for (const auto& frame : peer.receive_yamux()) {
        EXPECT_FALSE(frame.header.has(fin) && !frame.body.empty());
        ended = ended || frame.header.has(fin);
    }
    EXPECT_TRUE(ended);
}

TEST_F(AttackTest, a_frame_of_the_whole_window_passes) { // js-libp2p 8 sends such
    ask(1, echo);
    const auto room = 256 * 1024 - proposal(echo).size();
    peer.send(yamux_data(1, std::string(room, 'x')));
    EXPECT_EQ(peer.heard.data[peer.heard.opened.at(0).stream].size(), room);
    EXPECT_TRUE(peer.lives());
    peer.send(yamux_data(1, "y"));
    expect_protocol_error();
}

TEST_F(AttackTest, credit_overflow_ends_the_connection_with_a_protocol_error) {
    ask(1, echo);
    peer.send(yamux_update(1, 0, 0xffff0000));
    expect_protocol_error();
}

TEST_F(AttackTest, opening_and_resetting_streams_at_full_speed_ends_the_connection) {
    Bytes storm;
    for (std::uint32_t i = 0; i < 1001; ++i) {
        append(storm, yamux_update(2 * i + 1, syn));
        append(storm, yamux_update(2 * i + 1, rst));
    }
    peer.send(storm);
    expect_protocol_error();
}

// No reset, but what the muxers count as nothing: an end before a protocol, a byte that is no line, a service too many.
TEST_F(AttackTest, opening_streams_in_vain_at_full_speed_ends_the_connection_however_it_is_done) {
    const auto ended = [](std::uint32_t wire) { return yamux_update(wire, syn | fin); };
    const auto damaged = [](std::uint32_t wire) { return yamux_data(wire, std::string(1, '\0'), syn); };
    const auto one_too_many = [](std::uint32_t wire) { return yamux_data(wire, proposal(identify), syn); };
    const std::vector<std::function<Bytes(std::uint32_t)>> ways{ended, damaged, one_too_many};
    for (const auto& opened_in_vain : ways) {
        RawPeer hasty{mallory, bob, Side::dialer};
        hasty.send(yamux_data(1, proposal(identify), syn));
        hasty.send(yamux_data(3, proposal(identify), syn));
        std::uint32_t wire = 5;
        for (int i = 0; i < 1000; ++i, wire += 2) hasty.send(opened_in_vain(wire));
        EXPECT_TRUE(hasty.lives());
        hasty.send(opened_in_vain(wire));
        ASSERT_TRUE(hasty.heard.closed);
        EXPECT_EQ(hasty.heard.closed->code, Code::malformed);
        EXPECT_EQ(hasty.heard.closed->context, "too many streams opened in vain");
    }
}

TEST_F(AttackTest, opening_and_closing_mplex_streams_at_full_speed_ends_the_connection) {
    mallory.context.yamux = false;
    RawPeer hasty{mallory, bob, Side::dialer};
    Bytes storm;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        append(storm, mplex_frame(i, 0, "name"));
        append(storm, mplex_frame(i, 4));
    }
    hasty.send(storm);
    EXPECT_TRUE(hasty.lives());
    hasty.send(mplex_frame(1000, 0, "name"));
    hasty.send(mplex_frame(1000, 4));
    ASSERT_TRUE(hasty.heard.closed);
    EXPECT_EQ(hasty.heard.closed->context, "too many streams opened in vain");
}

TEST_F(AttackTest, streams_opened_in_vain_below_the_rate_are_borne) {
    for (int second = 0; second < 5; ++second) {
        for (std::uint32_t i = 0; i < 1000; ++i)
            peer.send(yamux_update(2 * (1000 * static_cast<std::uint32_t>(second) + i) + 1, syn | fin));
        peer.receive();
        peer.now += 1s;
    }
    expect_service(2 * 5000 + 1);
}

TEST_F(AttackTest, a_ping_flood_ends_the_connection) {
    Bytes flood;
    for (std::uint32_t i = 0; i < 101; ++i) append(flood, yamux_frame(Type::ping, syn, 0, i));
    peer.send(flood);
    expect_protocol_error();
}

TEST_F(AttackTest, pings_of_a_peer_that_reads_nothing_pile_up_no_output) { // CVE-2024-32984
    for (int second = 0; second < 10; ++second) {
        Bytes flood;
        for (std::uint32_t i = 0; i < 100; ++i) append(flood, yamux_frame(Type::ping, syn, 0, i));
        peer.send(flood);
        peer.now += 1s;
    }
    EXPECT_TRUE(peer.lives());
    EXPECT_LE(peer.receive().size(), 32U * 12);
}

TEST_F(AttackTest, asking_for_identify_without_reading_piles_up_two_answers) { // CVE-2024-32984
    for (std::uint32_t i = 0; i < 500; ++i) ask(2 * i + 1, identify);
    EXPECT_TRUE(peer.lives());
    const auto frames = peer.receive_yamux();
    std::size_t answers = 0;
    for (const auto& frame : frames) answers += frame.header.has(fin) ? 1 : 0;
    EXPECT_EQ(answers, 2U);
    EXPECT_TRUE(is_reset(frames, 999));
    expect_service(1001);
}

TEST_F(AttackTest, a_ping_stream_whose_echo_is_not_read_stops_at_its_window) {
    ask(1, ping);
    std::size_t sent = proposal(ping).size();
    while (sent + 3200 <= 256 * 1024) {
        peer.send(yamux_data(1, std::string(3200, 'p')));
        sent += 3200;
    }
    EXPECT_TRUE(peer.lives());
    EXPECT_FALSE(peer.connection.wants_input() && peer.receive().size() > 512 * 1024);
    expect_service(3);
}

TEST_F(AttackTest, a_peer_that_takes_no_answers_is_read_no_further_and_given_up) {
    bob.context.limits.output_bytes_max = 4096;
    RawPeer greedy{mallory, bob, Side::dialer};
    std::uint32_t wire = 1;
    for (; greedy.connection.wants_input() && wire < 10000; wire += 2)
        greedy.send(yamux_data(wire, proposal("/none/1.0.0"), syn));
    EXPECT_FALSE(greedy.connection.wants_input());
    EXPECT_LT(wire, 400U);
    greedy.advance(15s);
    ASSERT_TRUE(greedy.heard.closed);
    EXPECT_EQ(greedy.heard.closed->code, Code::timeout);
}

TEST_F(AttackTest, taking_output_makes_us_read_again) {
    bob.context.limits.output_bytes_max = 64;
    RawPeer slow{mallory, bob, Side::dialer};
    slow.send(yamux_data(1, proposal(echo), syn));
    slow.send(yamux_data(3, proposal(echo), syn));
    EXPECT_FALSE(slow.connection.wants_input());
    slow.receive();
    EXPECT_TRUE(slow.connection.wants_input());
}

TEST_F(AttackTest, a_stream_beyond_the_limit_is_reset_and_1024_live_on) {
    for (std::uint32_t i = 0; i < 1024; ++i) ask(2 * i + 1, echo);
    EXPECT_EQ(peer.connection.stream_count(), 1024U);
    ask(2049, echo);
    EXPECT_EQ(peer.connection.stream_count(), 1024U);
    EXPECT_TRUE(is_reset(peer.receive_yamux(), 2049));
    peer.send(yamux_update(1, rst));
    expect_service(2051);
}

TEST_F(AttackTest, the_65th_stream_without_a_protocol_is_reset_and_the_others_may_still_agree) {
    for (std::uint32_t i = 0; i < 65; ++i) peer.send(yamux_update(2 * i + 1, syn));
    const auto frames = peer.receive_yamux();
    EXPECT_TRUE(is_reset(frames, 129));
    EXPECT_FALSE(is_reset(frames, 127));
    peer.send(yamux_data(127, proposal(echo)));
    EXPECT_EQ(peer.heard.opened.size(), 1U);
    expect_service(131);
}

TEST_F(AttackTest, a_flood_of_streams_without_a_protocol_ends_the_connection) {
    Bytes flood;
    for (std::uint32_t i = 0; i < 64 + 1000; ++i) append(flood, yamux_update(2 * i + 1, syn));
    peer.send(flood);
    EXPECT_TRUE(peer.lives());
    peer.send(yamux_update(2 * 1064 + 1, syn));
    ASSERT_TRUE(peer.heard.closed);
    EXPECT_EQ(peer.heard.closed->code, Code::malformed);
}

TEST_F(AttackTest, streams_that_never_agree_are_reset_at_their_deadline_and_the_connection_lives) {
    peer.send(yamux_update(1, syn));
    peer.send(yamux_data(3, "\x13/multistr", syn));
    peer.send(yamux_data(5, proposal("/none/1.0.0"), syn)); // refused, and no further proposal
    ask(7, echo);
    EXPECT_EQ(peer.connection.deadline(), peer.now + 10s);
    peer.advance(10s);
    const auto frames = peer.receive_yamux();
    EXPECT_TRUE(is_reset(frames, 1));
    EXPECT_TRUE(is_reset(frames, 3));
    EXPECT_TRUE(is_reset(frames, 5));
    EXPECT_FALSE(is_reset(frames, 7));
    EXPECT_EQ(peer.connection.stream_count(), 1U);
    expect_service(9);
}

TEST_F(AttackTest, one_byte_of_a_proposal_at_a_time_does_not_move_its_deadline) {
    peer.send(yamux_update(1, syn));
    for (const char c : std::string_view{"\x13/"}) {
        peer.advance(5s - 1ms);
        peer.send(yamux_data(1, std::string(1, c)));
    }
    peer.advance(2ms);
    EXPECT_TRUE(is_reset(peer.receive_yamux(), 1));
}

TEST_F(AttackTest, what_a_lazy_dialer_wrote_behind_a_refused_proposal_resets_that_stream_only) {
    ask(1, "/none/1.0.0", "{" + std::string(200, ' ') + "}"); // '{' reads as a length
    ask(3, "/none/1.0.0", "{}");
    EXPECT_TRUE(is_reset(peer.receive_yamux(), 1));
    peer.advance(10s);
    EXPECT_TRUE(is_reset(peer.receive_yamux(), 3));
    EXPECT_TRUE(peer.heard.opened.empty());
    expect_service(5);
}

TEST_F(AttackTest, endless_proposals_and_list_requests_reset_that_stream_only) {
    std::string lines = proposal("ls");
    Bytes more;
    for (int i = 0; i < 16; ++i) append_multistream_line(more, "ls");
    peer.send(yamux_data(1, lines + to_text(more), syn));
    EXPECT_TRUE(is_reset(peer.receive_yamux(), 1));
    expect_service(3);
}

TEST_F(AttackTest, damaged_proposals_reset_that_stream_only) {
    const std::string header = proposal("").substr(0, 20);
    const std::vector<std::string> damaged{std::string(1, '\0'),
                                           header + std::string(1, '\0'),
                                           header + "\x81\x08",
                                           header + std::string(10, '\xff'),
                                           header + "\x03"
                                                    "abc",
                                           "\x04"
                                           "GET\n"};
    std::uint32_t wire = 1;
    for (const auto& text : damaged) {
        peer.send(yamux_data(wire, text, syn));
        EXPECT_TRUE(is_reset(peer.receive_yamux(), wire)) << wire;
        wire += 2;
    }
    expect_service(wire);
}

TEST_F(AttackTest, a_stream_that_ends_before_it_agreed_is_forgotten) {
    peer.send(yamux_data(1, "\x13/multi", syn | fin));
    EXPECT_EQ(peer.connection.stream_count(), 0U);
    expect_service(3);
}

// As js-libp2p 3.x pushes: without a key, and with a record that `signer` signed.
std::string pushed_by_js(const Node& signer) {
    wire::ProtobufWriter record;
    record.bytes(1, wire::to_protobuf(signer.identity.public_key()));
    record.bytes(3, signer.peer().bytes());
    wire::ProtobufWriter writer;
    writer.bytes(2, wire::Multiaddr::tcp("192.0.2.1", 4001).bytes());
    writer.bytes(8, record.take());
    writer.bytes(3, as_bytes("/ipfs/ping/1.0.0"));
    writer.bytes(6, as_bytes("js-libp2p/3.1.0"));
    writer.bytes(5, as_bytes("ipfs/0.1.0"));
    const auto fields = writer.take();
    Bytes whole;
    wire::append_varint(whole, fields.size());
    append(whole, fields);
    return to_text(whole);
}

TEST_F(AttackTest, a_push_is_taken_whatever_it_tells_and_one_too_large_or_without_an_end_is_reset) {
    std::uint32_t wire = 1;
    for (const auto& message : {pushed_by_js(mallory), std::string{}, std::string(8192, 'x')}) {
        ask(wire, push, message);
        peer.send(yamux_update(wire, fin));
        const auto frames = peer.receive_yamux();
        EXPECT_FALSE(is_reset(frames, wire)) << wire;
        EXPECT_TRUE(frames.back().header.has(fin)) << wire;
        wire += 2;
    }
    ask(wire, push, std::string(8193, 'x'));
    EXPECT_TRUE(is_reset(peer.receive_yamux(), wire));
    ask(wire + 2, push, pushed_by_js(mallory));
    peer.advance(10s);
    EXPECT_TRUE(is_reset(peer.receive_yamux(), wire + 2));
    expect_service(wire + 4);
}

TEST_F(AttackTest, an_identify_whose_answer_has_no_credit_or_whose_asker_never_ends_is_reset_in_time) {
    ask(1, identify);
    peer.receive();
    peer.advance(10s);
    EXPECT_TRUE(is_reset(peer.receive_yamux(), 1));
    expect_service(3);
}

TEST_F(AttackTest, a_ping_stream_alone_does_not_keep_a_connection_alive) {
    ask(1, ping);
    EXPECT_EQ(peer.connection.stream_count(), 0U);
    for (int i = 0; i < 6; ++i) {
        peer.send(yamux_data(1, std::string(32, 'p')));
        peer.receive();
        peer.advance(10s);
    }
    ASSERT_TRUE(peer.heard.closed);
    EXPECT_EQ(peer.heard.closed->code, Code::timeout);
}

TEST_F(AttackTest, after_a_goodbye_live_streams_finish_and_no_new_ones_begin) {
    ask(1, echo);
    const auto id = peer.heard.opened.at(0).stream;
    peer.send(yamux_frame(Type::go_away, 0, 0, 0));
    EXPECT_TRUE(peer.lives());
    ask(3, echo);
    EXPECT_TRUE(is_reset(peer.receive_yamux(), 3));
    peer.send(yamux_data(1, "rest", fin));
    EXPECT_EQ(peer.heard.data[id], "rest");
    peer.connection.write(id, as_bytes("answer"), peer.now);
    peer.connection.close_write(id, peer.now);
    EXPECT_TRUE(peer.lives());
    const auto frames = peer.receive_yamux();
    EXPECT_EQ(frames.front().body, "answer");
    ASSERT_TRUE(peer.heard.closed);
    EXPECT_EQ(peer.heard.closed->code, Code::peer_gone);
}

TEST_F(AttackTest, a_goodbye_with_an_error_ends_everything) {
    ask(1, echo);
    peer.send(yamux_frame(Type::go_away, 0, 0, 1));
    ASSERT_TRUE(peer.heard.closed);
    EXPECT_EQ(peer.heard.closed->code, Code::peer_gone);
}

TEST_F(AttackTest, we_say_goodbye_only_when_no_stream_is_live) {
    ask(1, echo);
    peer.connection.close(peer.now);
    for (const auto& frame : peer.receive_yamux()) EXPECT_NE(frame.header.type, Type::go_away);
    peer.send(yamux_update(1, rst));
    const auto frames = peer.receive_yamux();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].header.type, Type::go_away);
    EXPECT_EQ(frames[0].header.length, 0U);
    EXPECT_EQ(peer.heard.closed->code, Code::shutting_down);
}

TEST_F(AttackTest, a_listener_opens_no_stream_that_nobody_asked_for) { // js takes ten early ones, rust 512 at once
    ask(1, echo);
    for (int i = 0; i < 5; ++i) {
        for (const auto& frame : peer.receive_yamux())
            EXPECT_FALSE(frame.header.has(syn) && frame.header.type != Type::ping) << frame.header.stream;
        peer.advance(30s);
    }
}

TEST_F(AttackTest, a_signed_record_of_somebody_else_is_not_believed) { // RUSTSEC-2022-0009
    ask(1, push, pushed_by_js(bob));
    peer.send(yamux_update(1, fin));
    EXPECT_FALSE(is_reset(peer.receive_yamux(), 1)) << "records are not read";
    EXPECT_EQ(peer.connection.peer(), mallory.peer());
    expect_service(3);
}

TEST_F(AttackTest, a_forged_frame_ends_the_connection) { // CVE-2024-58265
    Bytes forged{0, 20};
    forged.resize(22);
    peer.connection.receive(forged, peer.now);
    peer.heard.take(peer.connection);
    ASSERT_TRUE(peer.heard.closed);
    EXPECT_EQ(peer.heard.closed->code, Code::malformed);
}

TEST_F(AttackTest, a_refusal_of_our_stream_is_told_with_its_reason) {
    RawPeer listening{mallory, bob, Side::listener};
    const auto id = listening.connection.open_stream("/other/1.0.0", listening.now);
    listening.connection.write(id, as_bytes("early"), listening.now);
    const auto asked = listening.receive_yamux();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].header.flags, syn);
    EXPECT_EQ(asked[0].body, proposal("/other/1.0.0") + "early");
    listening.send(yamux_data(1, proposal("na"), ack));
    EXPECT_EQ(listening.heard.reset[id], "protocol not supported");
    EXPECT_TRUE(is_reset(listening.receive_yamux(), 1)) << "reset, not left half closed";
}

TEST_F(AttackTest, a_listener_that_never_answers_our_proposal_loses_the_stream_in_time) {
    RawPeer listening{mallory, bob, Side::listener};
    const auto id = listening.connection.open_stream(echo, listening.now);
    listening.receive();
    listening.send(yamux_update(1, ack));
    listening.advance(10s);
    EXPECT_TRUE(listening.heard.reset.contains(id));
    EXPECT_TRUE(listening.lives());
}

} // namespace
} // namespace taleus::p2p
