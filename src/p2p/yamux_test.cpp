#include "p2p/testing/raw_peer.hpp"
#include "p2p/yamux.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

using testing::Frame;
using testing::parse_yamux;
using testing::yamux_data;
using testing::yamux_frame;
using testing::yamux_update;
using yamux::ack;
using yamux::fin;
using yamux::rst;
using yamux::syn;
using yamux::Type;

// A listener's yamux fed with raw frames; what it says is noted as short words.
struct Fed {
    explicit Fed(const MuxerLimits& limits = {}, Side side = Side::listener) : yamux{side, limits} {}

    Fed& operator<<(const Bytes& bytes) {
        ByteView rest{bytes};
        while (!error) {
            const auto event = yamux.receive(rest, now);
            if (!event)
                error = event.error();
            else if (!*event)
                break;
            else
                std::visit([this](const auto& e) { on(e); }, **event);
        }
        return *this;
    }
    void on(const mux::Opened& e) {
        last = e.stream;
        words += "opened ";
    }
    void on(const mux::Data& e) { words += "[" + to_text(e.bytes) + "] "; }
    void on(const mux::End&) { words += "end "; }
    void on(const mux::Reset& e) { words += "reset:" + std::string{e.why} + " "; }
    void on(const mux::GoAway& e) { words += "goaway" + std::to_string(e.code) + " "; }

    std::vector<Frame> take(std::size_t size_max = 65519) {
        Bytes out;
        yamux.take_output(out, size_max, flushed);
        EXPECT_LE(out.size(), size_max);
        return parse_yamux(out);
    }

    Yamux yamux;
    Instant now{};
    StreamId last = 0;
    std::string words;
    std::optional<Error> error;
    std::vector<StreamId> flushed;
};

TEST(YamuxTest, all_three_ways_of_opening_are_understood) {
    EXPECT_EQ((Fed{} << yamux_update(1, syn) << yamux_data(1, "hi")).words, "opened [hi] "); // go, js
    EXPECT_EQ((Fed{} << yamux_data(1, "hi", syn)).words, "opened [hi] ");                    // rust
    EXPECT_EQ((Fed{} << yamux_update(1, syn, 1 << 20) << yamux_data(1, "hi")).words, "opened [hi] ");
}

TEST(YamuxTest, all_three_ways_of_closing_are_understood) {
    EXPECT_EQ((Fed{} << yamux_data(1, "hi", syn) << yamux_update(1, fin)).words, "opened [hi] end ");
    EXPECT_EQ((Fed{} << yamux_data(1, "hi", syn) << yamux_data(1, "", fin)).words, "opened [hi] end ");
    EXPECT_EQ((Fed{} << yamux_data(1, "hi", syn | fin)).words, "opened [hi] end ") << "data before the end";
}

TEST(YamuxTest, calls_for_a_stream_that_is_gone_or_has_ended_do_nothing) {
    Fed fed;
    fed << yamux_update(1, syn);
    fed.take();
    fed.yamux.close_write(fed.last);
    fed.yamux.write(fed.last, as_bytes("late"));
    fed.yamux.close_write(fed.last);
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].header.flags, fin);
    for (const auto gone : {fed.last + 2, fed.last + (StreamId{7} << 32)}) { // another number, and an earlier life
        fed.yamux.write(gone, as_bytes("x"));
        fed.yamux.close_write(gone);
        fed.yamux.reset(gone);
        fed.yamux.consumed(gone, 1);
    }
    EXPECT_TRUE(fed.take().empty());
}

TEST(YamuxTest, streams_that_are_opened_in_vain_come_at_a_rate) {
    Fed fed{{.inbound_max = 1, .resets_per_second_max = 3}};
    fed << yamux_update(1, syn);
    for (std::uint32_t i = 3; i <= 7; i += 2) fed << yamux_update(i, syn);
    EXPECT_FALSE(fed.error);
    fed << yamux_update(9, syn);
    EXPECT_TRUE(fed.error);
}

TEST(YamuxTest, an_end_that_comes_again_is_no_data) {
    Fed fed;
    fed << yamux_data(1, "hi", syn | fin) << yamux_data(1, "", fin) << yamux_data(1, "");
    EXPECT_EQ(fed.words, "opened [hi] end ");
    EXPECT_FALSE(fed.error);
    fed << yamux_data(1, "x");
    EXPECT_EQ(fed.words, "opened [hi] end reset:data after its end ");
}

TEST(YamuxTest, after_our_goodbye_no_stream_is_taken) {
    Fed fed;
    fed.yamux.go_away(0);
    fed << yamux_update(1, syn);
    EXPECT_EQ(fed.words, "");
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0].header.flags, rst);
    EXPECT_EQ(frames[1].header.type, Type::go_away);
}

