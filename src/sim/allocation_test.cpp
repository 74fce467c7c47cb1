// Memory that runs out at any moment of a bootstrap, at the listener: one session pays, nothing of it is held, others
// are served, and the same party gets its tally, once. (A dialer is a process of its own: it ends, and is run again.)
// Every fourth is tried; TALEUS_ALLOCATIONS=FIRST:STRIDE tries others (1:1 all, two minutes); one that fails is
// printed. The walk over all found a claim that nobody held, when its name found no memory: that wait never ended.

#include "base/scarce_memory_test.hpp"
#include "sim/protection_test.hpp"

#include <cstdlib>
#include <string>

namespace taleus::sim {
namespace {

using namespace testing;
using test::scarce_memory;

const Process* victim = nullptr;
bool is_victims_turn() { return Turn::running() == victim; }

struct Way {
    wire::Role role;
    std::uint64_t first;
};
struct AllocationTest : ProtectionTest, ::testing::WithParamInterface<Way> {
    AllocationTest() { has_whole_trails = false; } // what found no memory is not told
    // A bootstrap of its own, in which this allocation fails. How many there were.
    std::uint64_t run(std::uint64_t fails_at) {
        const auto link = world.invite(inviter, {.role = GetParam().role});
        auto& dialer = world.dialer("peer-" + std::to_string(fails_at));
        victim = &inviter.process();
        scarce_memory() = {.fails_at = fails_at, .counts = is_victims_turn};
        const auto joining = dialer.join(link);
        world.run_until([&] { return joining->result.has_value(); });
        const auto asked = scarce_memory().asked;
        scarce_memory() = {};
        world.run_dry();
        expect_nothing_held();
        EXPECT_LE(spent(link), 1U);
        const auto other = world.invite(inviter, {.role = GetParam().role});
        EXPECT_EQ(world.join(world.dialer("other-" + std::to_string(fails_at)), other).outcome, StateName::done);

        auto again = world.join(dialer, link);
        if (again.outcome != StateName::done) { // the store heard, and was not heard: what it has is ended by recovery
            ++restarts;
            inviter.crash();
            inviter.boot();
            inviter.serve();
            again = world.join(dialer, link);
        }
        EXPECT_EQ(again.outcome, StateName::done) << again.reason;
        EXPECT_EQ(spent(link), 1U);
        EXPECT_EQ(dialer.tallies().size(), 1U);
        if (again.tally && joining->result->tally) EXPECT_EQ(again.tally->tally, joining->result->tally->tally);
        world.run_dry();
        EXPECT_EQ(reserved(link), 0U);
        return asked;
    }
    std::uint64_t restarts = 0;
};

TEST_P(AllocationTest, that_fails_anywhere_costs_one_session_and_leaves_nothing) {
    if (!test::has_scarce_memory) GTEST_SKIP() << "no allocation can be made to fail here";
    auto at = GetParam().first;
    std::uint64_t stride = 4;
    if (const char* asked = std::getenv("TALEUS_ALLOCATIONS")) {
        const std::string text{asked};
        at = std::stoull(text);
        stride = std::stoull(text.substr(text.find(':') + 1));
    }
    std::uint64_t tried = 0;
    for (; !HasFailure(); at += stride) {
        SCOPED_TRACE("allocation " + std::to_string(at));
        if (run(at) < at) break;
        ++tried;
    }
    EXPECT_GT(tried, 20U);
    EXPECT_LE(restarts, tried / 20);
}
INSTANTIATE_TEST_SUITE_P(Roles, AllocationTest, ::testing::Values(Way{wire::Role::stock, 1}, Way{wire::Role::foil, 1}));

} // namespace
} // namespace taleus::sim
