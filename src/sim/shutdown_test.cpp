// Draining and stopping, in every state: what is new is sent away, what is under way ends, nothing told is lost.

#include "sim/testing.hpp"

namespace taleus::sim {
namespace {

using namespace testing;
using Mood = SimulatedProvisioner::Mood;

struct ShutdownTest : WorldTest {
    wire::Link link = world.invite(inviter);
    wire::Link foil = world.invite(inviter, {.role = wire::Role::foil});
};

TEST_F(ShutdownTest, a_draining_listener_sends_new_sessions_away_and_serves_what_is_half_done) {
    const auto first = contact(link);
    const auto waiting = contact(foil);
    inviter.listener().drain();
    const auto other = world.invite(inviter);
    const auto refused = contact(other);
    EXPECT_EQ(member(refused, "code"), "shutting_down");
    EXPECT_FALSE(member(refused, "retryAfterMs").empty());
    EXPECT_EQ(contact(link).text, first.text);
    EXPECT_EQ(member(tell(database_text("tally-1", "wss://db", member(waiting, "sessionId"))), "accepted"), "true");
    world.run_dry();
    EXPECT_EQ(spent(other) + reserved(other), 0U);
}

TEST_F(ShutdownTest, what_is_under_way_ends_within_the_grace) {
    inviter.provisioner().delay = 2s;
    const auto said = begin(respondent, contact_text(link.token, "party-raw"));
    world.run_for(500ms);
    const auto began = world.time.now;
    world.stop(inviter, 30s);
    EXPECT_LT(world.time.now - began, 2s);
    world.run_dry();
    EXPECT_EQ(member(*said->reply, "approved"), "true");
    EXPECT_EQ(state_of_last(inviter), "DONE");
}

TEST_F(ShutdownTest, what_is_left_after_the_grace_is_cancelled_and_its_use_given_back) {
    inviter.provisioner().mood = Mood::hangs;
    const auto said = begin(respondent, contact_text(link.token, "party-raw"));
    const auto silent = begin(respondent, "{", Manner::unfinished);
    world.run_for(500ms);
    const auto began = world.time.now;
    world.stop(inviter, 1s);
    EXPECT_LT(world.time.now - began, 1100ms);
    world.run_dry();
    EXPECT_EQ(member(*said->reply, "code"), "shutting_down");
    EXPECT_EQ(member(*silent->reply, "code"), "shutting_down");
    EXPECT_EQ(state_of_last(inviter), "CANCELLED");
    EXPECT_EQ(spent(link) + reserved(link), 0U);
}

TEST_F(ShutdownTest, a_queued_commit_is_awaited_beyond_the_grace) {
    inviter.journal().slow_next("record_tally", 3s);
    const auto said = begin(respondent, contact_text(link.token, "party-raw"));
    world.run_for(500ms);
    world.stop(inviter, 0s);
    EXPECT_EQ(state_of_last(inviter), "DONE");
    EXPECT_EQ(spent(link), 1U);
}

TEST_F(ShutdownTest, waiting_sessions_are_not_waited_for_and_live_on_in_the_next_life) {
    const auto waiting = contact(foil);
    const auto began = world.time.now;
    world.stop(inviter, 30s);
    EXPECT_LT(world.time.now - began, 1s);
    EXPECT_EQ(state_of_last(inviter), "AWAITING_DATABASE");
    EXPECT_EQ(reserved(foil), 1U);
    inviter.shut_down();
    inviter.boot();
    inviter.serve();
    EXPECT_EQ(member(tell(database_text("tally-1", "wss://db", member(waiting, "sessionId"))), "accepted"), "true");
    world.run_dry();
    EXPECT_EQ(state_of_last(inviter), "DONE");
}

TEST_F(ShutdownTest, a_database_result_under_way_is_finished) {
    const auto waiting = contact(foil);
    inviter.journal().slow_next("record_tally", 2s);
    const auto said = begin(respondent, database_text("tally-1", "wss://db", member(waiting, "sessionId")));
    world.run_for(500ms);
    world.stop(inviter, 30s);
    world.run_dry();
    EXPECT_EQ(member(*said->reply, "accepted"), "true");
    EXPECT_EQ(state_of_last(inviter), "DONE");
}

TEST_F(ShutdownTest, a_second_signal_shortens_the_grace) {
    inviter.provisioner().mood = Mood::hangs;
    const auto said = begin(respondent, contact_text(link.token, "party-raw"));
    world.run_for(100ms);
    inviter.listener().drain();
    inviter.listener().hurry();
    world.run_for(200ms);
    EXPECT_EQ(state_of_last(inviter), "CANCELLED");
    EXPECT_EQ(inviter.listener().counts().tasks, 0U);
}

// Found in review: it was said that the store had not answered in time.
TEST_F(ShutdownTest, a_join_that_is_interrupted_while_the_store_is_asked_first_is_cancelled) {
    respondent.journal().slow_next("joined", 2s);
    const auto joining = respondent.join(link);
    world.run_for(300ms);
    joining->limit->stop();
    world.run_until([&] { return joining->result.has_value(); });
    EXPECT_EQ(joining->result->outcome, StateName::cancelled);
    EXPECT_EQ(joining->result->code, Code::shutting_down);
    world.run_dry();
    EXPECT_EQ(world.join(respondent, link).outcome, StateName::done);
    expect_one_tally();
}

TEST_F(ShutdownTest, an_interrupted_join_is_cancelled_and_can_be_repeated) {
    inviter.provisioner().delay = 1s;
    const auto joining = respondent.join(link);
    world.run_for(300ms);
    joining->limit->stop();
    world.run_until([&] { return joining->result.has_value(); });
    EXPECT_EQ(joining->result->outcome, StateName::cancelled);
    world.run_dry();
    EXPECT_EQ(state_of_last(respondent), "CANCELLED");
    const auto again = world.join(respondent, link);
    EXPECT_EQ(again.outcome, StateName::done) << again.reason;
    expect_one_tally();
}

} // namespace
} // namespace taleus::sim
