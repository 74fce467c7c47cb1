#include "p2p/proven_keys.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

Digest proof_of(std::uint8_t fill) {
    Digest proof;
    proof.fill(fill);
    return proof;
}

TEST(ProvenKeysTest, what_differs_in_any_byte_is_unknown) {
    ProvenKeys keys;
    const auto proof = proof_of(7);
    EXPECT_FALSE(keys.has(proof));
    keys.remember(proof);
    EXPECT_TRUE(keys.has(proof));
    for (std::size_t at = 0; at < proof.size(); ++at) {
        auto other = proof;
        other[at] ^= 1U;
        EXPECT_FALSE(keys.has(other)) << at;
    }
}

TEST(ProvenKeysTest, a_newer_proof_takes_the_place_of_an_older_one) {
    ProvenKeys keys;
    const auto older = proof_of(7);
    auto newer = older;
    newer.back() ^= 1U; // and its place is told by the first bytes
    keys.remember(older);
    keys.remember(newer);
    EXPECT_TRUE(keys.has(newer));
    EXPECT_FALSE(keys.has(older));
}

} // namespace
} // namespace taleus::p2p
