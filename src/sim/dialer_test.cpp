// The dialer against listeners of every kind: when it repeats, when it does not, and what it keeps.

#include "audit/receipt.hpp"
#include "sim/testing.hpp"
#include "wire/json.hpp"

#include <fmt/format.h>

namespace taleus::sim {
namespace {

using namespace testing;
using Kind = ScriptedAnswer::Kind;

std::string refusal(std::string_view code, std::string_view retry = "") {
    return fmt::format(R"({{"approved":false,"reason":"no","code":"{}"{}}})", code,
                       retry.empty() ? "" : fmt::format(R"(,"retryAfterMs":{})", retry));
}
const std::string stock_result =
    R"({"approved":true,"partyId":"party-f","cadrePeerAddrs":[],"provisionResult":{"tally":{"tallyId":"t-1","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"wss://x","credentialsRef":"c"}}})";
const std::string foil_result = R"({"approved":true,"partyId":"party-f","cadrePeerAddrs":[],"expiresInMs":20000})";

struct DialerTest : WorldTest {
    Node& field = world.dialer("field");

    wire::Link link_to(Node& node, wire::Role role) {
        auto link = world.invite(inviter, {.role = role});
        link.addresses = {node.address()};
        return link;
    }
    session::JoinResult join_scripted(wire::Role role, std::vector<ScriptedAnswer> answers) {
        scripted = std::make_unique<ScriptedListener>(field, world.network, std::move(answers));
        return world.join(respondent, link_to(field, role));
    }
    std::unique_ptr<ScriptedListener> scripted;
};

TEST_F(DialerTest, repeats_after_every_code_that_may_pass) {
    for (const auto* code : {"rate_limited", "overloaded", "dependency_unavailable", "shutting_down", "in_progress",
                             "token_in_use", "timeout"}) {
        const auto began = world.time.now;
        const auto result = join_scripted(wire::Role::stock, {{.text = refusal(code, "2000")}, {.text = stock_result}});
        EXPECT_EQ(result.outcome, StateName::done) << code << ": " << result.reason;
        EXPECT_EQ(scripted->heard.size(), 2U) << code;
        EXPECT_GE(world.time.now - began, 1600ms) << code; // ±20 %
        EXPECT_LE(world.time.now - began, 2500ms) << code;
    }
}

TEST_F(DialerTest, never_repeats_after_other_codes) {
    for (const auto* code : {"malformed", "invalid_token", "token_expired", "token_used", "token_revoked",
                             "invalid_identity", "provisioning_failed", "conflict", "internal", "of the future"}) {
        const auto result = join_scripted(wire::Role::stock, {{.text = refusal(code)}});
        EXPECT_EQ(result.outcome, StateName::rejected) << code;
        EXPECT_EQ(result.code, code_from_text(code).value_or(Code::refused)) << code;
        EXPECT_EQ(scripted->heard.size(), 1U) << code;
    }
}

TEST_F(DialerTest, understands_the_published_reasons_of_field_listeners) {
    const auto busy = R"({"approved":false,"reason":"Service temporarily unavailable - too many concurrent sessions"})";
    EXPECT_EQ(join_scripted(wire::Role::stock, {{.text = busy}, {.text = stock_result}}).outcome, StateName::done);
    const auto token = R"({"approved":false,"reason":"Invalid token"})";
    EXPECT_EQ(join_scripted(wire::Role::stock, {{.text = token}}).code, Code::invalid_token);
}

TEST_F(DialerTest, takes_a_reset_or_empty_stream_for_a_lost_connection) {
    const auto result =
        join_scripted(wire::Role::stock, {{.kind = Kind::reset}, {.kind = Kind::empty}, {.text = stock_result}});
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_EQ(scripted->heard.size(), 3U);
}

// The join ends as it would, and is not told that it has proof.
TEST_F(DialerTest, takes_no_receipt_that_proves_nothing_and_goes_on) {
    for (const auto* receipt : {R"({"n":1})", R"({"checkpoint":"x","proof":"","record":{}})"}) {
        const auto result = join_scripted(wire::Role::stock, {{.text = wire::with_receipt(stock_result, receipt)}});
        EXPECT_EQ(result.outcome, StateName::done) << result.reason;
        EXPECT_EQ(result.receipt, session::ReceiptCheck::failed);
        const auto row = last_session(respondent);
        EXPECT_EQ(row.receipt, "");
        bool is_told = false;
        for (const auto& record : respondent.audit())
            is_told |= record.kind == "receipt" && record.session_id == row.id && !record.body.at("verified").as_bool();
        EXPECT_TRUE(is_told);
    }
}

