#include "store/columns.hpp"
#include "store/testing.hpp"

namespace taleus::store::testing {
namespace {

using ports::Decided;
using ports::NotTaken;
using ports::TokenFound;
using ports::TokenUnknown;
using wire::Role;

struct ListenerSessionsTest : JournalTest {};

TEST_F(ListenerSessionsTest, an_unknown_token_is_unknown) {
    EXPECT_TRUE(std::holds_alternative<TokenUnknown>(find(session("s", "nothing"))));
    const auto made = session("s", "nothing");
    EXPECT_EQ(code_of(journal->open_session(made, intent(made, "t"), now, {})), Code::invalid_token);
}

TEST_F(ListenerSessionsTest, stock_reserves_then_spends_and_answers_retries) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    EXPECT_EQ(usage(made).reserved, 0U);
    open_as(made, "t1");
    EXPECT_EQ(usage(made).reserved, 1U);
    ASSERT_TRUE(record_as(made, StateName::sending_response, "t1"));
    made.state = StateName::sending_response;

    auto decided = std::get<Decided>(find(made)).session;
    EXPECT_EQ(decided.id, "s1");
    EXPECT_EQ(decided.response, R"({"approved":true,"stock":1})");
    EXPECT_EQ(decided.tally_id, "t1");
    EXPECT_EQ(decided.key, made.key);
    EXPECT_EQ(decided.peer, made.peer);
    EXPECT_EQ(decided.party_id, made.party_id);
    EXPECT_EQ(decided.partner_cadre, made.partner_cadre);
    EXPECT_FALSE(decided.delivered);

    made.delivered = true;
    end_as(made, StateName::done);
    reopen();
    decided = std::get<Decided>(find(made)).session;
    EXPECT_EQ(decided.state, StateName::done);
    EXPECT_TRUE(decided.delivered);
    EXPECT_EQ(decided.ended, now + 1s);
    EXPECT_EQ(usage_of(made.token).spent, 1U);
    EXPECT_EQ(usage_of(made.token).reserved, 0U);
    const auto view = ask(journal->session("s1"));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->transitions.size(), 3U);
    EXPECT_EQ(view->transitions[0].cause, "Tested");
    EXPECT_EQ(view->transitions[0].spent, 5us);
    EXPECT_EQ(view->transitions[2].to, StateName::done);
    EXPECT_EQ(ask(journal->audit("s1")).size(), 3U);
}

TEST_F(ListenerSessionsTest, a_tally_is_kept_whole) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    open_as(made, "tally-1");
    ASSERT_TRUE(record_as(made, StateName::sending_response, "tally-1"));
    const auto wanted = tally(made, "tally-1");
    for (const auto& found :
         {ask(journal->tally("tally-1")), ask(journal->tally("tal")), ask(journal->tally_of_session("s1"))}) {
        ASSERT_TRUE(found);
        EXPECT_EQ(found->session_id, "s1");
        EXPECT_EQ(found->partner_cadre, wanted.partner_cadre);
        EXPECT_EQ(found->tally, wanted.tally);
        EXPECT_EQ(found->database, wanted.database);
        EXPECT_EQ(found->key, wanted.key);
        EXPECT_EQ(found->peer, wanted.peer);
        EXPECT_EQ(found->draft, wanted.draft);
        EXPECT_TRUE(found->draft_verified);
        EXPECT_FALSE(found->confirmed);
        EXPECT_EQ(found->recorded, now);
    }
    EXPECT_EQ(ask(journal->tallies()).size(), 1U);
    EXPECT_FALSE(ask(journal->tally("x")));
    EXPECT_FALSE(ask(journal->tally_of_session("s2")));
}

