#include "store/testing.hpp"

namespace taleus::store::testing {
namespace {

using ports::NotTaken;
using wire::Role;

struct DialerSessionsTest : JournalTest {
    ports::Session made = session("d1", "token", Role::foil, 1, Side::dialer);

    ports::Journal::Joined begin(const std::string& id = "d1") {
        auto wanted = session(id, "token", Role::foil, 1, Side::dialer);
        auto joined = ask(journal->begin_join(wanted, trail(StateName::connecting, StateName::connecting, id)));
        made = joined.session;
        return joined;
    }
};

TEST_F(DialerSessionsTest, begins_once_and_is_taken_up_by_the_next_join) {
    EXPECT_FALSE(ask(journal->joined(made.key)));
    const auto first = begin();
    EXPECT_FALSE(first.intent);
    reopen();
    EXPECT_EQ(ask(journal->joined(made.key))->session.id, "d1");
    const auto second = begin("d2");
    EXPECT_EQ(second.session.id, "d1");
    EXPECT_GT(second.session.epoch, first.session.epoch);
    EXPECT_EQ(ask(journal->record_intent("d1", first.session.epoch, intent(made, "t1"), {})).error(), NotTaken::lost);
}

TEST_F(DialerSessionsTest, its_first_intent_stands) {
    begin();
    ASSERT_TRUE(ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})));
    ASSERT_TRUE(ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})));
    EXPECT_EQ(code_of(journal->record_intent("d1", made.epoch, intent(made, "t2"), {})), Code::internal);
    EXPECT_EQ(ask(journal->joined(made.key))->intent->tally_id, "t1");
}

TEST_F(DialerSessionsTest, foil_keeps_what_it_made_over_failures_until_it_is_acknowledged) {
    begin();
    ASSERT_TRUE(ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})));
    ASSERT_TRUE(record_as(made, StateName::sending_database, "t1"));
    end_as(made, StateName::failed, Code::not_acknowledged);
    reopen();

    const auto again = begin("d2");
    EXPECT_EQ(again.session.id, "d1");
    EXPECT_FALSE(again.session.ended);
    ASSERT_TRUE(again.tally);
    EXPECT_EQ(again.tally->tally_id, "t1");
    auto finished = again.session;
    finished.state = StateName::done;
    finished.ended = now;
    auto learnt = tally(made, "t1");
    learnt.acknowledged = learnt.confirmed = true;
    ASSERT_TRUE(ask(journal->record_tally(finished, StateName::awaiting_acknowledgement, learnt, {})));
    const auto over = begin("d3");
    EXPECT_EQ(over.session.state, StateName::done);
    EXPECT_TRUE(over.tally->acknowledged);
    EXPECT_TRUE(over.tally->confirmed);
    EXPECT_EQ(ask(journal->tallies()).size(), 1U);
}

TEST_F(DialerSessionsTest, a_failure_that_made_nothing_leaves_the_key_free) {
    begin();
    end_as(made, StateName::rejected, Code::invalid_token);
    EXPECT_FALSE(ask(journal->joined(made.key)));
    EXPECT_EQ(begin("d2").session.id, "d2");
    EXPECT_EQ(ask(journal->sessions({.limit = 10})).size(), 2U);
}

// The inviter may have recorded a tally of it: its link is then dialled again, expired or not.
TEST_F(DialerSessionsTest, a_contact_that_was_sent_keeps_the_key_until_its_answer_is_known) {
    const auto sent = [&](const std::string& id, StateName end, std::optional<Code> code) {
        begin(id);
        auto ended = made;
        ended.state = end;
        ended.code = code;
        ended.ended = now + 1s;
        ask(journal->end_session(ended, trail(StateName::sending_contact, end, made.id)));
        const auto kept = ask(journal->joined(made.key));
        return kept ? kept->session.id : "";
    };
    EXPECT_EQ(sent("d1", StateName::timed_out, Code::timeout), "d1");
    EXPECT_EQ(sent("d2", StateName::cancelled, Code::shutting_down), "d1");
    EXPECT_EQ(sent("d3", StateName::failed, Code::dependency_unavailable), "d1") << "its own store, for example";
    EXPECT_EQ(sent("d4", StateName::rejected, Code::token_used), "");
    EXPECT_EQ(sent("d5", StateName::failed, Code::role_mismatch), "");
    EXPECT_EQ(sent("d6", StateName::failed, Code::unreachable), "d6");
}

TEST_F(DialerSessionsTest, stock_records_the_tally_it_was_given_without_an_instance) {
    auto stock = session("d1", "token", Role::stock, 1, Side::dialer);
    stock = ask(journal->begin_join(stock, {})).session;
    ASSERT_TRUE(record_as(stock, StateName::done, "theirs"));
    const auto joined = ask(journal->joined(stock.key));
    EXPECT_EQ(joined->session.state, StateName::done);
    EXPECT_EQ(joined->tally->database.endpoint, "taleus-sqlite:theirs");
    EXPECT_FALSE(joined->intent);
}

