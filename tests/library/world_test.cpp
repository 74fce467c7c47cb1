// The world without a network, on public headers alone: what an application can make happen in it, and that it is the
// same each time.

#include <gtest/gtest.h>
#include <taleus/testing.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using taleus::Role;
using taleus::StateName;
using taleus::testing::Party;
using taleus::testing::World;

void expect_same_tally(Party& a, Party& b) {
    ASSERT_EQ(a.tallies().size(), 1U);
    ASSERT_EQ(b.tallies().size(), 1U);
    EXPECT_EQ(a.tallies()[0].id, b.tallies()[0].id);
    EXPECT_EQ(a.tallies()[0].database, b.tallies()[0].database);
    EXPECT_EQ(a.tallies()[0].partner_party, b.tallies()[0].own_party);
}

struct WorldTest : ::testing::Test {
    World world;
    Party& inviter = world.add_listener("anna");
    Party& respondent = world.add_dialer("bert");
};

TEST_F(WorldTest, both_roles_bootstrap) {
    for (const auto role : {Role::stock, Role::foil}) {
        const auto result = world.join(respondent, inviter.invite({.role = role})->uri);
        ASSERT_TRUE(result);
        EXPECT_TRUE(result->is_done()) << result->reason;
        ASSERT_TRUE(result->tally);
        EXPECT_EQ(result->tally->role, role);
        EXPECT_EQ(result->tally->partner_peer, inviter.peer_id());
    }
    EXPECT_EQ(inviter.tallies().size(), 2U);
    EXPECT_EQ(respondent.tallies().size(), 2U);
    EXPECT_EQ(inviter.databases(), 1U);
    EXPECT_EQ(respondent.databases(), 1U);
}

TEST_F(WorldTest, time_is_the_tests_own) {
    const auto issued = inviter.invite({.valid_for = 1h});
    const auto before = world.elapsed();
    world.run_for(1h);
    EXPECT_EQ(world.elapsed() - before, 1h);
    const auto result = world.join(respondent, issued->uri);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->outcome, StateName::rejected);
    EXPECT_EQ(result->code, taleus::Code::token_expired);
    EXPECT_EQ(inviter.invitations().at(0).standing, taleus::Standing::expired);
}

// Found in review: time went back, and with it what every deadline is counted from.
TEST_F(WorldTest, time_never_goes_back) {
    world.run_for(1h);
    const auto elapsed = world.elapsed();
    const auto utc = world.utc();
    for (const auto length : std::vector<taleus::Duration>{-1ns, -2h, taleus::Duration::min()}) {
        world.run_for(length);
        EXPECT_EQ(world.elapsed(), elapsed);
        EXPECT_EQ(world.utc(), utc);
    }
}

TEST_F(WorldTest, nothing_more_can_happen_is_said) {
    EXPECT_FALSE(world.run_until([] { return false; }));
}

TEST_F(WorldTest, crash_at_each_moment_ends_with_one_tally_after_all) {
    for (const bool of_inviter : {true, false})
        for (const auto moment : {1ms, 3ms, 6ms, 10ms, 15ms, 25ms}) {
            World other{7};
            auto& anna = other.add_listener("anna");
            auto& bert = other.add_dialer("bert");
            const auto uri = anna.invite()->uri;
            const auto joining = bert.begin_join(uri);
            other.run_for(moment);
            auto& victim = of_inviter ? anna : bert;
            victim.crash();
            EXPECT_FALSE(victim.is_alive());
            other.run_for(1s);
            victim.restart();
            if (of_inviter) ASSERT_TRUE(other.run_until([&] { return joining->result().has_value(); }));
            taleus::Result<taleus::JoinResult> result = other.join(bert, uri);
            ASSERT_TRUE(result);
            EXPECT_TRUE(result->is_done()) << result->reason;
            expect_same_tally(anna, bert);
            EXPECT_EQ(anna.databases(), 1U);
        }
}

TEST_F(WorldTest, network_that_fails_is_got_round_or_named) {
    const auto uri = inviter.invite()->uri;
    inviter.set_reach(Party::Reach::refuses);
    EXPECT_EQ(world.join(respondent, uri)->code, taleus::Code::unreachable);
    inviter.set_reach(Party::Reach::hangs);
    EXPECT_FALSE(world.join(respondent, uri)->is_done());
    inviter.set_reach(Party::Reach::answers);
    const auto joining = respondent.begin_join(uri);
    ASSERT_TRUE(world.run_until([&] { return inviter.provisioner_calls() > 0; }));
    inviter.cut();
    ASSERT_TRUE(world.run_until([&] { return joining->result().has_value(); }));
    EXPECT_TRUE(joining->result()->is_done()) << joining->result()->reason;
    EXPECT_FALSE(joining->progress().empty());
    expect_same_tally(inviter, respondent);
}

