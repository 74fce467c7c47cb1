// Every wait has an end, whatever the peer, a hook or the disk does; and what a session held is free when it is over.

#include "sim/testing.hpp"

#include <algorithm>
#include <cstddef>

namespace taleus::sim {
namespace {

using namespace testing;
using Mood = SimulatedProvisioner::Mood;

struct DeadlineTest : WorldTest {
    wire::Link link = world.invite(inviter);
    void expect_free() {
        const auto counts = inviter.listener().counts();
        EXPECT_EQ(counts.streams + counts.tasks + counts.keys + counts.reserved, 0U);
        EXPECT_EQ(reserved(link), 0U);
    }
};

TEST_F(DeadlineTest, a_provisioner_that_hangs_is_left_at_the_time_to_respond) {
    inviter.provisioner().mood = Mood::hangs;
    const auto reply = contact(link);
    EXPECT_EQ(member(reply, "code"), "timeout");
    EXPECT_GE(reply.took, 4500ms);
    EXPECT_LT(reply.took, 4600ms);
    world.run_for(50ms);
    EXPECT_EQ(state_of_last(inviter), "TIMED_OUT");
    expect_free();
    inviter.provisioner().mood = Mood::makes;
    EXPECT_EQ(member(contact(link), "approved"), "true");
}

TEST_F(DeadlineTest, what_a_late_provisioner_made_is_adopted_by_the_retry) {
    inviter.provisioner().mood = Mood::overruns;
    inviter.provisioner().delay = 7s;
    const auto reply = contact(link);
    EXPECT_EQ(member(reply, "code"), "timeout");
    EXPECT_LT(reply.took, 4600ms);
    EXPECT_EQ(inviter.listener().counts().streams, 0U);
    world.run_for(10s);
    EXPECT_EQ(inviter.provisioner().made.size(), 1U); // too late for its session
    EXPECT_TRUE(inviter.tallies().empty());
    inviter.provisioner().mood = Mood::makes;
    inviter.provisioner().delay = 5ms;
    EXPECT_EQ(member(contact(link), "approved"), "true");
    world.run_dry();
    EXPECT_EQ(inviter.provisioner().made.size(), 1U);
    EXPECT_TRUE(inviter.provisioner().made.contains(only_tally(inviter).tally_id));
    expect_free();
}

TEST_F(DeadlineTest, a_provisioner_that_fails_fails_that_one_session) {
    const std::vector<std::pair<Mood, std::string>> cases{{Mood::fails, "provisioning_failed"},
                                                          {Mood::unavailable, "dependency_unavailable"},
                                                          {Mood::throws, "provisioning_failed"}};
    for (const auto& [mood, code] : cases) {
        inviter.provisioner().mood = mood;
        const auto reply = contact(link);
        EXPECT_EQ(member(reply, "code"), code) << reply.text;
        EXPECT_FALSE(reply.has("simulated"));
        world.run_for(100ms);
        EXPECT_EQ(state_of_last(inviter), "FAILED");
        expect_free();
    }
    inviter.provisioner().mood = Mood::makes;
    EXPECT_EQ(member(contact(link), "approved"), "true");
}

TEST_F(DeadlineTest, a_disk_that_is_stuck_ends_the_stream_in_time_and_the_record_follows) {
    for (const auto* call : {"look_up", "open_session"}) {
        inviter.journal().slow_next(call, 20s);
        const auto reply = contact(link);
        EXPECT_EQ(member(reply, "code"), "timeout") << call;
        EXPECT_LT(reply.took, 4600ms) << call;
        EXPECT_EQ(inviter.listener().counts().streams, 0U);
        world.run_for(30s);
        EXPECT_EQ(state_of_last(inviter), "TIMED_OUT") << call;
        expect_free();
    }
    EXPECT_EQ(member(contact(link), "approved"), "true");
}

TEST_F(DeadlineTest, a_commit_of_a_tally_that_is_queued_decides_although_its_peer_was_sent_away) {
    inviter.journal().slow_next("record_tally", 10s);
    const auto reply = contact(link);
    EXPECT_EQ(member(reply, "code"), "timeout");
    EXPECT_LT(reply.took, 4600ms);
    EXPECT_EQ(inviter.listener().counts().streams, 0U);
    EXPECT_EQ(inviter.listener().counts().keys, 1U);
    world.run_for(10s);
    EXPECT_EQ(state_of_last(inviter), "DONE");
    EXPECT_FALSE(last_session(inviter).delivered);
    EXPECT_EQ(member(contact(link), "approved"), "true");
    EXPECT_EQ(spent(link), 1U);
    world.run_for(100ms);
    expect_free();
}

TEST_F(DeadlineTest, a_late_opening_of_a_foil_session_is_closed_again) {
    const auto foil = world.invite(inviter, {.role = wire::Role::foil});
    inviter.journal().slow_next("open_session", 8s);
    EXPECT_EQ(member(contact(foil), "code"), "timeout");
    world.run_for(10s);
    EXPECT_EQ(state_of_last(inviter), "TIMED_OUT");
    EXPECT_EQ(reserved(foil), 0U);
    EXPECT_EQ(inviter.listener().counts().seats, 0U);
    EXPECT_EQ(member(contact(foil), "approved"), "true");
}

TEST_F(DeadlineTest, a_store_that_fails_is_a_dependency_that_is_unavailable) {
    for (const auto* call : {"look_up", "open_session", "record_tally"}) {
        inviter.journal().fail_next(call);
        const auto reply = contact(link);
        EXPECT_EQ(member(reply, "code"), "dependency_unavailable") << call;
        EXPECT_FALSE(member(reply, "retryAfterMs").empty());
        world.run_for(200ms);
        EXPECT_EQ(state_of_last(inviter), "FAILED") << call;
        expect_free();
    }
    EXPECT_EQ(member(contact(link), "approved"), "true");
    world.run_dry();
    EXPECT_EQ(inviter.provisioner().made.size(), 1U);
}

TEST_F(DeadlineTest, an_end_is_recorded_when_the_store_is_back) {
    inviter.provisioner().mood = Mood::fails;
    inviter.journal().fail_next("end_session", 5);
    EXPECT_EQ(member(contact(link), "code"), "provisioning_failed");
    world.run_for(5s);
    EXPECT_EQ(state_of_last(inviter), "FAILED");
    expect_free();
}

TEST_F(DeadlineTest, an_end_of_what_is_stored_is_tried_until_it_is_recorded) {
    inviter.provisioner().mood = Mood::fails;
    inviter.journal().fail_next("end_session", 100);
    EXPECT_EQ(member(contact(link), "code"), "provisioning_failed");
    world.run_for(5min);
    EXPECT_EQ(state_of_last(inviter), "PROVISIONING_DATABASE");
    world.run_for(5min);
    EXPECT_EQ(state_of_last(inviter), "FAILED");
    expect_free();
    inviter.provisioner().mood = Mood::makes;
    EXPECT_EQ(member(contact(link), "approved"), "true");
}

// What a node warns of.
struct Warnings final : LogSink {
    std::vector<std::string> lines;
    bool takes(Level level, std::string_view) const noexcept override { return level >= Level::warn; }
    void write(Level, std::string_view, std::string_view, std::string_view line) override { lines.emplace_back(line); }
    std::ptrdiff_t of_ends() const {
        return std::ranges::count_if(lines, [](const auto& line) { return line.starts_with("the end of session"); });
    }
};

// Found in review: since it was tried without an end, nobody was told of it before a stop.
TEST(EndTest, of_what_is_stored_that_cannot_be_recorded_for_long_is_warned_of_once) {
    Warnings warnings;
    World world;
    auto& inviter = world.add("anna");
    inviter.log = &warnings;
    inviter.boot();
    inviter.serve();
    auto& respondent = world.dialer("bert");
    inviter.provisioner().mood = Mood::fails;
    inviter.journal().fail_next("end_session", 1000);
    const auto contact = contact_text(world.invite(inviter).token, "party-raw");
    const auto reply = world.ask(respondent, say(respondent, inviter.address(), contact));
    EXPECT_EQ(member(reply, "code"), "provisioning_failed");
    world.run_for(25s);
    EXPECT_EQ(warnings.of_ends(), 0);
    world.run_for(35s);
    EXPECT_EQ(warnings.of_ends(), 1);
    inviter.journal().fail_next("end_session", 0);
    world.run_dry();
    ASSERT_EQ(inviter.sessions().size(), 1U);
    EXPECT_EQ(inviter.sessions()[0].state, StateName::failed);
    EXPECT_EQ(warnings.of_ends(), 1);
    check_trail(inviter);
}

TEST_F(DeadlineTest, a_peer_that_never_reads_gets_its_tally_all_the_same) {
    const auto said = begin(respondent, contact_text(link.token, "party-raw"), Manner::takes_nothing);
    world.run_for(4700ms);
    EXPECT_EQ(inviter.listener().counts().streams, 0U);
    EXPECT_EQ(state_of_last(inviter), "DONE");
    EXPECT_FALSE(last_session(inviter).delivered);
    EXPECT_EQ(member(contact(link), "approved"), "true");
}

TEST_F(DeadlineTest, a_foil_peer_that_never_reads_is_awaited_all_the_same) {
    const auto foil = world.invite(inviter, {.role = wire::Role::foil});
    const auto said = begin(respondent, contact_text(foil.token, "party-raw"), Manner::takes_nothing);
    world.run_for(4700ms);
    EXPECT_EQ(inviter.listener().counts().streams, 0U);
    EXPECT_EQ(state_of_last(inviter), "AWAITING_DATABASE");
    EXPECT_FALSE(last_session(inviter).delivered);
    EXPECT_EQ(member(tell(database_text("tally-1", "wss://db")), "accepted"), "true");
}

TEST_F(DeadlineTest, a_peer_that_vanishes_during_provisioning_changes_nothing) {
    inviter.provisioner().delay = 1s;
    const auto said = begin(respondent, contact_text(link.token, "party-raw"));
    world.run_for(500ms);
    world.network.cut(respondent.peer());
    world.run_for(2s);
    EXPECT_EQ(state_of_last(inviter), "DONE");
    EXPECT_EQ(inviter.tallies().size(), 1U);
}

TEST_F(DeadlineTest, sessions_keep_the_deadlines_they_began_with) {
    inviter.provisioner().mood = Mood::hangs;
    const auto said = begin(respondent, contact_text(link.token, "party-raw"));
    world.run_for(100ms);
    inviter.settings.listener.respond = 1s;
    inviter.apply();
    const auto other = world.invite(inviter);
    const auto quick = contact(other);
    EXPECT_LT(quick.took, 1100ms);
    EXPECT_FALSE(said->reply.has_value());
    world.run_until([&] { return said->reply.has_value(); });
    EXPECT_GE(said->reply->took, 4500ms);
}

} // namespace
} // namespace taleus::sim
