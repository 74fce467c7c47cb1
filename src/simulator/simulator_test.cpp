// The simulator itself: a seed is a world, told the same each time, and what is left out leaves the rest as it was.

#include "base/source_dir_test.hpp"
#include "protocol/state_tables_test.hpp"
#include "simulator/counters.hpp"
#include "simulator/run.hpp"
#include "simulator/swarm.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace taleus::simulator {
namespace {

TEST(PlanTest, a_seed_draws_the_same_world_and_another_seed_another) {
    EXPECT_EQ(draw(7).text(), draw(7).text());
    EXPECT_NE(draw(7).text(), draw(8).text());
}

TEST(PlanTest, what_is_left_out_changes_nothing_else) {
    const auto whole = draw(7);
    ASSERT_GT(whole.numbers.size(), 2U);
    const auto dropped = whole.numbers[1];
    const auto less = draw(7, {.events = {dropped}});
    ASSERT_EQ(less.numbers.size(), whole.numbers.size() - 1);
    for (const auto number : less.numbers) {
        EXPECT_NE(number, dropped);
        EXPECT_EQ(less.events[number].at, whole.events[number].at);
        EXPECT_EQ(less.events[number].fault, whole.events[number].fault);
    }
    const auto fault = whole.events[dropped].fault;
    for (const auto number : draw(7, {.faults = {fault}}).numbers) EXPECT_NE(whole.events[number].fault, fault);
    EXPECT_EQ((Reduction{.faults = {fault}, .events = {1, 2}, .dialers = {0}}.options()),
              " --without " + std::string{to_text(fault)} + " --drop 1,2 --absent 0");
}

TEST(PlanTest, every_fault_has_a_name_of_its_own) {
    for (std::size_t i = 0; i < fault_count; ++i)
        EXPECT_EQ(fault_from_text(to_text(static_cast<Fault>(i))), static_cast<Fault>(i));
    EXPECT_FALSE(fault_from_text("no_fault"));
}

// Those that are not asked for stand in docs/testing.md, with the reason, and the tests that take them.
TEST(CountersTest, every_arrow_of_the_documents_is_asked_for_but_those_that_no_world_can_meet) {
    std::vector<std::string> missing;
    for (const std::string side : {"listener", "dialer"}) {
        const auto tables = protocol::test::read_state_tables(source_dir() / ("docs/states/" + side + ".md"));
        for (const auto& [from, row] : tables.states)
            for (const auto& to : row.leads_to)
                if (const auto arrow = fmt::format("{} {} -> {}", side, from, to);
                    std::ranges::find(must_be_met(), "arrow " + arrow) == must_be_met().end())
                    missing.push_back(arrow);
    }
    EXPECT_THAT(missing,
                testing::UnorderedElementsAre(
                    "listener VALIDATING_TOKEN -> SENDING_RESPONSE", "dialer SENDING_CONTACT -> VALIDATING_RESPONSE",
                    "dialer SENDING_CONTACT -> REJECTED", "dialer SENDING_CONTACT -> FAILED",
                    "dialer AWAITING_RESPONSE -> FAILED", "dialer VALIDATING_RESPONSE -> TIMED_OUT",
                    "dialer VALIDATING_RESPONSE -> CANCELLED", "dialer SENDING_DATABASE -> DONE",
                    "dialer SENDING_DATABASE -> REJECTED", "dialer SENDING_DATABASE -> FAILED"));
}

TEST(RunTest, the_same_seed_is_the_same_world_to_the_last_count) {
    for (const std::uint64_t seed : {3U, 11U, 12U}) {
        const auto one = run_all({seed, 1}, 1, 1);
        const auto two = run_all({seed, 1}, 1, 1);
        EXPECT_TRUE(one.failures.empty()) << seed;
        EXPECT_EQ(one.met, two.met) << seed;
        EXPECT_EQ(one.sessions, two.sessions) << seed;
        EXPECT_GT(one.sessions, 0U) << seed;
    }
}

TEST(RunTest, many_worlds_in_two_processes_are_the_sum_of_each) {
    const auto all = run_all({21, 6}, 2, 1);
    std::uint64_t sessions = 0;
    for (std::uint64_t seed = 21; seed < 27; ++seed) sessions += run_all({seed, 1}, 1, 1).sessions;
    EXPECT_EQ(all.worlds, 6U);
    EXPECT_EQ(all.sessions, sessions);
}

} // namespace
} // namespace taleus::simulator
