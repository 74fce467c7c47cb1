#include "ops/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace taleus::ops {
namespace {

TEST(AddressTest, is_of_the_loopback_a_whole_path_or_nothing) {
    for (const auto* right : {"", "127.0.0.1:9080", "127.0.0.1:0", "localhost:1", "[::1]:65535", "unix:/run/a.sock"})
        EXPECT_TRUE(check_address(right)) << right;
    for (const auto* wrong :
         {"9080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "0.0.0.0:1", "[::]:1", "192.0.2.1:1", "example.org:1",
          "127.0.0.2:1", "127.1:1", "127.0.0.01:1", "unix:", "unix:a.sock", "unix:./a.sock", "unix:~/a.sock"})
        EXPECT_FALSE(check_address(wrong)) << wrong;
    EXPECT_FALSE(check_address("unix:/" + std::string(107, 'x'))) << "longer than the kernel takes";
}

TEST(AddressTest, a_relative_path_is_refused_and_told_why) {
    const auto checked = check_address("unix:a.sock");
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, Code::malformed);
    EXPECT_THAT(checked.error().context, testing::HasSubstr("begins with /"));
}

TEST(AddressTest, why_there_is_no_socket_is_told_apart) {
    const auto taken = listen_at("127.0.0.1:0");
    ASSERT_TRUE(taken);
    const auto again = listen_at(address_of(*taken));
    ::close(*taken);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::conflict);
    const auto nowhere = listen_at("unix:/no/such/folder/admin.sock");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, Code::dependency_unavailable);
}

} // namespace
} // namespace taleus::ops