TEST_F(WorldTest, silent_network_ends_at_a_deadline) {
    const auto joining = respondent.begin_join(inviter.invite()->uri);
    ASSERT_TRUE(world.run_until([&] { return inviter.provisioner_calls() > 0; }));
    inviter.silence();
    const auto before = world.elapsed();
    ASSERT_TRUE(world.run_until([&] { return joining->result().has_value(); }));
    EXPECT_LE(world.elapsed() - before, taleus::DialerTimeouts{}.session + 1s);
}

TEST_F(WorldTest, store_that_stalls_and_comes_back_loses_nothing) {
    const auto uri = inviter.invite()->uri;
    inviter.stall_store();
    const auto joining = respondent.begin_join(uri);
    world.run_for(3s);
    EXPECT_FALSE(joining->result());
    inviter.resume_store();
    ASSERT_TRUE(world.run_until([&] { return joining->result().has_value(); }));
    EXPECT_TRUE(joining->result()->is_done()) << joining->result()->reason;
    expect_same_tally(inviter, respondent);
}

TEST_F(WorldTest, calls_of_a_stalled_store_time_out_and_its_party_ends_all_the_same) {
    const auto uri = inviter.invite()->uri;
    for (auto* stalled : {&inviter, &respondent}) stalled->stall_store();
    EXPECT_EQ(inviter.invite().error().code, taleus::Code::timeout);
    EXPECT_EQ(inviter.revoke("0000000000000000").error().code, taleus::Code::timeout);
    EXPECT_TRUE(inviter.invitations().empty());
    const auto joining = respondent.begin_join(uri);
    world.run_for(3s);
    inviter.stop();
    EXPECT_FALSE(inviter.is_alive());
    inviter.restart();
    EXPECT_EQ(inviter.invitations().size(), 2U) << "what was asked is done when it answers again";
    inviter.stall_store();
    EXPECT_FALSE(joining->result()) << "under way, as its world ends";
}

// Found in review: tallies were read past the store that stood still.
TEST_F(WorldTest, stalled_store_shows_no_tallies_until_it_answers_again) {
    EXPECT_TRUE(world.join(respondent, inviter.invite()->uri)->is_done());
    for (auto* stalled : {&inviter, &respondent}) {
        stalled->stall_store();
        EXPECT_TRUE(stalled->tallies().empty());
        stalled->resume_store();
        EXPECT_EQ(stalled->tallies().size(), 1U);
        stalled->fail_store(Party::StoreCall::any, 1);
        EXPECT_TRUE(stalled->tallies().empty());
    }
    expect_same_tally(inviter, respondent);
}

TEST_F(WorldTest, joins_of_one_party_run_side_by_side_but_of_one_link_once) {
    std::vector<taleus::testing::PendingJoin> joins;
    std::vector<std::string> uris;
    for (int i = 0; i < 5; ++i) uris.push_back(inviter.invite()->uri);
    for (const auto& uri : uris) joins.push_back(*respondent.begin_join(uri));
    EXPECT_EQ(respondent.begin_join(uris[0]).error().code, taleus::Code::in_progress);
    ASSERT_TRUE(
        world.run_until([&] { return std::ranges::all_of(joins, [](const auto& one) { return !!one.result(); }); }));
    for (const auto& one : joins) EXPECT_TRUE(one.result()->is_done());
    EXPECT_EQ(inviter.tallies().size(), 5U);
    EXPECT_EQ(respondent.tallies().size(), 5U);
    EXPECT_TRUE(world.join(respondent, uris[0])->is_done()) << "again, when it is over";
}

TEST_F(WorldTest, join_that_is_cancelled_before_time_passes_ends_cancelled) {
    const auto joining = respondent.begin_join(inviter.invite()->uri);
    joining->cancel();
    ASSERT_TRUE(world.run_until([&] { return joining->result().has_value(); }));
    EXPECT_EQ(joining->result()->outcome, StateName::cancelled);
    EXPECT_TRUE(inviter.tallies().empty() && respondent.tallies().empty());
}

TEST_F(WorldTest, limits_may_be_as_great_as_numbers_go) {
    taleus::testing::PartySettings settings;
    settings.limits.sessions = SIZE_MAX;
    settings.limits.reserved = 1;
    auto& other = world.add_listener("cleo", std::move(settings));
    EXPECT_TRUE(world.join(respondent, other.invite()->uri)->is_done());
    EXPECT_EQ(other.tallies().size(), 1U);
}

TEST_F(WorldTest, partition_parts_two_and_no_others_and_heals) {
    auto& third = world.add_dialer("cleo");
    const auto uri = inviter.invite({.uses = std::nullopt})->uri;
    world.partition(respondent, inviter);
    EXPECT_FALSE(world.join(respondent, uri)->is_done());
    EXPECT_TRUE(world.join(third, uri)->is_done());
    world.heal(inviter, respondent);
    EXPECT_TRUE(world.join(respondent, uri)->is_done());
    EXPECT_EQ(inviter.tallies().size(), 2U);
    EXPECT_EQ(inviter.databases(), 2U);
}