TEST(YamuxTest, little_room_for_output_is_kept_to) {
    Fed fed;
    fed << yamux_update(1, syn) << yamux_frame(Type::ping, syn, 0, 7) << yamux_frame(Type::ping, syn, 0, 8);
    fed.yamux.write(fed.last, as_bytes("hello"));
    fed.yamux.go_away(0);
    EXPECT_EQ(fed.take(yamux::header_size - 1).size(), 0U);
    EXPECT_EQ(fed.take(yamux::header_size).size(), 1U) << "one answer to a ping";
    EXPECT_EQ(fed.take(2 * yamux::header_size - 1).size(), 1U) << "and the other";
    const auto rest = fed.take();
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_EQ(rest[0].body, "hello");
    EXPECT_EQ(rest[1].header.type, Type::go_away);
    EXPECT_EQ(fed.yamux.output_size(), 0U);
}

TEST(YamuxTest, resets_come_on_either_frame_and_their_length_is_never_credit) {
    EXPECT_EQ((Fed{} << yamux_data(1, "hi", syn) << yamux_update(1, rst, 0xffffffff)).words,
              "opened [hi] reset:reset by the peer ");
    Fed fed;
    fed << yamux_data(1, "hi", syn) << yamux_data(1, "", rst) << yamux_data(3, "ho", syn);
    EXPECT_EQ(fed.words, "opened [hi] reset:reset by the peer opened [ho] ");
    EXPECT_FALSE(fed.error);
    EXPECT_EQ((Fed{} << yamux_data(1, "x", syn | rst) << yamux_data(3, "y", syn)).words, "opened [y] ");
}

TEST(YamuxTest, a_stream_is_acknowledged_at_once_even_when_nothing_is_written) {
    Fed fed;
    fed << yamux_update(1, syn);
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].header.type, Type::window_update);
    EXPECT_EQ(frames[0].header.flags, ack);
    EXPECT_EQ(frames[0].header.length, 0U);
    EXPECT_TRUE(fed.take().empty());
    EXPECT_EQ(fed.yamux.output_size(), 0U);
}

TEST(YamuxTest, the_first_body_carries_the_acknowledgement_and_the_end_has_a_frame_of_its_own) {
    Fed fed;
    fed << yamux_data(1, "hi", syn | fin);
    fed.yamux.write(fed.last, as_bytes("there"));
    fed.yamux.close_write(fed.last);
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0].header.flags, ack);
    EXPECT_EQ(frames[0].body, "there");
    EXPECT_EQ(frames[1].header.type, Type::window_update);
    EXPECT_EQ(frames[1].header.flags, fin);
    EXPECT_EQ(frames[1].header.length, 0U);
    EXPECT_EQ(fed.flushed, std::vector<StreamId>{fed.last});
    EXPECT_FALSE(fed.yamux.has(fed.last));
}

TEST(YamuxTest, a_frame_up_to_the_window_is_read_whole_and_one_byte_more_is_an_error) { // CVE-2026-32314
    const std::string full(256 * 1024, 'x');
    Fed exact;
    exact << yamux_data(1, full, syn);
    EXPECT_FALSE(exact.error);
    EXPECT_EQ(exact.words.size(), full.size() + std::string_view{"opened [] "}.size());
    exact << yamux_data(1, "y");
    EXPECT_TRUE(exact.error);
    EXPECT_TRUE((Fed{} << yamux_frame(Type::data, syn, 1, 262145)).error) << "without a body";
    EXPECT_TRUE((Fed{} << yamux_data(1, full + "x", syn)).error) << "with one";
}

TEST(YamuxTest, a_declared_body_of_four_gigabytes_is_refused_at_its_header) { // CVE-2026-73568
    EXPECT_TRUE((Fed{} << yamux_update(1, syn) << yamux_frame(Type::data, 0, 1, 0xffffffff)).error);
    EXPECT_TRUE((Fed{} << yamux_frame(Type::data, 0, 99, 0xffffffff)).error) << "for a stream that is not there";
    EXPECT_TRUE((Fed{} << yamux_frame(Type::data, rst, 99, 0xffffffff)).error) << "with a reset";
}

TEST(YamuxTest, credit_beyond_32_bits_is_an_error) { // CVE-2026-31814
    EXPECT_TRUE((Fed{} << yamux_update(1, syn) << yamux_update(1, 0, 0xffff0000)).error);
    EXPECT_TRUE((Fed{} << yamux_update(1, syn, 0xfffffff0)).error);
    EXPECT_FALSE((Fed{} << yamux_update(1, syn) << yamux_update(1, 0, 0xffffffff - 256 * 1024)).error);
}

