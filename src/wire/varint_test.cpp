#include "wire/varint.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace taleus::wire {
namespace {

Bytes varint(std::uint64_t value) {
    Bytes out;
    append_varint(out, value);
    return out;
}

TEST(VarintTest, a_value_survives_its_bytes) {
    EXPECT_TRUE(rc::check([](std::uint64_t value, const Bytes& tail) {
        auto bytes = varint(value >> (value % 64));
        const auto size = bytes.size();
        append(bytes, tail);
        const auto read = read_varint(bytes, 10);
        RC_ASSERT(read && *read);
        RC_ASSERT((*read)->value == value >> (value % 64));
        RC_ASSERT((*read)->size == size);
    }));
}

TEST(VarintTest, a_cut_varint_asks_for_more_up_to_its_limit) {
    const auto bytes = varint(~std::uint64_t{0});
    ASSERT_EQ(bytes.size(), 10U);
    for (std::size_t size = 0; size < 10; ++size) {
        const auto read = read_varint(ByteView{bytes}.first(size), 10);
        ASSERT_TRUE(read);
        EXPECT_FALSE(*read);
    }
    EXPECT_TRUE(read_varint(ByteView{bytes}.first(8)));  // nine are allowed by default, so one may still come
    EXPECT_FALSE(read_varint(ByteView{bytes}.first(9))); // the ninth says that a tenth follows
}

TEST(VarintTest, the_limit_in_bytes_is_exact) {
    EXPECT_TRUE(read_varint(varint(16383), 2).value());
    EXPECT_FALSE(read_varint(varint(16384), 2));
    EXPECT_EQ((*read_varint(varint((std::uint64_t{1} << 63U) - 1)))->value, (std::uint64_t{1} << 63U) - 1);
    EXPECT_FALSE(read_varint(varint(std::uint64_t{1} << 63U)));
}

TEST(VarintTest, what_is_not_minimal_or_beyond_64_bits_is_refused) {
    EXPECT_FALSE(read_varint(Bytes{0x80, 0x00}));
    EXPECT_FALSE(read_varint(Bytes{0xff, 0x80, 0x00}));
    EXPECT_TRUE(read_varint(Bytes{0x00}).value());
    Bytes ten(9, 0xff);
    ten.push_back(0x02);
    EXPECT_FALSE(read_varint(ten, 10));
    ten.back() = 0x01;
    EXPECT_EQ((*read_varint(ten, 10))->value, ~std::uint64_t{0});
    EXPECT_FALSE(read_varint(Bytes(11, 0x80), 10));
}

} // namespace
} // namespace taleus::wire