// What the steps never do, the tables refuse as well: without an index of keys among tallies, that a key has one tally
// rests on its session.
TEST_F(ListenerSessionsTest, a_tally_is_of_a_session_that_holds_its_key_for_good) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    open_as(made, "tally-1");
    ASSERT_TRUE(record_as(made, StateName::sending_response, "tally-1"));
    const auto refused = [&](Sql change) {
        const auto database = open_database(home.store());
        database->begin();
        database->run(change);
        database->roll_back();
        return database->take_fault().has_value();
    };
    EXPECT_FALSE(refused("UPDATE sessions SET delivered = 1 WHERE id = 's1'"));
    EXPECT_TRUE(refused("UPDATE sessions SET holds_key = 0 WHERE id = 's1'"));
    EXPECT_TRUE(refused("UPDATE tallies SET holds_key = 0"));
    EXPECT_TRUE(refused("INSERT INTO sessions SELECT 99, 's2', side, role, key, token, peer, party_id, state, epoch, "
                        "opened, deadline, ended, code, response, acknowledgement, tally_id, delivered, partner_cadre, "
                        "reserved, holds_key, node FROM sessions"));
    EXPECT_TRUE(refused("INSERT INTO tallies SELECT session + 1, 1, tally_id, own_party, partner_party, partner_cadre, "
                        "created_by, endpoint, credentials_ref, draft, draft_verified, acknowledged, confirmed, "
                        "recorded, access, own_login, own_secret, partner_secret FROM tallies"));
}

TEST_F(ListenerSessionsTest, foil_waits_is_validated_and_done) {
    invite(invitation("token", Role::foil));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    EXPECT_EQ(std::get<Decided>(find(made)).session.deadline, now + 20s);
    const auto move = [&](StateName from, StateName to, bool delivered) {
        return ask(journal->move_session("s1", made.epoch, from, to, delivered, trail(from, to, "s1")));
    };
    using enum StateName;
    ASSERT_TRUE(move(sending_response, awaiting_database, true));
    EXPECT_EQ(move(sending_response, awaiting_database, true).error(), NotTaken::lost);
    ASSERT_EQ(ask(journal->waiting_sessions(made.peer)).size(), 1U);
    EXPECT_EQ(ask(journal->waiting_sessions(std::nullopt)).size(), 1U);
    EXPECT_TRUE(ask(journal->waiting_sessions(peer(99))).empty());
    EXPECT_EQ(ask(journal->waiting_session(made.peer, made.id))->id, made.id);
    EXPECT_FALSE(ask(journal->waiting_session(peer(99), made.id)));
    EXPECT_FALSE(ask(journal->waiting_session(made.peer, "another")));
    ASSERT_TRUE(move(awaiting_database, validating_database, false));
    ASSERT_TRUE(move(validating_database, awaiting_database, false));
    ASSERT_TRUE(move(awaiting_database, validating_database, false));
    EXPECT_EQ(ask(journal->waiting_sessions(made.peer))[0].state, validating_database);
    EXPECT_TRUE(ask(journal->waiting_sessions(made.peer))[0].delivered);

    made.state = validating_database;
    ASSERT_TRUE(record_as(made, done, "theirs"));
    EXPECT_TRUE(ask(journal->waiting_sessions(made.peer)).empty());
    EXPECT_FALSE(ask(journal->waiting_session(made.peer, made.id)));
    EXPECT_EQ(usage_of(made.token).spent, 1U);
    for (const auto& id : {std::optional<std::string>{"s1"}, std::optional<std::string>{}}) {
        const auto found = ask(journal->done_session(made.peer, id, "theirs"));
        ASSERT_TRUE(found);
        EXPECT_EQ(found->acknowledgement, R"({"accepted":true})");
        EXPECT_EQ(found->response, R"({"approved":true})");
    }
    EXPECT_FALSE(ask(journal->done_session(made.peer, "s2", "theirs")));
    EXPECT_FALSE(ask(journal->done_session(made.peer, std::nullopt, "others")));
    EXPECT_FALSE(ask(journal->done_session(peer(99), "s1", "theirs")));
}