TEST_F(DialerTest, hears_a_refusal_that_comes_before_it_was_read) {
    const auto result = join_scripted(wire::Role::stock, {{.kind = Kind::early, .text = refusal("token_used")}});
    EXPECT_EQ(result.code, Code::token_used);
}

TEST_F(DialerTest, gives_up_on_nonsense) {
    for (const std::string text : {"nonsense", "{}", "[]", R"({"approved":true})"}) {
        const auto result = join_scripted(wire::Role::stock, {{.text = text}});
        EXPECT_EQ(result.outcome, StateName::failed) << text;
        EXPECT_EQ(result.code, Code::malformed) << text;
    }
    const auto large = join_scripted(wire::Role::stock, {{.text = std::string(100'000, ' ') + stock_result}});
    EXPECT_EQ(large.code, Code::malformed);
    EXPECT_TRUE(respondent.tallies().empty());
}

TEST_F(DialerTest, refuses_a_tally_of_the_wrong_creator_or_with_a_wrong_draft) {
    auto wrong = stock_result;
    wrong.replace(wrong.find("\"stock\""), 7, "\"foil\"");
    EXPECT_EQ(join_scripted(wire::Role::stock, {{.text = wrong}}).code, Code::role_mismatch);
    auto forged = stock_result;
    forged.insert(forged.find(R"("dbConnectionInfo")"), R"("draft":{"tally":{}},)");
    const auto result = join_scripted(wire::Role::stock, {{.text = forged}});
    EXPECT_EQ(result.outcome, StateName::failed);
    EXPECT_EQ(result.code, Code::invalid_database);
    EXPECT_TRUE(respondent.tallies().empty());
}

TEST_F(DialerTest, fails_at_once_when_nobody_answers) {
    const auto began = world.time.now;
    const auto result = world.join(respondent, link_to(field, wire::Role::stock));
    EXPECT_EQ(result.outcome, StateName::failed);
    EXPECT_EQ(result.code, Code::unreachable);
    EXPECT_EQ(result.reason, field.address().to_text() + ": connection refused"); // the address once
    EXPECT_LT(world.time.now - began, 1s);
    world.network.set_behaviour(field.address(), Network::Behaviour::hangs);
    const auto slow = world.join(respondent, link_to(field, wire::Role::stock));
    EXPECT_EQ(slow.code, Code::unreachable);
    EXPECT_EQ(slow.reason, field.address().to_text() + ": no answer in time");
}

// Found in review: that one was silent took from its user what was known of the other.
TEST_F(DialerTest, names_every_address_that_was_tried_in_vain) {
    auto link = link_to(field, wire::Role::stock);
    link.addresses.push_back(wire::Multiaddr::tcp("10.9.9.9", 9000).with_peer(field.peer()));
    world.network.set_behaviour(link.addresses[1], Network::Behaviour::hangs);
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::failed);
    EXPECT_EQ(result.code, Code::unreachable);
    EXPECT_EQ(result.reason, link.addresses[0].to_text() + ": connection refused; " + link.addresses[1].to_text() +
                                 ": no answer in time");
}

TEST_F(DialerTest, says_what_its_time_was_spent_on) {
    std::vector<ScriptedAnswer> answers(50, {.text = refusal("token_in_use", "20000")});
    const auto result = join_scripted(wire::Role::stock, std::move(answers));
    EXPECT_EQ(result.outcome, StateName::timed_out);
    EXPECT_EQ(result.code, Code::timeout);
    EXPECT_TRUE(result.reason.starts_with("time was over in CONNECTING, after token_in_use")) << result.reason;
    EXPECT_TRUE(respondent.tallies().empty());
}

// Found in review: a refusal was named that had been over since the listener approved.
TEST_F(DialerTest, names_no_refusal_that_was_overcome_when_its_own_provisioner_takes_all_its_time) {
    respondent.provisioner().mood = SimulatedProvisioner::Mood::hangs;
    const auto result =
        join_scripted(wire::Role::foil, {{.text = refusal("in_progress", "100")}, {.text = foil_result}});
    EXPECT_EQ(scripted->heard.size(), 2U);
    EXPECT_EQ(result.outcome, StateName::timed_out);
    EXPECT_EQ(result.reason, "time was over in PROVISIONING_DATABASE");
}

// Found by a restart under load: what a listener had accepted last was reset, and the dialer gave up at once.
TEST_F(DialerTest, comes_back_to_a_listener_that_took_the_connection_and_went_away) {
    scripted =
        std::make_unique<ScriptedListener>(field, world.network, std::vector<ScriptedAnswer>{{.text = stock_result}});
    const auto link = link_to(field, wire::Role::stock);
    world.network.set_behaviour(field.address(), Network::Behaviour::leaves);
    async::Clock::Timer restarted{respondent.process().clock,
                                  [&] { world.network.set_behaviour(field.address(), Network::Behaviour::refuses); }};
    async::Clock::Timer back{respondent.process().clock,
                             [&] { world.network.set_behaviour(field.address(), Network::Behaviour::answers); }};
    restarted.set(world.time.now + 50ms); // nobody listens for a while
    back.set(world.time.now + 1s);
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_EQ(scripted->heard.size(), 1U);
    EXPECT_GE(world.network.dials(), 3U);
}

TEST_F(DialerTest, gives_up_on_who_takes_connections_and_never_stays) {
    const auto began = world.time.now;
    world.network.set_behaviour(field.address(), Network::Behaviour::leaves);
    const auto result = world.join(respondent, link_to(field, wire::Role::stock));
    EXPECT_EQ(result.outcome, StateName::failed);
    EXPECT_EQ(result.code, Code::unreachable);
    EXPECT_EQ(world.network.dials(), 6U);
    EXPECT_GT(world.time.now - began, 2s);
    EXPECT_LT(world.time.now - began, 5s);
}

TEST_F(DialerTest, ends_at_its_own_deadline_when_the_listener_is_silent) {
    const auto began = world.time.now;
    const auto result = join_scripted(wire::Role::stock, {{.kind = Kind::silence}});
    EXPECT_EQ(result.outcome, StateName::timed_out);
    EXPECT_EQ(result.code, Code::timeout);
    EXPECT_GE(world.time.now - began, 35s);
    EXPECT_LT(world.time.now - began, 36s);
    EXPECT_EQ(state_of_last(respondent), "TIMED_OUT");
}

TEST_F(DialerTest, stops_repeating_at_the_end_of_its_session) {
    const auto began = world.time.now;
    const auto result = join_scripted(wire::Role::stock, {{.text = refusal("overloaded", "7000")}});
    EXPECT_EQ(result.outcome, StateName::timed_out);
    EXPECT_GE(world.time.now - began, 59s);
    EXPECT_LE(world.time.now - began, 60s + 100ms);
}

TEST_F(DialerTest, does_not_dial_an_expired_link) {
    auto link = world.invite(inviter, {.expires = 1s});
    world.run_for(1min);
    EXPECT_EQ(world.join(respondent, link).code, Code::token_expired); // skew: the listener decides
    EXPECT_EQ(world.network.dials(), 1U);
    world.run_for(2min);
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::rejected);
    EXPECT_EQ(result.code, Code::token_expired);
    EXPECT_EQ(world.network.dials(), 1U);
}

TEST_F(DialerTest, asks_again_with_an_expired_link_whose_answer_it_missed) {
    const auto link = world.invite(inviter, {.expires = 1h});
    inviter.provisioner().delay = 3s;
    respondent.settings.dialer.response = 1s;
    EXPECT_EQ(world.join(respondent, link).outcome, StateName::timed_out);
    world.run_for(5s);
    EXPECT_EQ(inviter.tallies().size(), 1U);
    EXPECT_TRUE(respondent.tallies().empty());
    world.jump_calendar(48h);
    const auto again = world.join(respondent, link);
    EXPECT_EQ(again.outcome, StateName::done) << again.reason;
    EXPECT_TRUE(again.resumed);
    EXPECT_EQ(inviter.provisioner().asked, 1U);
    EXPECT_EQ(spent(link), 1U);
    expect_one_tally();
}

// --- foil: what this side made is kept, told until it is taken, and made once

TEST_F(DialerTest, keeps_its_database_when_it_is_not_acknowledged_and_delivers_it_the_next_time) {
    scripted =
        std::make_unique<ScriptedListener>(field, world.network,
                                           std::vector<ScriptedAnswer>{{.text = foil_result},
                                                                       {.text = R"({"approved":false,"reason":"huh"})"},
                                                                       {.text = foil_result},
                                                                       {.kind = Kind::empty}});
    const auto link = link_to(field, wire::Role::foil);
    const auto first = world.join(respondent, link);
    EXPECT_EQ(first.outcome, StateName::failed);
    EXPECT_EQ(first.code, Code::not_acknowledged);
    EXPECT_EQ(respondent.tallies().size(), 1U);
    world.jump_calendar(48h); // expired, but there is something to finish
    const auto second = world.join(respondent, link);
    EXPECT_EQ(second.outcome, StateName::done) << second.reason;
    EXPECT_TRUE(second.resumed);
    EXPECT_EQ(respondent.provisioner().asked, 1U);
    ASSERT_EQ(scripted->heard.size(), 4U);
    EXPECT_EQ(scripted->heard[1], scripted->heard[3]);
}

TEST_F(DialerTest, repeats_the_database_after_a_lost_connection) {
    const auto result = join_scripted(
        wire::Role::foil, {{.text = foil_result},
                           {.kind = Kind::reset},
                           {.text = R"({"accepted":false,"reason":"wait","code":"in_progress","retryAfterMs":100})"},
                           {.kind = Kind::empty}});
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    ASSERT_EQ(scripted->heard.size(), 4U);
    EXPECT_EQ(scripted->heard[1], scripted->heard[2]);
    EXPECT_EQ(scripted->heard[1], scripted->heard[3]);
    EXPECT_EQ(respondent.provisioner().asked, 1U);
}

TEST_F(DialerTest, is_refused_with_its_database) {
    const auto result =
        join_scripted(wire::Role::foil, {{.text = foil_result},
                                         {.text = R"({"accepted":false,"reason":"gone","code":"no_such_session"})"}});
    EXPECT_EQ(result.outcome, StateName::rejected);
    EXPECT_EQ(result.code, Code::no_such_session);
}

TEST_F(DialerTest, an_acknowledgement_of_another_tally_is_none) {
    const auto result =
        join_scripted(wire::Role::foil, {{.text = foil_result}, {.text = R"({"accepted":true,"tallyId":"another"})"}});
    EXPECT_EQ(result.outcome, StateName::failed);
}

TEST_F(DialerTest, stops_provisioning_before_the_listener_stops_waiting) {
    respondent.provisioner().mood = SimulatedProvisioner::Mood::hangs;
    const auto began = world.time.now;
    const auto result = join_scripted(wire::Role::foil, {{.text = foil_result}});
    EXPECT_EQ(result.outcome, StateName::timed_out);
    EXPECT_LT(world.time.now - began, 18200ms);
    EXPECT_GT(world.time.now - began, 17900ms);
    const auto other = world.time.now;
    auto unstated = foil_result;
    unstated.replace(unstated.find(R"(,"expiresInMs":20000)"), 20, "");
    EXPECT_EQ(join_scripted(wire::Role::foil, {{.text = unstated}}).outcome, StateName::timed_out);
    EXPECT_LT(world.time.now - other, 5s);
}

TEST_F(DialerTest, provisions_nothing_for_equal_parties) {
    respondent.settings.party_id = "party-f";
    const auto result = join_scripted(wire::Role::foil, {{.text = foil_result}});
    EXPECT_EQ(result.code, Code::invalid_identity);
    EXPECT_EQ(respondent.provisioner().asked, 0U);
}

TEST_F(DialerTest, fails_when_its_own_provisioner_or_store_does) {
    respondent.provisioner().mood = SimulatedProvisioner::Mood::fails;
    EXPECT_EQ(join_scripted(wire::Role::foil, {{.text = foil_result}}).code, Code::provisioning_failed);
    respondent.provisioner().mood = SimulatedProvisioner::Mood::throws;
    EXPECT_EQ(join_scripted(wire::Role::foil, {{.text = foil_result}}).code, Code::internal);
    respondent.provisioner().mood = SimulatedProvisioner::Mood::makes;
    respondent.journal().fail_next("record_tally");
    const auto result = join_scripted(wire::Role::foil, {{.text = foil_result}});
    EXPECT_EQ(result.code, Code::dependency_unavailable);
    EXPECT_EQ(scripted->heard.size(), 1U); // nothing is told that is not durable
}

TEST_F(DialerTest, finds_the_listener_again_after_it_restarted) {
    has_whole_trails = false;
    const auto link = world.invite(inviter, {.role = wire::Role::foil});
    respondent.provisioner().delay = 3s;
    const auto joining = respondent.join(link);
    world.run_for(1s);
    inviter.crash();
    world.run_for(4s); // its database is made, and nobody is there
    inviter.boot();
    inviter.serve();
    world.run_until([&] { return joining->result.has_value(); });
    EXPECT_EQ(joining->result->outcome, StateName::done) << joining->result->reason;
    EXPECT_TRUE(joining->result->tally->confirmed);
    expect_one_tally();
}

// Found in review: the receipt of a session that the listener had given up stood for the one in its place, unchecked.
TEST_F(DialerTest, keeps_the_receipt_of_the_session_that_was_completed) {
    has_whole_trails = false;
    const auto link = world.invite(inviter, {.role = wire::Role::foil});
    const auto joining = respondent.join(link);
    world.run_until([&] { return respondent.tallies().size() == 1; }); // made, and not told yet
    respondent.crash();
    world.run_for(30s);
    ASSERT_EQ(state_of_last(inviter), "TIMED_OUT");
    const auto given_up = last_session(inviter).id;
    respondent.boot();
    ASSERT_FALSE(last_session(respondent).receipt.empty());
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_NE(result.session_id, given_up);
    EXPECT_EQ(result.receipt, session::ReceiptCheck::verified);
    const auto kept = wire::parse_json(as_bytes(last_session(respondent).receipt));
    ASSERT_TRUE(kept);
    const auto receipt = audit::open_receipt(*kept);
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->record.session, result.session_id);
    expect_one_tally();
}

// One that proves nothing does not leave the earlier one standing.
TEST_F(DialerTest, drops_the_receipt_of_a_session_that_the_listener_gave_up) {
    has_whole_trails = false;
    const auto link = world.invite(inviter, {.role = wire::Role::foil});
    const auto joining = respondent.join(link);
    world.run_until([&] { return respondent.tallies().size() == 1; });
    respondent.crash();
    world.run_for(30s);
    inviter.crash();
    inviter.boot(); // and another one answers in its place
    respondent.boot();
    ScriptedListener other{inviter,
                           world.network,
                           {{.text = foil_result},
                            {.text = R"({"accepted":true,"tallyId":")" + only_tally(respondent).tally_id + R"("})"}}};
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_EQ(result.receipt, session::ReceiptCheck::none);
    EXPECT_EQ(last_session(respondent).receipt, "");
}

TEST_F(DialerTest, tells_each_step) {
    const auto joining = respondent.join(world.invite(inviter));
    world.run_until([&] { return joining->result.has_value(); });
    std::vector<StateName> states;
    for (const auto& step : joining->progress) states.push_back(step.state);
    EXPECT_EQ(states, (std::vector{StateName::connecting, StateName::sending_contact, StateName::awaiting_response,
                                   StateName::validating_response, StateName::done}));
    EXPECT_EQ(joining->progress.back().address, inviter.address().to_text());
}

TEST_F(DialerTest, whose_tally_could_not_be_recorded_may_try_again) {
    // Found by the simulator: the failed record's tally id was stored with the session's end, and from then on every
    // attempt met "a second tally for one session".
    for (const auto role : {wire::Role::stock, wire::Role::foil}) {
        const auto link = world.invite(inviter, {.role = role});
        respondent.journal().fail_next("record_tally");
        const auto failed = world.join(respondent, link);
        EXPECT_EQ(failed.outcome, StateName::failed);
        EXPECT_EQ(failed.code, Code::dependency_unavailable);
        world.run_for(30s);
        const auto again = world.join(respondent, link);
        EXPECT_EQ(again.outcome, StateName::done) << again.reason;
        EXPECT_EQ(spent(link), 1U);
    }
    EXPECT_EQ(respondent.tallies().size(), 2U);
    EXPECT_EQ(inviter.tallies().size(), 2U);
}

TEST_F(DialerTest, records_no_database_that_its_provisioner_cannot_name) {
    // Found by the simulator: only a listener checked what its provisioner answers, so a dialer recorded a database
    // without an endpoint and was refused as malformed for ever.
    const auto link = world.invite(inviter, {.role = wire::Role::foil});
    respondent.provisioner().mood = SimulatedProvisioner::Mood::nonsense;
    EXPECT_EQ(world.join(respondent, link).code, Code::provisioning_failed);
    EXPECT_TRUE(respondent.tallies().empty());
    respondent.provisioner().mood = SimulatedProvisioner::Mood::makes;
    world.run_for(30s);
    EXPECT_EQ(world.join(respondent, link).outcome, StateName::done);
    EXPECT_FALSE(only_tally(inviter).database.endpoint.empty());
}

} // namespace
} // namespace taleus::sim
