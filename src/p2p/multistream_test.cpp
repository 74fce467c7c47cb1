#include "p2p/multistream.hpp"

#include <gtest/gtest.h>

#include <array>

namespace taleus::p2p {
namespace {

constexpr std::array<std::string_view, 2> supported{"/noise", "/echo/1.0.0"};

Bytes lines(std::initializer_list<std::string_view> texts) {
    Bytes bytes;
    for (const auto text : texts) append_multistream_line(bytes, text);
    return bytes;
}

struct Outcome {
    Agreement agreement;
    std::string answer;
    std::string rest;
};
Outcome listen(const Bytes& bytes, std::size_t piece = 1 << 20) {
    MultistreamListener listener;
    Bytes output;
    ByteView rest{bytes};
    while (!rest.empty()) {
        auto part = rest.first(std::min(piece, rest.size()));
        rest = rest.subspan(part.size());
        auto agreement = listener.receive(part, output, supported);
        if (!agreement || *agreement) {
            auto left = to_text(part);
            left += as_text(rest);
            return {std::move(agreement), to_text(output), left};
        }
    }
    return {std::nullopt, to_text(output), ""};
}

TEST(MultistreamTest, a_listener_answers_header_and_echo_in_one_go) {
    const auto got = listen(lines({"/multistream/1.0.0", "/noise"}));
    ASSERT_TRUE(got.agreement);
    EXPECT_EQ(*got.agreement, "/noise");
    EXPECT_EQ(got.answer, to_text(lines({"/multistream/1.0.0", "/noise"})));
}

TEST(MultistreamTest, what_a_lazy_dialer_sends_behind_its_proposal_is_left_untouched_in_any_pieces) {
    auto bytes = lines({"/multistream/1.0.0", "/nothing", "/echo/1.0.0"});
    append(bytes, std::string_view{"\x00\x20noise message 1", 17});
    for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 20UL, 1000UL}) {
        const auto got = listen(bytes, piece);
        ASSERT_TRUE(got.agreement);
        EXPECT_EQ(*got.agreement, "/echo/1.0.0");
        EXPECT_EQ(got.rest, (std::string{"\x00\x20noise message 1", 17}));
        EXPECT_EQ(got.answer, to_text(lines({"/multistream/1.0.0", "na", "/echo/1.0.0"})));
    }
}

TEST(MultistreamTest, a_list_request_is_answered_with_no) {
    const auto got = listen(lines({"/multistream/1.0.0", "ls"}));
    ASSERT_TRUE(got.agreement);
    EXPECT_FALSE(*got.agreement);
    EXPECT_EQ(got.answer, to_text(lines({"/multistream/1.0.0", "na"})));
}

TEST(MultistreamTest, the_sixteenth_proposal_is_heard_and_the_seventeenth_is_one_too_many) {
    auto bytes = lines({"/multistream/1.0.0"});
    for (int i = 0; i < 15; ++i) append(bytes, lines({"/nothing"}));
    auto sixteen = bytes;
    append(sixteen, lines({"/noise"}));
    EXPECT_EQ(listen(sixteen).agreement.value(), "/noise");
    append(bytes, lines({"/nothing", "/noise"}));
    ASSERT_FALSE(listen(bytes).agreement);
    EXPECT_EQ(listen(bytes).agreement.error().code, Code::malformed);
}

TEST(MultistreamTest, a_line_of_1024_bytes_is_read_and_one_of_1025_is_refused_at_its_length) {
    auto bytes = lines({"/multistream/1.0.0"});
    auto longest = bytes;
    append(longest, lines({std::string(1023, 'x')}));
    EXPECT_TRUE(listen(longest).agreement);
    append(bytes, Bytes{0x81, 0x08}); // 1025
    EXPECT_FALSE(listen(bytes).agreement);
}

TEST(MultistreamTest, damaged_lines_are_refused) {
    const auto header = lines({"/multistream/1.0.0"});
    for (const auto& [bad, what] : std::initializer_list<std::pair<Bytes, const char*>>{
             {{0x00}, "zero length"},
             {{0x80, 0x00}, "length not minimal"},
             {{0x85, 0x00, 'a', 'b'}, "length not minimal, with a body"},
             {{0xff, 0xff, 0x01}, "length in three bytes"},
             {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, "length in ten bytes"},
             {{0x03, 'a', 'b', 'c'}, "no newline"}}) {
        auto bytes = header;
        append(bytes, bad);
        for (const std::size_t piece : {1UL, 1000UL}) {
            const auto got = listen(bytes, piece);
            ASSERT_FALSE(got.agreement) << what;
            EXPECT_EQ(got.agreement.error().code, Code::malformed) << what;
        }
    }
}

TEST(MultistreamTest, a_first_line_other_than_the_header_is_refused) {
    EXPECT_FALSE(listen(lines({"/noise"})).agreement);
    EXPECT_FALSE(listen(lines({"/multistream/1.0.1"})).agreement);
    EXPECT_FALSE(listen(to_bytes("GET / HTTP/1.1\r\n" + std::string(100, '\n'))).agreement);
}

TEST(MultistreamTest, names_with_nul_or_bad_utf8_are_merely_unknown) {
    const auto got = listen(lines({"/multistream/1.0.0", std::string_view{"/no\0se", 6}, "\xff\xfe", "/noise"}));
    EXPECT_EQ(got.agreement.value(), "/noise");
}

TEST(MultistreamTest, a_dialer_proposes_again_after_no_and_gives_up_after_its_last) {
    MultistreamDialer dialer{{"/yamux/1.0.0", "/mplex/6.7.0"}};
    Bytes output;
    dialer.begin(output);
    EXPECT_EQ(to_text(output), to_text(lines({"/multistream/1.0.0", "/yamux/1.0.0"})));
    output.clear();
    const auto no = lines({"/multistream/1.0.0", "na"});
    ByteView rest{no};
    EXPECT_FALSE(dialer.receive(rest, output).value());
    EXPECT_EQ(to_text(output), to_text(lines({"/mplex/6.7.0"})));
    auto second = lines({"/mplex/6.7.0"});
    append(second, std::string_view{"frames"});
    rest = second;
    EXPECT_EQ(dialer.receive(rest, output).value(), "/mplex/6.7.0");
    EXPECT_EQ(as_text(rest), "frames");

    MultistreamDialer lonely{{"/echo/1.0.0"}};
    rest = no;
    const auto refused = lonely.receive(rest, output);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::refused);
}

TEST(MultistreamTest, a_dialer_accepts_only_a_header_and_an_answer_to_what_it_proposed) {
    for (const auto& bytes : {lines({"/noise"}), lines({"na"}), lines({"/multistream/1.0.0", "/other"})}) {
        MultistreamDialer dialer{{"/noise"}};
        Bytes output;
        ByteView rest{bytes};
        const auto got = dialer.receive(rest, output);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, Code::malformed);
    }
}

} // namespace
} // namespace taleus::p2p