TEST_F(DialerSessionsTest, an_instance_that_nobody_delivered_is_removed_and_its_session_forgotten) {
    begin();
    ASSERT_TRUE(ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})));
    end_as(made, StateName::timed_out, Code::timeout);
    EXPECT_TRUE(ask(journal->joined(made.key))); // resumable
    ASSERT_EQ(ask(journal->claim_stale_instances(now + 1h, now + 1h, 10)).size(), 1U);
    EXPECT_EQ(code_of(journal->begin_join(session("d2", "token", Role::foil, 1, Side::dialer), {})), Code::in_progress);
    ask(journal->forget_instance(intent(made, "t1").instance, record("instance_removed")));
    EXPECT_FALSE(ask(journal->joined(made.key)));
    const auto again = begin("d2");
    EXPECT_EQ(again.session.id, "d2");
    EXPECT_FALSE(again.intent);
}

TEST_F(DialerSessionsTest, a_dialer_that_died_ends_when_what_it_made_is_removed) {
    const auto first = begin();
    ASSERT_TRUE(ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})));
    EXPECT_TRUE(ask(journal->claim_stale_instances(now - 1h, now, 10)).empty()); // too young
    ASSERT_EQ(ask(journal->claim_stale_instances(now + 1h, now + 2h, 10)).size(), 1U);
    const auto ended = ask(journal->session("d1"));
    EXPECT_EQ(ended->session.state, StateName::failed);
    EXPECT_EQ(ended->session.ended, now + 2h);
    auto late = first.session; // it was not dead at all
    late.state = StateName::provisioning_database;
    EXPECT_EQ(record_as(late, StateName::sending_database, "t1").error(), NotTaken::lost);
}

TEST_F(DialerSessionsTest, what_was_taken_up_again_is_young_and_what_is_adopted_stays) {
    begin();
    ASSERT_TRUE(ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})));
    auto later = trail(StateName::failed, StateName::connecting, "d1");
    later.transitions.back().at = now + 2h;
    made = ask(journal->begin_join(session("d1", "token", Role::foil, 1, Side::dialer), later)).session;
    EXPECT_TRUE(ask(journal->claim_stale_instances(now + 1h, now + 2h, 10)).empty());
    ASSERT_TRUE(record_as(made, StateName::sending_database, "t1"));
    EXPECT_TRUE(ask(journal->claim_stale_instances(now + 100h, now + 100h, 10)).empty());
}

TEST_F(DialerSessionsTest, names_are_erased_of_a_join_that_came_to_nothing) {
    begin();
    made.response = R"({"approved":true,"partyId":"them"})";
    end_as(made, StateName::failed, Code::role_mismatch);
    ASSERT_NE(ask(journal->session("d1"))->session.response, "");
    ask(journal->erase_details(now + 1h, now + 2h, 100));
    const auto left = ask(journal->session("d1"))->session;
    EXPECT_TRUE(left.peer.empty());
    EXPECT_EQ(left.party_id + left.response, "");
}

// Until then the next join goes on with it. Erasing does not come by again.
TEST_F(DialerSessionsTest, names_of_a_join_that_may_go_on_are_erased_when_it_no_longer_may) {
    begin();
    ASSERT_TRUE(ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})));
    end_as(made, StateName::timed_out, Code::timeout);
    auto other = session("d2", "other", Role::foil, 2, Side::dialer);
    other = ask(journal->begin_join(other, trail(StateName::connecting, StateName::sending_contact, "d2"))).session;
    ask(journal->erase_details(now + 1h, now + 2h, 100));
    EXPECT_EQ(ask(journal->joined(made.key))->session.peer, made.peer);
    EXPECT_EQ(ask(journal->joined(other.key))->session.peer, other.peer);

    ASSERT_EQ(ask(journal->claim_stale_instances(now + 1h, now + 1h, 10)).size(), 1U);
    ask(journal->forget_instance(intent(made, "t1").instance, record("instance_removed")));
    EXPECT_TRUE(ask(journal->session("d1"))->session.peer.empty());
    end_as(other, StateName::rejected, Code::token_used);
    EXPECT_TRUE(ask(journal->session("d2"))->session.peer.empty());
}

TEST_F(DialerSessionsTest, both_sides_of_one_key_live_in_one_home) {
    invite(invitation("token", Role::foil));
    begin();
    auto listening = session("l1", "token", Role::foil);
    EXPECT_EQ(listening.key, made.key);
    open_as(listening);
    ASSERT_TRUE(record_as(listening, StateName::done, "t1"));
    ASSERT_TRUE(ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})));
    ASSERT_TRUE(record_as(made, StateName::done, "t1"));
    EXPECT_EQ(ask(journal->tallies()).size(), 2U);
}

} // namespace
} // namespace taleus::store::testing
