#include "wire/protobuf.hpp"
#include "wire/varint.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace taleus::wire {
namespace {

bool is_refused(const Bytes& message) {
    ProtobufReader reader{message};
    for (;;) {
        const auto field = reader.next();
        if (!field) return field.error().code == Code::malformed;
        if (!*field) return false;
    }
}

TEST(ProtobufTest, what_the_writer_wrote_the_reader_reads) {
    EXPECT_TRUE(rc::check([](std::uint64_t value, const Bytes& bytes) {
        ProtobufWriter writer;
        writer.varint(1, value);
        writer.bytes((1U << 29U) - 1, bytes);
        const auto message = writer.take();
        ProtobufReader reader{message};
        const auto first = reader.next().value().value();
        RC_ASSERT(first.number == 1U && first.value == value && !first.is_bytes);
        const auto second = reader.next().value().value();
        RC_ASSERT(second.number == (1U << 29U) - 1 && second.is_bytes && to_bytes(second.bytes) == bytes);
        RC_ASSERT(!reader.next().value());
    }));
}

TEST(ProtobufTest, fixed_fields_are_little_endian) {
    const Bytes message{0x0d, 1, 2, 3, 4, 0x11, 1, 0, 0, 0, 0, 0, 0, 0x80};
    ProtobufReader reader{message};
    EXPECT_EQ(reader.next().value()->value, 0x04030201U);
    EXPECT_EQ(reader.next().value()->value, 0x8000000000000001U);
    EXPECT_FALSE(reader.next().value());
}

TEST(ProtobufTest, a_message_cut_anywhere_within_a_field_is_refused) {
    const Bytes message{0x08, 0x96, 0x01, 0x12, 0x02, 'a', 'b', 0x1d, 1, 2, 3, 4};
    for (const std::size_t whole : {0U, 3U, 7U, 12U})
        EXPECT_FALSE(is_refused({message.begin(), message.begin() + static_cast<long>(whole)}));
    for (const long cut : {1, 2, 4, 5, 6, 8, 11})
        EXPECT_TRUE(is_refused({message.begin(), message.begin() + cut})) << cut;
}

TEST(ProtobufTest, damage_is_refused) {
    EXPECT_TRUE(is_refused({0x00, 0x01})); // field number 0
    EXPECT_TRUE(is_refused({0x0b, 0x0c})); // a group
    EXPECT_TRUE(is_refused({0x0e, 0x00})); // wire types 6 and 7
    EXPECT_TRUE(is_refused({0x0f, 0x00}));
    EXPECT_TRUE(is_refused({0x88, 0x00, 0x00})); // a tag that is not minimal
    EXPECT_TRUE(is_refused({0x08, 0x80, 0x00})); // a value that is not minimal
    EXPECT_TRUE(is_refused({0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})); // a huge length
    Bytes number_too_large;
    append_varint(number_too_large, std::uint64_t{1} << 32U);
    number_too_large.push_back(0);
    EXPECT_TRUE(is_refused(number_too_large));
    Bytes eleven{0x08};
    eleven.insert(eleven.end(), 10, 0xff);
    eleven.push_back(0x01);
    EXPECT_TRUE(is_refused(eleven));
}

} // namespace
} // namespace taleus::wire
