// Whole flows between two of our nodes: outcome, records and trail of both parties.

#include "sim/world.hpp"

#include <gtest/gtest.h>

namespace taleus::sim {
namespace {

using protocol::StateName;

TEST(FlowTest, stock_ends_done_on_both_sides_with_one_tally) {
    World world;
    auto& inviter = world.listener("anna");
    auto& respondent = world.dialer("bert");
    const auto link = world.invite(inviter);
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_TRUE(result.draft_verified);
    EXPECT_TRUE(result.confirmed);
    world.run_dry();
    ASSERT_EQ(inviter.tallies().size(), 1U);
    ASSERT_EQ(respondent.tallies().size(), 1U);
    EXPECT_EQ(inviter.tallies()[0].tally_id, respondent.tallies()[0].tally_id);
}

TEST(FlowTest, foil_ends_done_on_both_sides_with_one_tally) {
    World world;
    auto& inviter = world.listener("anna");
    auto& respondent = world.dialer("bert");
    const auto link = world.invite(inviter, {.role = wire::Role::foil});
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_TRUE(result.acknowledged);
    EXPECT_TRUE(result.confirmed);
    world.run_dry();
    ASSERT_EQ(inviter.tallies().size(), 1U);
    ASSERT_EQ(respondent.tallies().size(), 1U);
    EXPECT_EQ(inviter.tallies()[0].tally_id, respondent.tallies()[0].tally_id);
}

} // namespace
} // namespace taleus::sim
