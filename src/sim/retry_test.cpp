// A retry is not a second use: lost responses, joiners, crashes at any moment.

#include "sim/testing.hpp"

namespace taleus::sim {
namespace {

using namespace testing;

struct RetryTest : WorldTest {};

TEST_F(RetryTest, a_lost_response_is_given_again_to_the_byte) {
    const auto link = world.invite(inviter);
    static_cast<void>(tell(contact_text(link.token, "party-raw"), Manner::leaves));
    world.run_dry();
    EXPECT_EQ(state_of_last(inviter), "DONE"); // input that arrived whole is processed
    const auto stored = last_session(inviter).response;
    const auto again = contact(link);
    EXPECT_EQ(again.text, stored);
    EXPECT_EQ(contact(link).text, stored);
    world.run_dry();
    EXPECT_EQ(inviter.sessions().size(), 1U);
    EXPECT_EQ(inviter.tallies().size(), 1U);
    EXPECT_EQ(count(inviter, "replayed"), 2U);
    EXPECT_EQ(spent(link), 1U);
}

TEST_F(RetryTest, a_retry_is_answered_after_expiry_and_revocation) {
    const auto link = world.invite(inviter);
    const auto first = contact(link);
    world.jump_calendar(72h);
    EXPECT_EQ(contact(link).text, first.text);
    EXPECT_EQ(member(contact(link, "party-other"), "code"), "token_expired");
}

TEST_F(RetryTest, a_foil_retry_is_told_what_is_left_of_the_wait) {
    const auto link = world.invite(inviter, {.role = wire::Role::foil});
    const auto first = contact(link);
    world.run_for(7s);
    const auto second = contact(link);
    const auto left = std::stoi(member(second, "expiresInMs"));
    EXPECT_LT(left, 13'001);
    EXPECT_GT(left, 12'900);
    EXPECT_EQ(member(first, "sessionId"), member(second, "sessionId"));
    EXPECT_EQ(inviter.listener().counts().waiting, 1U);
    EXPECT_EQ(reserved(link), 1U);
}

TEST_F(RetryTest, contacts_of_a_live_key_join_it_and_get_its_answer) {
    inviter.provisioner().delay = 1s;
    const auto link = world.invite(inviter);
    std::vector<std::shared_ptr<Said>> said;
    for (int i = 0; i < 6; ++i) {
        said.push_back(begin(respondent, contact_text(link.token, "party-raw")));
        world.run_for(20ms);
    }
    world.run_until([&] { return said[4]->reply && said[5]->reply; });
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(member(*said[i]->reply, "approved"), "true");
        EXPECT_EQ(said[i]->reply->text, said[0]->reply->text);
    }
    EXPECT_EQ(member(*said[5]->reply, "code"), "in_progress"); // four join, the next does not
    EXPECT_LT(said[5]->reply->took, 100ms);
    world.run_dry();
    EXPECT_EQ(count(inviter, "joined"), 5U);
    EXPECT_EQ(inviter.provisioner().asked, 1U);
    EXPECT_EQ(inviter.sessions().size(), 1U);
}

TEST_F(RetryTest, joiners_get_the_refusal_too) {
    inviter.provisioner().delay = 1s;
    inviter.provisioner().mood = SimulatedProvisioner::Mood::fails;
    const auto link = world.invite(inviter);
    const auto first = begin(respondent, contact_text(link.token, "party-raw"));
    world.run_for(50ms);
    const auto second = begin(respondent, contact_text(link.token, "party-raw"));
    world.run_until([&] { return first->reply && second->reply; });
    EXPECT_EQ(member(*first->reply, "code"), "provisioning_failed");
    EXPECT_EQ(second->reply->text, first->reply->text);
    EXPECT_EQ(inviter.provisioner().asked, 1U);
}

TEST_F(RetryTest, a_failed_session_leaves_its_key_free_at_once_and_its_database_is_adopted) {
    inviter.provisioner().mood = SimulatedProvisioner::Mood::fails;
    const auto link = world.invite(inviter);
    EXPECT_EQ(member(contact(link), "code"), "provisioning_failed");
    inviter.provisioner().mood = SimulatedProvisioner::Mood::makes;
    EXPECT_EQ(member(contact(link), "approved"), "true"); // its first end may not even be recorded yet
    world.run_dry();
    const auto sessions = inviter.sessions();
    ASSERT_EQ(sessions.size(), 2U);
    EXPECT_EQ(sessions[0].state, StateName::done);
    EXPECT_EQ(sessions[1].state, StateName::failed);
    EXPECT_EQ(inviter.provisioner().made.size(), 1U);
    EXPECT_EQ(spent(link), 1U);
}

TEST_F(RetryTest, another_node_of_one_key_waits_for_the_first_ones_decision) {
    const auto link = world.invite(inviter);
    inviter.provisioner().delay = 2s;
    const auto first = begin(respondent, contact_text(link.token, "party-raw"));
    world.run_for(500ms);
    EXPECT_EQ(member(contact(link, "party-other"), "code"), "token_in_use"); // another key, the same single use
    world.run_until([&] { return first->reply.has_value(); });
    EXPECT_EQ(member(contact(link, "party-other"), "code"), "token_used");
}

// --- crashes: at every step of the way, on either side; then the same command again

enum class Victim { listener, dialer };
struct Crash {
    Victim victim;
    wire::Role role;
};
class CrashTest : public ::testing::TestWithParam<Crash> {};

TEST_P(CrashTest, at_any_moment_leaves_exactly_one_tally_after_a_repetition) {
    const auto [victim, role] = GetParam();
    for (auto moment = 0us; moment < 40ms; moment += 700us) {
        World world{42};
        auto& inviter = world.listener("anna");
        auto& respondent = world.dialer("bert");
        const auto link = world.invite(inviter, {.role = role});
        auto joining = respondent.join(link);
        world.run_for(moment);
        if (victim == Victim::listener) {
            inviter.crash();
            world.run_for(200ms);
            inviter.boot();
            inviter.serve();
            world.run_until([&] { return joining->result.has_value(); });
        } else {
            respondent.crash();
            world.run_for(200ms);
            respondent.boot();
        }
        const auto result = world.join(respondent, link);
        EXPECT_EQ(result.outcome, StateName::done) << moment.count() << ": " << result.reason;
        world.run_dry();
        const auto ours = inviter.tallies();
        const auto theirs = respondent.tallies();
        ASSERT_EQ(ours.size(), 1U) << moment.count();
        ASSERT_EQ(theirs.size(), 1U) << moment.count();
        EXPECT_EQ(ours[0].tally, theirs[0].tally) << moment.count();
        EXPECT_EQ(ours[0].database, theirs[0].database) << moment.count();
        EXPECT_EQ(inviter.provisioner().made.size() + respondent.provisioner().made.size(), 1U) << moment.count();
        EXPECT_EQ(inviter.usage(protocol::hash_of_token(link.token)).spent, 1U);
        EXPECT_EQ(inviter.usage(protocol::hash_of_token(link.token)).reserved, 0U);
    }
}

INSTANTIATE_TEST_SUITE_P(All, CrashTest,
                         ::testing::Values(Crash{Victim::listener, wire::Role::stock},
                                           Crash{Victim::listener, wire::Role::foil},
                                           Crash{Victim::dialer, wire::Role::stock},
                                           Crash{Victim::dialer, wire::Role::foil}));

} // namespace
} // namespace taleus::sim
