#include "wire/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace taleus::wire {
namespace {

TEST(Utf8Test, the_ends_of_every_range_are_exact) {
    for (const auto* good : {"", "a\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_utf8(good));
    for (const auto* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf",
                            "\xe0\xa0", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe1\x80\x7f"})
        EXPECT_FALSE(is_utf8(bad));
    EXPECT_TRUE(is_utf8(std::string_view{"a\0b", 3}));
}

// ASCII is read in words: what is none must be seen at every place of one.
TEST(Utf8Test, one_byte_is_found_wherever_it_stands) {
    for (std::size_t size = 1; size <= 17; ++size)
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'a');
            EXPECT_TRUE(is_utf8(text));
            text[at] = '\x80';
            EXPECT_FALSE(is_utf8(text)) << size << " bytes, at " << at;
        }
    EXPECT_TRUE(is_utf8("sixteen bytes, so \xc3\xa9 and \xf0\x9f\x98\x82 between words of eight"));
}

} // namespace
} // namespace taleus::wire