TEST(YamuxTest, frames_for_streams_that_are_gone_or_never_were_are_ignored) {
    Fed fed;
    fed << yamux_update(99, 0, 5) << yamux_data(99, "lost") << yamux_update(99, fin) << yamux_update(99, rst)
        << yamux_update(2, ack) << yamux_data(1, "hi", syn);
    EXPECT_EQ(fed.words, "opened [hi] ");
    EXPECT_FALSE(fed.error);
    fed.take();
    fed.yamux.reset(fed.last);
    fed << yamux_data(1, "late") << yamux_update(1, fin) << yamux_update(1, 0, 9);
    EXPECT_EQ(fed.words, "opened [hi] ");
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 1U) << "one reset, and no answer to what came after it";
    EXPECT_EQ(frames[0].header.flags, rst);
}

TEST(YamuxTest, updates_after_the_peers_end_are_normal_and_get_no_credit_in_return) {
    Fed fed;
    fed << yamux_data(1, std::string(200 * 1024, 'x'), syn | fin) << yamux_update(1, 0, 100);
    EXPECT_FALSE(fed.error);
    fed.yamux.consumed(fed.last, 200 * 1024);
    for (const auto& frame : fed.take()) EXPECT_EQ(frame.header.length, 0U);
}

TEST(YamuxTest, credit_is_given_back_when_half_the_window_is_consumed) {
    Fed fed;
    fed << yamux_data(1, std::string(128 * 1024, 'x'), syn);
    fed.take();
    fed.yamux.consumed(fed.last, 128 * 1024 - 1);
    EXPECT_TRUE(fed.take().empty());
    fed.yamux.consumed(fed.last, 1);
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].header.type, Type::window_update);
    EXPECT_EQ(frames[0].header.length, 128U * 1024);
}

TEST(YamuxTest, data_after_the_end_resets_that_stream_and_a_second_end_is_ignored) {
    Fed fed;
    fed << yamux_data(1, "hi", syn | fin) << yamux_update(1, fin) << yamux_data(3, "ho", syn) << yamux_data(1, "more")
        << yamux_data(3, "!");
    EXPECT_EQ(fed.words, "opened [hi] end opened [ho] reset:data after its end [!] ");
    EXPECT_FALSE(fed.error);
}

TEST(YamuxTest, frames_that_make_no_sense_end_the_connection) {
    auto version = yamux_data(1, "hi", syn);
    version[0] = 1;
    auto type = yamux_data(1, "", syn);
    type[1] = 4;
    for (const auto& [bytes, what] : std::initializer_list<std::pair<Bytes, const char*>>{
             {version, "version 1"},
             {type, "type 4"},
             {yamux_data(0, "x"), "data on stream 0"},
             {yamux_update(0, 0, 1), "credit on stream 0"},
             {yamux_frame(Type::ping, syn, 1, 0), "ping on a stream"},
             {yamux_frame(Type::go_away, 0, 1, 0), "goodbye on a stream"},
             {yamux_frame(Type::ping, syn | ack, 0, 0), "a ping that asks and answers"},
             {yamux_frame(Type::ping, 0, 0, 0), "a ping that does neither"},
             {yamux_update(2, syn), "our parity"}}) {
        Fed fed;
        fed << bytes;
        ASSERT_TRUE(fed.error) << what;
        EXPECT_EQ(fed.error->code, Code::malformed) << what;
    }
    EXPECT_TRUE((Fed{} << yamux_update(1, syn) << yamux_update(1, syn)).error) << "a live id opened again";
}

TEST(YamuxTest, an_id_that_is_used_again_makes_another_stream_of_ours) {
    Fed fed;
    fed << yamux_update(1, syn);
    const auto first = fed.last;
    fed << yamux_update(1, rst) << yamux_update(1, syn);
    EXPECT_NE(fed.last, first);
    EXPECT_FALSE(fed.yamux.has(first));
    EXPECT_TRUE(fed.yamux.has(fed.last));
    fed << yamux_update(0xffffffff, syn);
    EXPECT_FALSE(fed.error);
}

