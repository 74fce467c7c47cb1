#include "p2p/identify.hpp"
#include "p2p/testing/identify_fields.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

using testing::identify_fields;

class IdentifyTest : public ::testing::Test {
protected:
    SeededRandom random{1};
    wire::KeyPair keys = wire::KeyPair::generate(random);
    IdentifyInfo ours() const {
        return {.key = keys.public_key(),
                .listen_addrs = {wire::Multiaddr::tcp("192.0.2.1", 4001)},
                .protocols = {"/a", "/b"},
                .observed = wire::Multiaddr::tcp("192.0.2.2", 5),
                .protocol_version = "ipfs/0.1.0",
                .agent = "taleus"};
    }
};

TEST_F(IdentifyTest, it_has_the_fields_of_the_specification) {
    const auto info = ours();
    auto fields = identify_fields(encode_identify(info));
    using Values = std::vector<std::string>;
    EXPECT_EQ(fields[1], Values{to_text(wire::to_protobuf(info.key))});
    EXPECT_EQ(fields[2], Values{to_text(info.listen_addrs[0].bytes())});
    EXPECT_EQ(fields[3], info.protocols);
    EXPECT_EQ(fields[4], Values{to_text(info.observed.bytes())});
    EXPECT_EQ(fields[5], Values{"ipfs/0.1.0"});
    EXPECT_EQ(fields[6], Values{"taleus"});
    EXPECT_EQ(fields.size(), 6U);
}

TEST_F(IdentifyTest, ours_stays_below_two_kibibytes_and_drops_addresses_first) {
    auto info = ours();
    info.listen_addrs.assign(500, wire::Multiaddr::tcp("192.0.2.1", 4001));
    const auto bytes = encode_identify(info);
    EXPECT_LT(bytes.size(), 2048U);
    auto fields = identify_fields(bytes);
    EXPECT_EQ(fields[3], info.protocols);
    EXPECT_EQ(fields[1].size(), 1U);
    EXPECT_GT(fields[2].size(), 100U);
}

} // namespace
} // namespace taleus::p2p