TEST_F(ListenerSessionsTest, an_end_gives_a_reserved_use_back_exactly_once_and_frees_the_key) {
    invite(invitation("token", Role::foil));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    EXPECT_EQ(try_open(session("s2", "token", Role::foil, 2)).error(), NotTaken::token_in_use);
    end_as(made, StateName::timed_out, Code::timeout);
    EXPECT_EQ(usage(made).reserved, 0U);
    end_as(made, StateName::timed_out, Code::timeout); // again: nothing more happens
    EXPECT_EQ(usage(made).reserved, 0U);
    EXPECT_EQ(ask(journal->session("s1"))->session.code, Code::timeout);

    auto next = session("s3", "token", Role::foil);
    open_as(next);
    EXPECT_GT(next.epoch, made.epoch);
    EXPECT_EQ(usage_of(made.token).reserved, 1U);
    end_as(made, StateName::timed_out, Code::timeout); // an end of the first is not one of the second
    EXPECT_EQ(usage_of(made.token).reserved, 1U);
}

TEST_F(ListenerSessionsTest, a_key_has_one_session) {
    invite(invitation("token", Role::foil, std::nullopt));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    EXPECT_EQ(try_open(session("s2", "token", Role::foil)).error(), NotTaken::lost);
    EXPECT_EQ(usage_of(made.token).reserved, 1U);
    EXPECT_TRUE(try_open(session("s3", "token", Role::foil, 2)));
    EXPECT_FALSE(ask(journal->session("s2"))); // nothing of it was written
}

TEST_F(ListenerSessionsTest, uses_are_told_apart_by_spent_and_reserved) {
    invite(invitation("token", Role::stock, 2));
    auto first = session("s1", "token", Role::stock, 1);
    auto second = session("s2", "token", Role::stock, 2);
    open_as(first, "t1");
    open_as(second, "t2");
    EXPECT_EQ(try_open(session("s3", "token", Role::stock, 3), "t3").error(), NotTaken::token_in_use);
    ASSERT_TRUE(record_as(first, StateName::sending_response, "t1"));
    EXPECT_EQ(try_open(session("s3", "token", Role::stock, 3), "t3").error(), NotTaken::token_in_use);
    ASSERT_TRUE(record_as(second, StateName::sending_response, "t2"));
    EXPECT_EQ(try_open(session("s3", "token", Role::stock, 3), "t3").error(), NotTaken::token_used);
}

TEST_F(ListenerSessionsTest, a_peer_has_its_own_limit) {
    auto limited = invitation("token", Role::foil, std::nullopt);
    limited.per_peer = 1;
    invite(limited);
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    auto other_party = session("s2", "token", Role::foil);
    other_party.party_id = "another";
    other_party.key = protocol::bootstrap_key(other_party.token, other_party.peer, other_party.party_id);
    EXPECT_EQ(usage(other_party).peer_reserved, 1U);
    EXPECT_EQ(try_open(other_party).error(), NotTaken::token_in_use);
    EXPECT_TRUE(try_open(session("s3", "token", Role::foil, 2)));
    ASSERT_TRUE(record_as(made, StateName::done, "t1"));
    EXPECT_EQ(usage(other_party).peer_spent, 1U);
    EXPECT_EQ(usage(other_party).peer_reserved, 0U);
    EXPECT_EQ(try_open(other_party).error(), NotTaken::token_used);
}

TEST_F(ListenerSessionsTest, expiry_is_judged_when_the_use_is_reserved) {
    invite(invitation("token"));
    const auto made = session("s1", "token");
    const auto late = ask(journal->open_session(made, intent(made, "t"), now + 25h, {}));
    EXPECT_EQ(late.error(), NotTaken::token_expired);
}