TEST(YamuxTest, a_stream_beyond_the_limit_is_reset_and_the_rest_live_on) {
    Fed fed{{.inbound_max = 1024}};
    for (std::uint32_t i = 0; i < 1025; ++i) fed << yamux_update(2 * i + 1, syn);
    EXPECT_FALSE(fed.error);
    std::size_t acknowledged = 0;
    std::vector<std::uint32_t> refused;
    for (const auto& frame : fed.take()) {
        if (frame.header.has(rst)) refused.push_back(frame.header.stream);
        if (frame.header.has(ack)) ++acknowledged;
    }
    EXPECT_EQ(refused, std::vector<std::uint32_t>{2049});
    EXPECT_EQ(acknowledged, 1024U);
    fed << yamux_update(1, rst) << yamux_data(2051, "now", syn);
    EXPECT_TRUE(fed.words.ends_with("opened [now] "));
}

TEST(YamuxTest, opening_and_resetting_faster_than_allowed_is_an_error_and_slower_is_not) {
    Fed fed{{.resets_per_second_max = 10}};
    std::uint32_t wire = 1;
    const auto storm = [&](int count) {
        for (int i = 0; i < count; ++i, wire += 2) fed << yamux_update(wire, syn) << yamux_update(wire, rst);
    };
    storm(10);
    EXPECT_FALSE(fed.error);
    fed.now += std::chrono::seconds{1};
    storm(10);
    EXPECT_FALSE(fed.error);
    storm(1);
    EXPECT_TRUE(fed.error);
}

TEST(YamuxTest, pings_are_answered_first_and_at_most_32_wait) {
    Fed fed{{.pings_per_second_max = 100}};
    fed << yamux_update(1, syn);
    fed.yamux.write(fed.last, as_bytes("data"));
    for (std::uint32_t i = 0; i < 100; ++i) fed << yamux_frame(Type::ping, syn, 0, i);
    EXPECT_FALSE(fed.error);
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 33U);
    for (std::uint32_t i = 0; i < 32; ++i) {
        EXPECT_EQ(frames[i].header.type, Type::ping);
        EXPECT_EQ(frames[i].header.flags, ack);
        EXPECT_EQ(frames[i].header.length, i);
    }
    fed << yamux_frame(Type::ping, syn, 0, 100);
    EXPECT_TRUE(fed.error) << "the 101st within a second";
}

TEST(YamuxTest, a_pong_that_nobody_asked_for_is_ignored_and_never_sent) {
    Fed fed;
    fed << yamux_frame(Type::ping, ack, 0, 77);
    EXPECT_FALSE(fed.error);
    EXPECT_TRUE(fed.take().empty());
}

TEST(YamuxTest, bodies_are_at_most_16_kib_and_stop_exactly_at_the_peers_window) {
    Fed fed;
    fed << yamux_update(1, syn);
    fed.yamux.write(fed.last, as_bytes(std::string(256 * 1024 + 1, 'x')));
    std::size_t sent = 0;
    for (auto frames = fed.take(); !frames.empty(); frames = fed.take())
        for (const auto& frame : frames) {
            EXPECT_LE(frame.body.size(), 16U * 1024);
            sent += frame.body.size();
        }
    EXPECT_EQ(sent, 256U * 1024);
    EXPECT_EQ(fed.yamux.output_size(), 0U) << "what waits for credit is no output";
    EXPECT_TRUE(fed.flushed.empty());
    fed << yamux_update(1, 0, 1);
    const auto last = fed.take();
    ASSERT_EQ(last.size(), 1U);
    EXPECT_EQ(last[0].body, "x");
    EXPECT_EQ(fed.flushed.size(), 1U);
}

TEST(YamuxTest, a_stream_without_credit_does_not_hold_up_another) {
    Fed fed;
    fed << yamux_update(1, syn);
    fed.yamux.write(fed.last, as_bytes(std::string(300 * 1024, 'x')));
    while (!fed.take().empty()) {
    }
    fed << yamux_update(3, syn);
    fed.yamux.write(fed.last, as_bytes("free"));
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].body, "free");
}

TEST(YamuxTest, busy_streams_take_turns) {
    Fed fed;
    fed << yamux_update(1, syn);
    fed.yamux.write(fed.last, as_bytes(std::string(100 * 1024, 'a')));
    fed << yamux_update(3, syn);
    fed.yamux.write(fed.last, as_bytes(std::string(100 * 1024, 'b')));
    const auto frames = fed.take();
    ASSERT_GE(frames.size(), 3U);
    EXPECT_EQ(frames[0].header.stream, 1U);
    EXPECT_EQ(frames[1].header.stream, 3U);
    EXPECT_EQ(frames[2].header.stream, 1U);
}

