#include "store/testing.hpp"

#include <set>
#include <string>

namespace taleus::store::testing {
namespace {

using wire::Role;

struct RecoveryTest : JournalTest {};

TEST_F(RecoveryTest, brings_what_a_dead_process_left_to_states_that_go_on) {
    invite(invitation("stock", Role::stock, 5));
    invite(invitation("foil", Role::foil, 5));
    auto provisioning = session("provisioning", "stock", Role::stock, 1);
    auto recorded = session("recorded", "stock", Role::stock, 2);
    auto sending = session("sending", "foil", Role::foil, 1);
    auto waiting = session("waiting", "foil", Role::foil, 2);
    auto validating = session("validating", "foil", Role::foil, 3);
    open_as(provisioning, "t1");
    open_as(recorded, "t2");
    ASSERT_TRUE(record_as(recorded, StateName::sending_response, "t2"));
    for (auto* made : {&sending, &waiting, &validating}) open_as(*made);
    const auto move = [&](const ports::Session& of, StateName from, StateName to) {
        EXPECT_TRUE(ask(journal->move_session(of.id, of.epoch, from, to, false, {})));
    };
    for (auto* made : {&waiting, &validating}) move(*made, StateName::sending_response, StateName::awaiting_database);
    move(validating, StateName::awaiting_database, StateName::validating_database);
    auto joining = ask(journal->begin_join(session("dialer", "other", Role::foil, 1, Side::dialer), {})).session;
    reopen();

    const auto found = ask(journal->recover(now + 1min));
    EXPECT_EQ(found.interrupted, 1U);
    EXPECT_EQ(found.completed, 1U);
    EXPECT_EQ(found.waiting, 3U);
    EXPECT_EQ(usage_of(provisioning.token).spent, 1U);
    EXPECT_EQ(usage_of(provisioning.token).reserved, 0U);
    EXPECT_EQ(usage_of(sending.token).reserved, 3U);

    const auto stopped = ask(journal->session("provisioning"));
    EXPECT_EQ(stopped->session.state, StateName::failed);
    EXPECT_EQ(stopped->session.code, Code::internal);
    EXPECT_EQ(stopped->session.ended, now + 1min);
    EXPECT_EQ(stopped->transitions.back().cause, "interrupted");
    const auto told = ask(journal->audit("provisioning"));
    EXPECT_EQ(told.back().kind, "ended");
    EXPECT_EQ(told.back().body.at("cause"), "interrupted");
    EXPECT_EQ(ask(journal->session("recorded"))->session.state, StateName::done);
    for (const auto& left : ask(journal->waiting_sessions(std::nullopt))) {
        EXPECT_EQ(left.state, StateName::awaiting_database);
        EXPECT_GT(left.epoch, validating.epoch);
        EXPECT_EQ(left.deadline, now + 20s);
    }
    EXPECT_EQ(ask(journal->session("dialer"))->session.epoch, joining.epoch); // another process's

    // The interrupted one's key is free, and its intent is used again.
    const auto again = try_open(session("again", "stock", Role::stock, 1), "t9");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->intent->tally_id, "t1");
    // A process thought dead writes nothing any more.
    EXPECT_EQ(record_as(waiting, StateName::done, "t3").error(), ports::NotTaken::lost);
}

// A sister took the database of this node's session and died before the end was on record: nobody told the end until
// this node, which lived and waited for nothing any more, was started anew.
TEST_F(RecoveryTest, a_session_that_a_sister_decided_is_the_sisters_to_complete) {
    invite(invitation("token", Role::foil));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    static SystemRandom random;
    static const auto key = wire::KeyPair::generate(random);
    const auto url = server_url(home.store());
    const auto opened = url ? Journal::connect(*url, {key, random}, {}) : Journal::open(home.store(), {key, random});
    ASSERT_TRUE(opened);
    auto& sister = **opened;
    auto done = made;
    done.state = StateName::validating_database;
    ASSERT_TRUE(ask(sister.record_tally(done, StateName::sending_response, tally(done, "t1"), {})));

    EXPECT_EQ(ask(journal->recover(now + 1min)).completed, 0U);
    EXPECT_EQ(ask(sister.recover(now + 1min)).completed, 1U);
    EXPECT_EQ(ask(journal->session("s1"))->session.state, StateName::done);
    EXPECT_EQ(ask(journal->audit("s1")).back().kind, "ended");
}

// Found in review: two nodes that claimed the same instance both removed it, and the second one what the key had made
// anew after the first one had forgotten it.
TEST_F(RecoveryTest, what_one_node_claimed_is_no_sisters_until_its_removal_must_be_over) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    open_as(made, "t1");
    end_as(made, StateName::failed, Code::internal);
    const auto other = open(home.store());
    const auto claimed = [&](Journal& by, Duration later) {
        const auto at = now + std::chrono::duration_cast<std::chrono::milliseconds>(later);
        return ask(by.claim_stale_instances(at - 24h, at, 10)).size();
    };
    const ports::Node sister{
        .peer = peer(9), .addresses = {}, .seen = now + 25h, .boot = "a boot", .home = "another's"};
    EXPECT_TRUE(ask(journal->register_node(sister, now)));
    EXPECT_EQ(claimed(*journal, 25h), 1U);
    EXPECT_EQ(claimed(*other, 25h), 0U);
    EXPECT_EQ(claimed(*other, 25h + 20min - 1ms), 0U);
    EXPECT_EQ(claimed(*other, 25h + 20min), 1U);
    EXPECT_EQ(claimed(*journal, 25h + 20min), 0U);
    EXPECT_EQ(claimed(*journal, 25h), 0U) << "by a clock that is a little behind";
    EXPECT_EQ(claimed(*journal, 24h + 1min), 1U) << "by a clock that is far behind, of which the other one was ahead";
}

