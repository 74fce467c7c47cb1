#include "p2p/mplex.hpp"
#include "p2p/testing/raw_peer.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

using testing::mplex_frame;

struct Fed {
    explicit Fed(const MuxerLimits& limits = {}) : mplex{limits} {}
    Fed& operator<<(const Bytes& bytes) {
        ByteView rest{bytes};
        while (!error) {
            const auto event = mplex.receive(rest, now);
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
    void on(const mux::GoAway&) { words += "goaway "; }
    std::string take(std::size_t size_max = 65519) {
        Bytes out;
        mplex.take_output(out, size_max, flushed);
        return to_text(out);
    }

    Mplex mplex;
    Instant now{};
    StreamId last = 0;
    std::string words;
    std::optional<Error> error;
    std::vector<StreamId> flushed;
};

std::string text(std::initializer_list<Bytes> frames) {
    std::string all;
    for (const auto& frame : frames) all += as_text(frame);
    return all;
}

TEST(MplexTest, a_stream_opens_carries_data_and_ends) {
    Fed fed;
    fed << mplex_frame(0, 0, "name") << mplex_frame(0, 2, "hi") << mplex_frame(0, 4);
    EXPECT_EQ(fed.words, "opened [hi] end ");
    fed.mplex.write(fed.last, as_bytes("there"));
    fed.mplex.close_write(fed.last);
    EXPECT_EQ(fed.take(), text({mplex_frame(0, 1, "there"), mplex_frame(0, 3)}));
    EXPECT_EQ(fed.flushed, std::vector<StreamId>{fed.last});
    EXPECT_FALSE(fed.mplex.has(fed.last));
    EXPECT_EQ(fed.mplex.output_size(), 0U);
}

TEST(MplexTest, calls_for_a_stream_that_is_gone_or_has_ended_do_nothing) {
    Fed fed;
    fed << mplex_frame(0, 0, "name") << mplex_frame(0, 2, "");
    fed.mplex.write(fed.last, {});
    EXPECT_EQ(fed.take(), "");
    fed.mplex.close_write(fed.last);
    fed.mplex.write(fed.last, as_bytes("late"));
    fed.mplex.close_write(fed.last);
    EXPECT_EQ(fed.take(), text({mplex_frame(0, 3)}));
    const auto gone = fed.last + 100;
    fed.mplex.write(gone, as_bytes("x"));
    fed.mplex.close_write(gone);
    fed.mplex.reset(gone);
    fed.mplex.consumed(gone, 1);
    EXPECT_EQ(fed.take(), "");
}

TEST(MplexTest, streams_that_are_opened_in_vain_come_at_a_rate) {
    Fed fed{{.inbound_max = 1, .resets_per_second_max = 3}};
    fed << mplex_frame(0, 0, "");
    for (std::uint64_t i = 1; i <= 3; ++i) fed << mplex_frame(i, 0, "");
    EXPECT_FALSE(fed.error);
    fed << mplex_frame(4, 0, "");
    EXPECT_TRUE(fed.error);
}

TEST(MplexTest, the_same_number_may_be_open_from_both_sides) {
    Fed fed;
    const auto ours = fed.mplex.open();
    fed.mplex.write(ours, as_bytes("mine"));
    EXPECT_EQ(fed.take(), text({mplex_frame(0, 0, "0"), mplex_frame(0, 2, "mine")}));
    fed << mplex_frame(0, 0) << mplex_frame(0, 2, "theirs") << mplex_frame(0, 1, "answer") << mplex_frame(0, 6);
    EXPECT_EQ(fed.words, "opened [theirs] [answer] reset:reset by the peer ");
    EXPECT_TRUE(fed.mplex.has(ours));
    EXPECT_FALSE(fed.mplex.has(fed.last));
}

TEST(MplexTest, a_frame_of_one_mebibyte_is_allowed_and_one_byte_more_is_an_error) {
    Fed fed{{.window = 2 << 20}};
    const std::string mebibyte(1 << 20, 'x');
    fed << mplex_frame(0, 0) << mplex_frame(0, 2, mebibyte);
    EXPECT_FALSE(fed.error);
    fed << mplex_frame(0, 2, mebibyte + "x");
    EXPECT_TRUE(fed.error);
}

TEST(MplexTest, too_much_unread_resets_that_stream_only) {
    Fed fed{{.window = 100}};
    fed << mplex_frame(0, 0) << mplex_frame(1, 0) << mplex_frame(0, 2, std::string(100, 'x'));
    const auto second = fed.last;
    fed << mplex_frame(0, 2, "x") << mplex_frame(0, 2, "late") << mplex_frame(1, 2, "fine");
    EXPECT_FALSE(fed.error);
    EXPECT_TRUE(fed.words.ends_with("reset:too much unread [fine] "));
    EXPECT_EQ(fed.take(), text({mplex_frame(0, 5)}));
    fed.mplex.consumed(second, 4);
    fed << mplex_frame(1, 2, std::string(100, 'y'));
    EXPECT_TRUE(fed.mplex.has(second));
}

// Found in review: a message in one frame that was larger than the window was reset at its header, unread.
TEST(MplexTest, a_frame_larger_than_the_window_passes_as_it_is_read) {
    Fed fed{{.window = 100}};
    const auto frame = mplex_frame(0, 2, std::string(150, 'x'));
    fed << mplex_frame(0, 0) << Bytes{frame.begin(), frame.end() - 70};
    fed.mplex.consumed(fed.last, 80);
    fed << Bytes{frame.end() - 70, frame.end()};
    EXPECT_TRUE(fed.words.ends_with("[" + std::string(80, 'x') + "] [" + std::string(70, 'x') + "] ")) << fed.words;
    EXPECT_TRUE(fed.mplex.has(fed.last));
}

TEST(MplexTest, a_stream_beyond_the_limit_is_reset_and_the_rest_live_on) {
    Fed fed{{.inbound_max = 2}};
    fed << mplex_frame(0, 0) << mplex_frame(1, 0) << mplex_frame(2, 0) << mplex_frame(2, 2, "lost")
        << mplex_frame(1, 2, "fine");
    EXPECT_EQ(fed.words, "opened opened [fine] ");
    EXPECT_EQ(fed.take(), text({mplex_frame(2, 5)}));
}

TEST(MplexTest, frames_for_unknown_streams_are_ignored_and_nonsense_is_an_error) {
    Fed fed;
    fed << mplex_frame(7, 2, "lost") << mplex_frame(7, 1, "lost") << mplex_frame(7, 4) << mplex_frame(7, 5);
    EXPECT_FALSE(fed.error);
    EXPECT_EQ(fed.words, "");
    EXPECT_TRUE((Fed{} << mplex_frame(0, 7)).error);
    EXPECT_TRUE((Fed{} << mplex_frame(0, 0) << mplex_frame(0, 0)).error) << "a live number opened again";
    EXPECT_TRUE((Fed{} << Bytes(10, 0xff)).error) << "a header beyond nine bytes";
    EXPECT_TRUE((Fed{} << Bytes{0x80, 0x00}).error) << "a number that is not minimal";
    EXPECT_FALSE((Fed{} << mplex_frame((1ULL << 60) - 1, 0)).error) << "the largest number";
}

TEST(MplexTest, data_after_the_end_resets_that_stream) {
    Fed fed;
    fed << mplex_frame(0, 0) << mplex_frame(0, 4) << mplex_frame(0, 4) << mplex_frame(0, 2, "more");
    EXPECT_EQ(fed.words, "opened end reset:data after its end ");
    EXPECT_FALSE(fed.error);
}

TEST(MplexTest, opening_and_resetting_faster_than_allowed_is_an_error) {
    Fed fed{{.resets_per_second_max = 10}};
    for (std::uint64_t i = 0; i < 10; ++i) fed << mplex_frame(i, 0) << mplex_frame(i, 6);
    EXPECT_FALSE(fed.error);
    fed << mplex_frame(10, 0) << mplex_frame(10, 6);
    EXPECT_TRUE(fed.error);
}

TEST(MplexTest, output_is_cut_at_the_room_there_is_and_stays_in_order) {
    Fed fed;
    fed << mplex_frame(0, 0);
    fed.mplex.write(fed.last, as_bytes(std::string(40000, 'x')));
    fed.mplex.close_write(fed.last);
    Fed peer;
    const auto theirs = peer.mplex.open();
    peer.take();
    std::string got;
    for (auto part = fed.take(500); !part.empty(); part = fed.take(500)) {
        EXPECT_LE(part.size(), 500U);
        got += part;
    }
    peer << to_bytes(got);
    EXPECT_FALSE(peer.error);
    EXPECT_TRUE(peer.words.ends_with("end "));
    EXPECT_EQ(std::ranges::count(peer.words, 'x'), 40000);
    EXPECT_TRUE(peer.mplex.has(theirs));
}

TEST(MplexTest, any_chunking_of_the_input_gives_the_same_events) {
    Bytes all;
    for (const auto& part : {mplex_frame(0, 0, "n"), mplex_frame(300, 0), mplex_frame(0, 2, std::string(200, 'a')),
                             mplex_frame(300, 4), mplex_frame(5, 2, "lost"), mplex_frame(0, 6)})
        append(all, part);
    const auto joined = [](std::string words) {
        for (auto at = words.find("] ["); at != std::string::npos; at = words.find("] [")) words.erase(at, 3);
        return words;
    };
    Fed whole;
    whole << all;
    for (std::size_t piece = 1; piece < all.size(); ++piece) {
        Fed fed;
        for (ByteView rest{all}; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size())))
            fed << to_bytes(rest.first(std::min(piece, rest.size())));
        EXPECT_EQ(joined(fed.words), joined(whole.words)) << piece;
    }
}

} // namespace
} // namespace taleus::p2p