TEST(YamuxTest, the_257th_unacknowledged_stream_waits_until_one_is_acknowledged) {
    Fed fed{{}, Side::dialer};
    std::vector<StreamId> ours;
    for (int i = 0; i < 258; ++i) {
        ours.push_back(fed.yamux.open());
        fed.yamux.write(ours.back(), as_bytes("q"));
    }
    auto frames = fed.take();
    EXPECT_EQ(frames.size(), 256U);
    for (const auto& frame : frames) EXPECT_EQ(frame.header.flags, syn);
    EXPECT_TRUE(fed.take().empty());
    EXPECT_EQ(fed.yamux.output_size(), 0U);
    fed << yamux_update(5, ack);
    frames = fed.take();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].header.stream, 513U);
    fed << yamux_update(7, rst);
    frames = fed.take();
    ASSERT_EQ(frames.size(), 1U) << "a reset is an answer too";
    EXPECT_EQ(frames[0].header.stream, 515U);
}

TEST(YamuxTest, streams_opened_after_the_backlog_filled_wait_too) {
    Fed fed{{}, Side::dialer};
    for (int i = 0; i < 256; ++i) fed.yamux.open();
    EXPECT_EQ(fed.take().size(), 256U);
    const auto late = fed.yamux.open();
    fed.yamux.write(late, as_bytes("q"));
    EXPECT_EQ(fed.yamux.output_size(), 0U);
    fed.yamux.reset(late);
    EXPECT_TRUE(fed.take().empty()) << "the peer never heard of it";
    const auto next = fed.yamux.open();
    fed << yamux_update(1, ack);
    ASSERT_EQ(fed.take().size(), 1U);
    EXPECT_TRUE(fed.yamux.has(next));
}

TEST(YamuxTest, no_stream_is_forgotten_when_the_backlog_fills_in_the_middle_of_the_output) {
    Fed fed{{}, Side::dialer};
    std::vector<StreamId> ours;
    for (int i = 0; i < 300; ++i) {
        ours.push_back(fed.yamux.open());
        fed.yamux.write(ours.back(), as_bytes("q"));
    }
    std::size_t announced = 0;
    while (fed.yamux.output_size() > 0) {
        for (const auto& frame : fed.take(700)) announced += frame.header.has(syn) ? 1 : 0;
        for (const auto id : ours) fed.yamux.write(id, as_bytes("more"));
        if (fed.yamux.output_size() == 0 || announced < 256) continue;
        break;
    }
    for (std::uint32_t i = 0; i < 256; ++i) fed << yamux_update(2 * i + 1, ack);
    while (fed.yamux.output_size() > 0)
        for (const auto& frame : fed.take()) announced += frame.header.has(syn) ? 1 : 0;
    EXPECT_EQ(announced, 300U);
}

TEST(YamuxTest, goodbye_leaves_after_everything_else) {
    Fed fed;
    fed << yamux_update(1, syn);
    fed.yamux.write(fed.last, as_bytes("data"));
    fed.yamux.go_away(0);
    const auto frames = fed.take();
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[1].header.type, Type::go_away);
    EXPECT_EQ(fed.yamux.output_size(), 0U);
}

TEST(YamuxTest, floods_of_empty_and_of_tiny_frames_make_no_output) {
    Fed fed;
    fed << yamux_update(1, syn);
    fed.take();
    for (int i = 0; i < 10000; ++i) fed << yamux_data(1, "") << yamux_update(1, 0, 1);
    for (int i = 0; i < 1000; ++i) fed << yamux_data(1, "x");
    EXPECT_FALSE(fed.error);
    EXPECT_EQ(fed.yamux.output_size(), 0U);
}

TEST(YamuxTest, any_chunking_of_the_input_gives_the_same_events) {
    Bytes all;
    for (const auto& part : {yamux_data(1, "hello", syn), yamux_update(3, syn), yamux_data(3, std::string(300, 'y')),
                             yamux_data(1, " world", fin), yamux_frame(Type::ping, syn, 0, 5), yamux_update(3, rst, 7),
                             yamux_data(3, "late"), yamux_data(5, "", syn | fin), yamux_frame(Type::go_away, 0, 0, 0)})
        append(all, part);
    const auto joined = [](std::string words) { // pieces of a body are one body
        for (auto at = words.find("] ["); at != std::string::npos; at = words.find("] [")) words.erase(at, 3);
        return words;
    };
    Fed whole;
    whole << all;
    for (std::uint64_t seed = 1; seed < 50; ++seed) {
        SeededRandom random{seed};
        Fed fed;
        for (ByteView rest{all}; !rest.empty();) {
            const auto count = std::min<std::size_t>(rest.size(), 1 + random.below(seed));
            fed << to_bytes(rest.first(count));
            rest = rest.subspan(count);
        }
        EXPECT_EQ(joined(fed.words), joined(whole.words)) << "seed " << seed;
    }
}

} // namespace
} // namespace taleus::p2p
