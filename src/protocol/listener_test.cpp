#include "protocol/listener.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace taleus::protocol::listener {
namespace {

Decision decision_of(wire::Role role, bool replayed = false) { return {role, "s", "{}", replayed}; }

Grant grant_of(wire::Role role) {
    Grant grant;
    grant.role = role;
    grant.epoch = 7;
    return grant;
}

State after(State state, std::initializer_list<Event> events) {
    for (const auto& event : events) state = step(std::move(state), event);
    return state;
}

TEST(ListenerTest, a_stock_session_ends_done_and_says_whether_the_response_left) {
    for (const bool delivered : {true, false}) {
        const auto end =
            after(ReadingRequest{}, {ContactRead{}, TokenAccepted{grant_of(wire::Role::stock)}, IdentityAccepted{},
                                     TallyRecorded{decision_of(wire::Role::stock)}, ResponseSent{delivered}});
        EXPECT_EQ(std::get<Done>(end).delivered, delivered);
    }
}

TEST(ListenerTest, a_foil_session_waits_for_its_database_and_ends_done) {
    const auto end = after(ReadingRequest{}, {ContactRead{}, TokenAccepted{grant_of(wire::Role::foil)},
                                              FoilApproved{decision_of(wire::Role::foil)}, ResponseSent{false},
                                              DatabaseRead{}, DatabaseAccepted{true}});
    EXPECT_TRUE(std::get<Done>(end).delivered);
}

TEST(ListenerTest, contact_grant_and_result_travel_with_the_states) {
    ContactRead read;
    read.contact.party_id = "party";
    const auto state = after(ReadingRequest{}, {read, TokenAccepted{grant_of(wire::Role::stock)}, IdentityAccepted{}});
    EXPECT_EQ(std::get<ProvisioningDatabase>(state).contact.party_id, "party");
    EXPECT_EQ(std::get<ProvisioningDatabase>(state).grant.epoch, 7U);
    DatabaseRead database;
    database.result.session_id = "s";
    EXPECT_EQ(std::get<ValidatingDatabase>(step(AwaitingDatabase{}, database)).result.session_id, "s");
}

TEST(ListenerTest, a_replayed_decision_goes_its_row) {
    const DecisionFound stock{decision_of(wire::Role::stock, true)};
    const DecisionFound foil{decision_of(wire::Role::foil, true)};
    EXPECT_TRUE(std::get<SendingResponse>(step(ValidatingToken{}, stock)).decision.replayed);
    EXPECT_TRUE(std::holds_alternative<Done>(after(ValidatingToken{}, {stock, ResponseSent{true}})));
    EXPECT_TRUE(std::holds_alternative<AwaitingDatabase>(after(ValidatingToken{}, {foil, ResponseSent{true}})));
}

TEST(ListenerTest, a_role_that_the_grant_has_not_is_our_own_failure) {
    const ValidatingIdentity stock{{}, grant_of(wire::Role::stock)};
    const ValidatingIdentity foil{{}, grant_of(wire::Role::foil)};
    for (const auto& state : {step(stock, FoilApproved{decision_of(wire::Role::foil)}), step(foil, IdentityAccepted{})})
        EXPECT_EQ(std::get<SendingRefusal>(state).end, RefusedEnd::failed);
}

TEST(ListenerTest, a_refusal_is_sent_as_it_was_given_and_its_code_is_the_end) {
    const wire::Refusal refusal{"Invalid token", Code::token_used, std::nullopt};
    const auto state = step(ValidatingToken{}, Refused{refusal});
    const auto& sending = std::get<SendingRefusal>(state);
    EXPECT_EQ(sending.refusal.reason, "Invalid token");
    EXPECT_EQ(sending.form, wire::RefusalForm::result);
    EXPECT_EQ(sending.from, StateName::validating_token);
    EXPECT_FALSE(sending.after_deadline);
    EXPECT_EQ(std::get<Rejected>(step(state, RefusalSent{})).code, Code::token_used);
}

TEST(ListenerTest, refusals_of_a_database_take_the_form_of_an_acknowledgement) {
    const wire::Refusal refusal{"no", Code::no_such_session, std::nullopt};
    const auto unread = step(ReadingRequest{}, Refused{refusal, wire::RefusalForm::acknowledgement});
    EXPECT_EQ(std::get<SendingRefusal>(unread).form, wire::RefusalForm::acknowledgement);
    const auto failed = step(ReadingRequest{}, OwnFailure{refusal, wire::RefusalForm::acknowledgement});
    EXPECT_EQ(std::get<SendingRefusal>(failed).form, wire::RefusalForm::acknowledgement);
    const auto invalid = step(ValidatingDatabase{}, Refused{refusal});
    EXPECT_EQ(std::get<SendingRefusal>(invalid).form, wire::RefusalForm::acknowledgement);
    EXPECT_EQ(std::get<SendingRefusal>(invalid).end, RefusedEnd::rejected);
}

TEST(ListenerTest, a_deadline_is_named_by_the_state_it_passed_in_and_leaves_little_time_to_refuse) {
    const auto state = step(ValidatingIdentity{}, DeadlinePassed{});
    EXPECT_TRUE(std::get<SendingRefusal>(state).after_deadline);
    EXPECT_EQ(time_allowed(state, {}), std::chrono::milliseconds{50});
    EXPECT_EQ(std::get<TimedOut>(step(state, DeadlinePassed{})).in, StateName::validating_identity);
}

TEST(ListenerTest, refusals_that_the_machine_makes_say_when_to_come_back_exactly_where_that_helps) {
    const std::initializer_list<std::pair<State, Event>> pairs{{ReadingRequest{}, DeadlinePassed{}},
                                                               {ReadingRequest{}, ShutDown{}},
                                                               {ReadingRequest{}, ResponseSent{}},
                                                               {ProvisioningDatabase{}, ShutDown{}}};
    for (const auto& [state, event] : pairs) {
        const auto refusing = std::get<SendingRefusal>(step(state, event));
        ASSERT_TRUE(refusing.refusal.code);
        EXPECT_EQ(refusing.refusal.retry_after.has_value(), is_repeatable(*refusing.refusal.code));
        EXPECT_FALSE(refusing.refusal.reason.empty());
    }
}

TEST(ListenerTest, a_session_that_waits_again_owes_its_stream_a_refusal_that_is_repeated_after) {
    const wire::Refusal broken{"Internal error", Code::internal, std::nullopt};
    const wire::Refusal busy{"busy", Code::dependency_unavailable, std::chrono::milliseconds{250}};
    for (const Event& event : std::initializer_list<Event>{OwnFailure{broken}, OwnFailure{busy}, DeadlinePassed{},
                                                           ShutDown{}, ContactRead{}}) {
        const auto state = std::get<AwaitingDatabase>(step(ValidatingDatabase{}, event));
        ASSERT_TRUE(state.owed) << event_name(event);
        EXPECT_TRUE(is_repeatable(wire::code_of(*state.owed))) << event_name(event);
        EXPECT_TRUE(state.owed->retry_after) << event_name(event);
    }
    const auto told = std::get<AwaitingDatabase>(step(ValidatingDatabase{}, OwnFailure{busy}));
    EXPECT_EQ(told.owed->retry_after, std::chrono::milliseconds{250});
}

} // namespace
} // namespace taleus::protocol::listener
