#include "wire/address_block.hpp"

#include <gtest/gtest.h>

namespace taleus::wire {
namespace {

std::string block(std::string_view ip) { return address_block(Multiaddr::tcp(ip, 1)); }

TEST(AddressBlockTest, is_an_ipv4_address_or_an_ipv6_64) {
    EXPECT_EQ(block("192.0.2.1"), block("::ffff:192.0.2.1"));
    EXPECT_NE(block("192.0.2.1"), block("192.0.2.2"));
    EXPECT_EQ(block("2001:db8:0:1::1"), block("2001:db8:0:1:ffff::9"));
    EXPECT_NE(block("2001:db8:0:1::1"), block("2001:db8:0:2::1"));
    EXPECT_EQ(block("192.0.2.1").size(), 4U);
    EXPECT_EQ(block("2001:db8::1").size(), 8U);
    EXPECT_EQ(address_block(Multiaddr::from_text("/dns4/example.com/tcp/1").value()), "");
}

} // namespace
} // namespace taleus::wire