TEST_F(ListenerSessionsTest, a_fenced_session_records_and_moves_nothing) {
    invite(invitation("token", Role::foil));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    auto old = made;
    old.epoch -= 1;
    EXPECT_EQ(record_as(old, StateName::done, "t").error(), NotTaken::lost);
    EXPECT_EQ(
        ask(journal->move_session("s1", old.epoch, StateName::sending_response, StateName::awaiting_database, true, {}))
            .error(),
        NotTaken::lost);
    end_as(old, StateName::failed, Code::internal);
    EXPECT_EQ(ask(journal->session("s1"))->session.state, StateName::sending_response);
    EXPECT_TRUE(ask(journal->tallies()).empty());
    EXPECT_EQ(usage_of(made.token).reserved, 1U);

    auto elsewhere = made;
    elsewhere.state = StateName::validating_database; // not where it is
    EXPECT_EQ(record_as(elsewhere, StateName::done, "t").error(), NotTaken::lost);
    EXPECT_TRUE(record_as(made, StateName::done, "t"));
    EXPECT_EQ(record_as(made, StateName::done, "t").error(), NotTaken::lost); // once
    EXPECT_EQ(usage_of(made.token).spent, 1U);
}

// Two ends were on record of a session that its node had lost while it stood still: the one that the sister which took
// it over told, and its own.
TEST_F(ListenerSessionsTest, a_session_that_was_lost_tells_what_it_found_out_and_neither_step_nor_end) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    open_as(made, "t1");
    auto slow = made;
    slow.epoch -= 1;
    slow.state = StateName::timed_out;
    slow.code = Code::timeout;
    auto late = trail(StateName::provisioning_database, StateName::timed_out, slow.id);
    late.audit = {record("hook", slow.id), record("decided", slow.id), record("ended", slow.id)};
    ask(journal->end_session(slow, late));
    std::vector<std::string> kinds;
    for (const auto& one : ask(journal->audit("s1"))) kinds.push_back(one.kind);
    EXPECT_EQ(std::ranges::count(kinds, "hook"), 1);
    EXPECT_EQ(std::ranges::count(kinds, "ended") + std::ranges::count(kinds, "decided"), 0);
    EXPECT_EQ(std::ranges::count(kinds, "transition"), 1); // of its opening
    end_as(made, StateName::failed, Code::internal);
    EXPECT_EQ(ask(journal->session("s1"))->session.code, Code::internal);
}

// Of two results for one session, at two nodes, the one that was refused after the other had been taken was not on
// record.
TEST_F(ListenerSessionsTest, a_database_that_was_refused_to_a_session_that_was_lost_is_on_record) {
    invite(invitation("token", Role::foil));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    auto slow = made;
    slow.epoch -= 1;
    slow.state = StateName::rejected;
    slow.code = Code::role_mismatch;
    auto late = trail(StateName::awaiting_database, StateName::validating_database, slow.id);
    late.audit = {record("ended", slow.id)};
    late.audit.front().body = {{"outcome", "rejected"}, {"code", "role_mismatch"}, {"delivered", true}};
    ask(journal->end_session(slow, late));
    const auto told = ask(journal->audit("s1")).back();
    EXPECT_EQ(told.kind, "refused");
    EXPECT_EQ(told.body.at("code"), "role_mismatch");
    EXPECT_EQ(told.body.at("message"), "database");
    EXPECT_EQ(ask(journal->session("s1"))->session.state, StateName::sending_response);
}

// A sister took the database of a session whose node had died over its answer, and the trail had a hole. Its clock is
// slow, and its trail older.
TEST_F(ListenerSessionsTest, a_session_that_another_node_completes_has_connected_steps) {
    SeededRandom random{98};
    const auto key = wire::KeyPair::generate(random);
    const auto sister = open(home.store(), {}, {key, random});
    ask(sister->create_invitation(invitation("token", Role::foil), record("invitation_created")));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    auto done = made;
    done.state = StateName::validating_database;
    auto told = trail(StateName::awaiting_database, StateName::validating_database, made.id);
    told.transitions.front().at = now - 1h;
    ASSERT_TRUE(ask(sister->record_tally(done, StateName::sending_response, tally(done, "t1"), told)));
    std::vector<std::pair<StateName, StateName>> arrows;
    for (const auto& one : ask(journal->session("s1"))->transitions) arrows.emplace_back(one.from, one.to);
    EXPECT_EQ(arrows, (std::vector<std::pair<StateName, StateName>>{
                          {StateName::validating_identity, StateName::sending_response},
                          {StateName::sending_response, StateName::awaiting_database},
                          {StateName::awaiting_database, StateName::validating_database}}));
    EXPECT_EQ(std::ranges::count(ask(journal->audit("s1")), "transition", &ports::AuditRecord::kind), 3);
}