// A removal that failed was nobody's for twenty minutes, and the link that it was of was refused as long.
TEST_F(RecoveryTest, what_is_handed_back_may_be_claimed_at_once_and_comes_last) {
    invite(invitation("token", Role::stock, 2));
    for (std::uint64_t who = 1; who <= 2; ++who) {
        auto made = session("s" + std::to_string(who), "token", Role::stock, who);
        open_as(made, "t" + std::to_string(who));
        end_as(made, StateName::failed, Code::internal);
    }
    const ports::Node serving{.peer = peer(9), .addresses = {}, .seen = now + 25h, .boot = "a boot", .home = "a home"};
    EXPECT_TRUE(ask(journal->register_node(serving, now)));
    const auto claimed_at = [&](UtcTime at) { return ask(journal->claim_stale_instances(at - 24h, at, 3)); };
    const auto first = claimed_at(now + 25h);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_TRUE(claimed_at(now + 25h + 1s).empty());
    ask(journal->hand_back_instances({first[0].instance}, now + 24h));
    EXPECT_TRUE(claimed_at(now + 25h + 1s).empty()) << "that claim was another one";
    ask(journal->hand_back_instances({first[0].instance}, now + 25h));
    const auto again = claimed_at(now + 25h + 1s);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].tally_id, first[0].tally_id);
}

TEST_F(RecoveryTest, where_no_node_serves_a_claim_is_as_short_as_the_round_of_a_join) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    open_as(made, "t1");
    end_as(made, StateName::failed, Code::internal);
    const auto claimed_at = [&](UtcTime at) { return ask(journal->claim_stale_instances(at - 24h, at, 10)).size(); };
    EXPECT_EQ(claimed_at(now + 25h), 1U);
    EXPECT_EQ(claimed_at(now + 25h + 30s - 1ms), 0U);
    EXPECT_EQ(claimed_at(now + 25h + 30s), 1U);
}

// The same ones came each time, and what could not be removed was in the way of all others.
TEST_F(RecoveryTest, what_is_claimed_is_no_more_than_was_asked_for_and_each_has_its_turn) {
    invite(invitation("token", Role::stock, 5));
    for (std::uint64_t who = 1; who <= 3; ++who) {
        auto made = session("s" + std::to_string(who), "token", Role::stock, who);
        open_as(made, "t" + std::to_string(who));
        end_as(made, StateName::failed, Code::internal);
    }
    std::multiset<std::string> seen;
    const auto claim = [&](UtcTime at) {
        const auto claimed = ask(journal->claim_stale_instances(now + 1h, at, 2));
        for (const auto& one : claimed) seen.insert(one.tally_id);
        return claimed.size();
    };
    EXPECT_EQ(claim(now + 25h), 2U);
    seen.clear();
    EXPECT_EQ(claim(now + 26h), 2U) << "the third, and one that is there still";
    EXPECT_EQ(claim(now + 27h), 1U);
    EXPECT_EQ(seen, (std::multiset<std::string>{"t1", "t2", "t3"}));
}

TEST_F(RecoveryTest, changes_nothing_after_a_clean_stop) {
    invite(invitation("token", Role::foil));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    ASSERT_TRUE(record_as(made, StateName::done, "t1"));
    const auto records = ask(journal->audit(std::nullopt)).size();
    const auto found = ask(journal->recover(now));
    EXPECT_EQ(found.interrupted + found.completed + found.waiting, 0U);
    EXPECT_EQ(ask(journal->audit(std::nullopt)).size(), records);
}

} // namespace
} // namespace taleus::store::testing
