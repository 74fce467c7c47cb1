#include "provision/endpoint.hpp"

#include <gtest/gtest.h>

namespace taleus::provision {
namespace {

TEST(Endpoint, is_host_port_and_database_and_nothing_else) {
    EXPECT_EQ(parse_endpoint("postgres://db.example.com/tallies"), (Endpoint{"db.example.com", 5432, "tallies"}));
    EXPECT_EQ(parse_endpoint("postgres://203.0.113.7:6543/t_1-a"), (Endpoint{"203.0.113.7", 6543, "t_1-a"}));
    EXPECT_EQ(parse_endpoint("postgres://[2001:db8::1]:6543/t"), (Endpoint{"2001:db8::1", 6543, "t"}));
    EXPECT_EQ(parse_endpoint("postgres://[::1]/t"), (Endpoint{"::1", 5432, "t"}));
    for (const auto* text : {"",
                             "postgres://",
                             "postgres:///t",
                             "postgres://h",
                             "postgres://h/",
                             "postgresql://h/t",
                             "POSTGRES://h/t",
                             "taleus-sqlite:b1",
                             "wss://h/t",
                             "postgres://u@h/t",
                             "postgres://u:p@h/t",
                             "postgres://h/t?host=/tmp",
                             "postgres://h/t?options=-c%20x",
                             "postgres://h/t#f",
                             "postgres://h/t/u",
                             "postgres://h/t%00",
                             "postgres://%2Ftmp/t",
                             "postgres:///tmp/t",
                             "postgres:///t?host=/var/run/postgresql",
                             "postgres://a,b/t",
                             "postgres://a:1,b:2/t",
                             "postgres://h:0/t",
                             "postgres://h:65536/t",
                             "postgres://h:+1/t",
                             "postgres://h:/t",
                             "postgres://h:1x/t",
                             "postgres://h /t",
                             "postgres://h/t t",
                             "postgres://h/'t'",
                             "postgres://-h/t",
                             "postgres://.h/t",
                             "postgres://h/service=x",
                             "postgres://[::1/t",
                             "postgres://[::1]x/t",
                             "postgres://[fe80::1%25eth0]/t",
                             "postgres://[fe80::1%eth0]/t",
                             "postgres://[]/t",
                             "postgres://h/t\n",
                             " postgres://h/t",
                             "postgres://\xc3\xa4/t"})
        EXPECT_FALSE(parse_endpoint(text)) << text;
    EXPECT_TRUE(parse_endpoint("postgres://h/" + std::string(63, 'd')));
    EXPECT_FALSE(parse_endpoint("postgres://h/" + std::string(64, 'd')));
    EXPECT_TRUE(parse_endpoint("postgres://" + std::string(253, 'h') + "/d"));
    EXPECT_FALSE(parse_endpoint("postgres://" + std::string(254, 'h') + "/d"));
}

// Found by the fuzzer: what stands behind a NUL was not looked at.
TEST(Endpoint, an_address_ends_where_its_bracket_says) {
    using namespace std::string_view_literals;
    EXPECT_FALSE(parse_endpoint("postgres://[2001:db8::10\0\xff]:2/t"sv));
    EXPECT_FALSE(parse_endpoint("postgres://[::1\0]/t"sv));
    EXPECT_FALSE(parse_endpoint("postgres://h\0/t"sv));
    EXPECT_FALSE(parse_endpoint("postgres://h/t\0"sv));
}

TEST(Endpoint, as_text_is_read_as_itself) {
    for (const auto* text : {"postgres://h:5432/t", "postgres://[::1]:1/t"})
        EXPECT_EQ(to_text(*parse_endpoint(text)), text);
}

TEST(PublicAddress, is_one_of_the_open_internet) {
    const auto judged = [](const char* text) { return is_public(boost::asio::ip::make_address(text)); };
    for (const auto* text : {"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.0", "192.167.0.1", "100.63.255.255",
                             "100.128.0.0", "169.253.0.1", "223.255.255.255", "2606:4700::1111", "::ffff:8.8.8.8",
                             "64:ff9b::8.8.8.8", "2002:0808:0808::1", "2a00:1450::1"})
        EXPECT_TRUE(judged(text)) << text;
    for (const auto* text : {"0.0.0.0",
                             "0.1.2.3",
                             "10.0.0.1",
                             "100.64.0.1",
                             "100.100.100.200",
                             "127.0.0.1",
                             "127.255.255.254",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.0.2.1",
                             "192.168.0.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "239.1.1.1",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::ffff:127.0.0.1",
                             "::ffff:169.254.169.254",
                             "::127.0.0.1",
                             "64:ff9b::10.0.0.1",
                             "64:ff9b:1::1",
                             "2002:7f00:0001::1",
                             "2001::1",
                             "2001:db8::1",
                             "fc00::1",
                             "fd00:ec2::254",
                             "fe80::1",
                             "fec0::1",
                             "ff02::1",
                             "100::1",
                             "4000::1",
                             "3fff::1"})
        EXPECT_FALSE(judged(text)) << text;
}

} // namespace
} // namespace taleus::provision