TEST_F(ListenerSessionsTest, an_earlier_intent_is_used_again) {
    invite(invitation("token"));
    auto first = session("s1", "token");
    open_as(first, "t1");
    end_as(first, StateName::timed_out, Code::timeout);
    auto second = session("s2", "token");
    const auto opened = try_open(second, "t2");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->intent->tally_id, "t1");
    second.epoch = opened->epoch;
    EXPECT_EQ(record_as(first, StateName::sending_response, "t1").error(), NotTaken::lost);
    EXPECT_TRUE(record_as(second, StateName::sending_response, "t1"));
}

TEST_F(ListenerSessionsTest, an_instance_that_is_removed_is_not_adopted_and_blocks_its_key_until_gone) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    open_as(made, "t1");
    EXPECT_TRUE(ask(journal->claim_stale_instances(now + 1h, now + 1h, 10)).empty()); // its session lives
    end_as(made, StateName::failed, Code::internal);
    EXPECT_TRUE(ask(journal->claim_stale_instances(now, now + 1h, 10)).empty()); // too young
    for (int times = 0; times < 2; ++times) {                                    // the second time as after a crash
        const auto claimed = ask(journal->claim_stale_instances(now + 1h, now + 1h + times * 30s, 10));
        ASSERT_EQ(claimed.size(), 1U);
        EXPECT_EQ(claimed[0].tally_id, "t1");
        EXPECT_EQ(try_open(session("s2", "token"), "t2").error(), NotTaken::token_in_use);
    }
    ask(journal->forget_instance(intent(made, "t1").instance, record("instance_removed")));
    const auto opened = try_open(session("s2", "token"), "t2");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->intent->tally_id, "t2");
}

TEST_F(ListenerSessionsTest, attempts_that_were_never_opened_are_on_record) {
    auto made = session("s1", "whatever");
    made.state = StateName::validating_token;
    end_as(made, StateName::rejected, Code::invalid_token);
    auto again = session("s2", "whatever");
    again.state = StateName::validating_token;
    end_as(again, StateName::done); // a retry that was answered from the record
    const auto list = ask(journal->sessions({.limit = 10}));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].id, "s2"); // newest first
    EXPECT_EQ(list[1].state, StateName::rejected);
    EXPECT_EQ(list[1].code, Code::invalid_token);
    EXPECT_EQ(ask(journal->sessions({.limit = 1})).size(), 1U);
    const auto older = ask(journal->sessions({.limit = 10, .after = "s2"}));
    ASSERT_EQ(older.size(), 1U);
    EXPECT_EQ(older[0].id, "s1");
    EXPECT_TRUE(ask(journal->sessions({.limit = 10, .after = "s1"})).empty());
    EXPECT_TRUE(ask(journal->sessions({.limit = 10, .after = "unknown"})).empty());
    EXPECT_EQ(ask(journal->sessions({.limit = 10, .state = StateName::done})).size(), 1U);
    EXPECT_EQ(ask(journal->sessions({.limit = 10, .peer = made.peer})).size(), 2U);
    EXPECT_EQ(ask(journal->session("s1"))->transitions.size(), 1U);
    EXPECT_FALSE(ask(journal->session("s"))); // not unique
}

TEST_F(ListenerSessionsTest, a_recorded_tally_allows_no_other_end) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    open_as(made, "t1");
    ASSERT_TRUE(record_as(made, StateName::sending_response, "t1"));
    auto failed = made;
    failed.state = StateName::failed;
    EXPECT_EQ(code_of(journal->end_session(failed, {})), Code::internal);
    EXPECT_TRUE(std::holds_alternative<Decided>(find(made)));
}

