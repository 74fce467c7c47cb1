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
