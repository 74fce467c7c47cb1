#include "base/code.hpp"
#include "base/digest.hpp"
#include "base/histogram.hpp"
#include "base/instant.hpp"
#include "base/log.hpp"
#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace taleus {
namespace {

TEST(CodeTest, every_text_leads_back_to_its_code_and_is_unique) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < code_texts.size(); ++i) {
        const auto code = static_cast<Code>(i);
        EXPECT_EQ(code_from_text(to_text(code)), code);
        seen.insert(to_text(code));
    }
    EXPECT_EQ(seen.size(), code_texts.size());
    EXPECT_EQ(static_cast<std::size_t>(Code::internal) + 1, code_texts.size());
    EXPECT_FALSE(code_from_text("Internal"));
}

TEST(InstantTest, a_time_survives_its_text) {
    const auto time = utc_from_text("2026-12-01T23:59:59.123Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(to_text(*time), "2026-12-01T23:59:59.123Z");
    EXPECT_EQ(to_text(UtcTime{}), "1970-01-01T00:00:00.000Z");
    for (const auto* text : {"0000-01-01T00:00:00.000Z", "0987-06-05T04:03:02.001Z", "9999-12-31T23:59:59.999Z"})
        EXPECT_EQ(to_text(utc_from_text(text).value()), text);
    EXPECT_EQ(utc_from_text("2026-12-01T00:00:00Z"), utc_from_text("2026-12-01T00:00:00.000000+00:00"));
    EXPECT_EQ(utc_from_text("2026-12-01T00:00:00.1234567Z"), utc_from_text("2026-12-01T00:00:00.123Z"));
}

TEST(InstantTest, what_is_no_utc_time_is_refused) {
    for (const auto* text :
         {"", "2026-12-01", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-12-01T24:00:00Z",
          "2026-12-01T00:60:00Z", "2026-12-01T00:00:60Z", "2026-12-01T00:00:00", "2026-12-01T00:00:00.Z",
          "2026-12-01T00:00:00+01:00", "2026-12-01T00:00:00Zx", "x026-12-01T00:00:00Z"})
        EXPECT_FALSE(utc_from_text(text)) << text;
}

TEST(HistogramTest, a_bound_is_in_its_bucket_and_what_is_beyond_them_all_in_the_last) {
    constexpr std::array bounds{1.0, 10.0};
    Histogram histogram{bounds};
    for (const double value : {0.0, 1.0, 1.5, 10.0, 10.5, 1e9}) histogram.observe(value);
    EXPECT_EQ((std::vector<std::uint64_t>{histogram.counts().begin(), histogram.counts().end()}),
              (std::vector<std::uint64_t>{2, 2, 2}));
    EXPECT_EQ(histogram.sum(), 1e9 + 23);
}

TEST(HistogramTest, times_are_seconds) {
    Histogram histogram;
    histogram.observe(std::chrono::milliseconds{500});
    EXPECT_EQ(histogram.sum(), 0.5);
    const auto bucket = std::ranges::find(histogram.bounds(), 0.5) - histogram.bounds().begin();
    EXPECT_EQ(histogram.counts()[static_cast<std::size_t>(bucket)], 1U);
}

TEST(LogTest, text_of_a_partner_cannot_break_a_line_or_a_terminal) {
    EXPECT_EQ(escaped("a\n\x1b[31m\"\\"), "a\\x0a\\x1b[31m\\x22\\x5c");
    EXPECT_EQ(escaped(std::string(200, 'a'), 3), "aaa...");
}

TEST(LogTest, what_is_shown_to_people_can_be_read_and_copied) {
    for (const auto* text : {"", R"({"endpoint":"C:\new"})", "M\u00fcller \u20ac \u5de5 \U0001f600 \uffff \U0010ffff"})
        EXPECT_EQ(readable(text), text);
}

TEST(LogTest, what_is_shown_to_people_says_nothing_to_their_terminal) {
    EXPECT_EQ(readable("a\n\x1b[31m\x7f"), R"(a\x0a\x1b[31m\x7f)");
    EXPECT_EQ(readable(std::string_view{"\0", 1}), R"(\x00)");
    EXPECT_EQ(readable("\u0080\u009b\u009f\u00a0"), "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f\u00a0");
    for (const auto* mark : {"\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069"})
        EXPECT_TRUE(readable(mark).starts_with(R"(\x)")) << readable(mark);
    for (const auto* other : {"\u061b", "\u200d", "\u2027", "\u202f", "\u2065", "\u206a"})
        EXPECT_EQ(readable(other), other);
    EXPECT_EQ(readable("\x9b"
                       "31m"),
              R"(\x9b31m)"); // C1 as one byte
}

TEST(LogTest, what_is_no_utf8_is_shown_by_its_bytes) {
    EXPECT_EQ(readable("a\xff\xc3"), R"(a\xff\xc3)");
    EXPECT_EQ(readable("\xe2\x82z"), R"(\xe2\x82z)");               // cut short
    EXPECT_EQ(readable("\xc0\xaf"), R"(\xc0\xaf)");                 // overlong
    EXPECT_EQ(readable("\xe0\x80\xaf"), R"(\xe0\x80\xaf)");         // likewise
    EXPECT_EQ(readable("\xed\xa0\x80"), R"(\xed\xa0\x80)");         // a surrogate
    EXPECT_EQ(readable("\xf4\x90\x80\x80"), R"(\xf4\x90\x80\x80)"); // beyond U+10FFFF
    EXPECT_EQ(readable("\xf8\x88\x80\x80\x80"), R"(\xf8\x88\x80\x80\x80)");
}

TEST(LogTest, a_cut_splits_no_character) {
    EXPECT_EQ(readable("abc", 3), "abc");
    EXPECT_EQ(readable("abcd", 3), "abc...");
    EXPECT_EQ(readable("ab\u20ac", 5), "ab\u20ac");
    for (std::size_t limit = 2; limit < 5; ++limit) EXPECT_EQ(readable("ab\u20ac", limit), "ab...");
    EXPECT_EQ(readable("\x1b\x1b", 1), R"(\x1b...)");
    EXPECT_EQ(readable("a", 0), "...");
}

TEST(RandomTest, one_seed_makes_one_sequence) {
    SeededRandom a{7};
    SeededRandom b{7};
    SeededRandom c{8};
    const auto first = a.bytes<33>();
    EXPECT_EQ(first, b.bytes<33>());
    EXPECT_NE(first, c.bytes<33>());
    for (int i = 0; i < 1000; ++i) EXPECT_LT(a.below(3), 3U);
}

TEST(DigestTest, a_token_is_named_by_sixteen_hex_digits) {
    TokenHash hash;
    hash.bytes[0] = 0xab;
    hash.bytes[7] = 0x01;
    EXPECT_EQ(id_of(hash), "ab00000000000001");
}

} // namespace
} // namespace taleus