TEST_F(ListenerSessionsTest, a_repeated_done_only_adds_that_it_was_delivered) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    open_as(made, "t1");
    ASSERT_TRUE(record_as(made, StateName::sending_response, "t1"));
    end_as(made, StateName::done);
    EXPECT_FALSE(ask(journal->session("s1"))->session.delivered);
    made.delivered = true;
    end_as(made, StateName::done);
    EXPECT_TRUE(ask(journal->session("s1"))->session.delivered);
    EXPECT_EQ(usage_of(made.token).spent, 1U);
}

// PostgreSQL's truth values are no numbers, by which every live session was taken for one that had ended.
TEST_F(ListenerSessionsTest, names_are_erased_of_no_live_session) {
    invite(invitation("token", Role::foil));
    auto made = session("s1", "token", Role::foil);
    open_as(made);
    ask(journal->erase_details(now + 1h, now + 2h, 100));
    ASSERT_EQ(ask(journal->waiting_sessions(made.peer)).size(), 1U);
    EXPECT_EQ(ask(journal->waiting_sessions(made.peer))[0].partner_cadre, made.partner_cadre);
    end_as(made, StateName::timed_out, Code::timeout);
    ask(journal->erase_details(now + 1h, now + 2h, 100));
    const auto left = ask(journal->session("s1"))->session;
    EXPECT_TRUE(left.peer.empty());
    EXPECT_EQ(left.party_id + left.response, "");
    EXPECT_TRUE(left.partner_cadre.empty());
}

// A clock that was ahead for a moment stopped all erasing until the time that it had told.
TEST_F(ListenerSessionsTest, a_session_of_a_clock_that_was_ahead_keeps_nothing_behind_it) {
    const auto refused = [&](const std::string& id, UtcTime opened) {
        auto made = session(id, "whatever");
        made.state = StateName::validating_token;
        made.opened = opened;
        end_as(made, StateName::rejected, Code::invalid_token);
    };
    for (const auto* id : {"s1", "s3"}) {
        refused(id, now);
        refused(id + std::string{"-ahead"}, now + 1000h);
    }
    ask(journal->erase_details(now + 1h, now + 2h, 100));
    std::vector<std::string> named;
    for (const auto& one : ask(journal->sessions({.limit = 10})))
        if (!one.peer.empty()) named.push_back(one.id);
    EXPECT_EQ(named, std::vector<std::string>{"s3-ahead"}) << "which nothing older follows";
}

TEST_F(ListenerSessionsTest, a_peer_is_forgotten_with_the_last_use_that_it_gives_back) {
    auto limited = invitation("token", Role::foil, 5);
    limited.per_peer = 1;
    invite(limited);
    for (const auto* id : {"s1", "s2"}) {
        auto made = session(id, "token", Role::foil);
        open_as(made);
        end_as(made, StateName::timed_out, Code::timeout);
        EXPECT_EQ(open_database(home.store())->value<std::int64_t>("SELECT count(*) FROM peer_uses"), 0) << id;
    }
}

TEST_F(ListenerSessionsTest, audit_records_are_in_order_and_whole) {
    const auto id = id_of(protocol::hash_of_token("token"));
    ask(journal->append_audit(
        {record("started"),
         {.at = now, .kind = "joined", .session_id = "", .token_id = id, .body = {{"peer", "12D3Koo"}}}}));
    ask(journal->append_audit({record("stopped")}));
    const auto records = ask(journal->audit(std::nullopt));
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(records[0].kind, "trail_started");
    EXPECT_EQ(records[1].kind, "started");
    EXPECT_EQ(records[2].token_id, id);
    EXPECT_EQ(records[2].body.at("peer"), "12D3Koo"); // with what is kept apart
    EXPECT_EQ(records[3].kind, "stopped");
    EXPECT_TRUE(ask(journal->audit("nobody")).empty());
}

} // namespace
} // namespace taleus::store::testing