TEST_F(WorldTest, partition_in_the_middle_of_a_session_ends_with_one_tally) {
    const auto uri = inviter.invite()->uri;
    const auto joining = respondent.begin_join(uri);
    ASSERT_TRUE(world.run_until([&] { return inviter.provisioner_calls() > 0; }));
    world.partition(inviter, respondent);
    world.run_for(5s);
    EXPECT_FALSE(joining->result());
    EXPECT_EQ(inviter.tallies().size(), 1U) << "decided, and nobody could be told";
    EXPECT_TRUE(respondent.tallies().empty());
    ASSERT_TRUE(world.run_until([&] { return joining->result().has_value(); }));
    EXPECT_EQ(joining->result()->outcome, StateName::timed_out);
    world.heal(inviter, respondent);
    EXPECT_TRUE(world.join(respondent, uri)->is_done());
    expect_same_tally(inviter, respondent);
    EXPECT_EQ(inviter.databases(), 1U);
}

TEST_F(WorldTest, store_that_fails_a_call_is_asked_again) {
    using Call = Party::StoreCall;
    for (const auto call : {Call::any, Call::look_up, Call::open_session, Call::record_tally, Call::end_session}) {
        World other;
        auto& anna = other.add_listener("anna");
        auto& bert = other.add_dialer("bert");
        const auto uri = anna.invite()->uri;
        anna.fail_store(call, 1);
        const auto joining = bert.begin_join(uri);
        ASSERT_TRUE(joining && other.run_until([&] { return joining->result().has_value(); }));
        EXPECT_TRUE(joining->result()->is_done()) << static_cast<int>(call) << ": " << joining->result()->reason;
        const auto connects =
            std::ranges::count(joining->progress(), StateName::connecting, &taleus::JoinProgress::state);
        EXPECT_EQ(connects, call == Call::end_session ? 1 : 2) << static_cast<int>(call);
        expect_same_tally(anna, bert);
        EXPECT_EQ(anna.databases(), 1U);
    }
}

TEST_F(WorldTest, store_that_fails_for_a_while_decides_nothing_until_it_works_again) {
    using Call = Party::StoreCall;
    const auto uri = inviter.invite()->uri;
    for (auto* broken : {&inviter, &respondent}) {
        broken->fail_store(broken == &inviter ? Call::record_tally : Call::begin_join);
        EXPECT_FALSE(world.join(respondent, uri)->is_done());
        EXPECT_TRUE(inviter.tallies().empty() && respondent.tallies().empty());
        broken->resume_store();
        world.run_for(5min); // the store's breaker has let go
    }
    EXPECT_TRUE(world.join(respondent, uri)->is_done());
    expect_same_tally(inviter, respondent);
}

TEST_F(WorldTest, provisioners_of_each_kind) {
    using Making = Party::Making;
    for (const auto making : {Making::fails, Making::unavailable, Making::hangs, Making::nonsense}) {
        World other;
        auto& anna = other.add_listener("anna");
        auto& bert = other.add_dialer("bert");
        anna.set_provisioner(making);
        const auto uri = anna.invite()->uri;
        EXPECT_FALSE(other.join(bert, uri)->is_done());
        EXPECT_TRUE(anna.tallies().empty() && bert.tallies().empty());
        EXPECT_EQ(anna.invitations().at(0).spent, 0U);
        anna.set_provisioner(Making::makes);
        other.run_for(5min); // whatever stands before a provisioner that failed has let go
        EXPECT_TRUE(other.join(bert, uri)->is_done());
        expect_same_tally(anna, bert);
    }
}

TEST_F(WorldTest, stopped_listener_listens_again) {
    const auto uri = inviter.invite()->uri;
    inviter.stop();
    EXPECT_FALSE(inviter.is_alive());
    EXPECT_FALSE(world.join(respondent, uri)->is_done());
    inviter.restart();
    EXPECT_TRUE(world.join(respondent, uri)->is_done());
    expect_same_tally(inviter, respondent);
}

// What happens in a world of this seed, as its observer tells it.
std::vector<std::string> story_of(std::uint64_t seed) {
    struct Scribe final : taleus::Observer {
        void transition(const taleus::Transition& what) override {
            lines.push_back(what.session + " " + std::string{to_text(what.to)} + " " +
                            std::to_string(what.spent.count()));
        }
        std::vector<std::string> lines;
    };
    const auto scribe = std::make_shared<Scribe>();
    World world{seed};
    taleus::testing::PartySettings settings;
    settings.hooks.observer = scribe;
    auto& anna = world.add_listener("anna", std::move(settings));
    auto& bert = world.add_dialer("bert");
    EXPECT_TRUE(world.join(bert, anna.invite()->uri)->is_done());
    return scribe->lines;
}

TEST(WorldSeedTest, same_seed_same_story_to_the_nanosecond) {
    EXPECT_EQ(story_of(3), story_of(3));
    EXPECT_NE(story_of(3), story_of(4));
    EXPECT_GE(story_of(3).size(), 4U);
}

} // namespace
