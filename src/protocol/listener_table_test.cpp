// Walks the whole product of states and events of the listener against docs/states/listener.md.

#include "base/source_dir_test.hpp"
#include "protocol/listener.hpp"
#include "protocol/state_tables_test.hpp"

#include <gtest/gtest.h>

namespace taleus::protocol::listener {
namespace {

using test::StateTables;

// Codes that the machine never makes by itself, so that a cell can say `its code`.
const wire::Refusal final_refusal{"no", Code::token_used, std::nullopt};
const wire::Refusal repeatable_refusal{"later", Code::rate_limited, std::chrono::milliseconds{700}};

Grant grant_of(wire::Role role) {
    Grant grant;
    grant.session_id = "s";
    grant.role = role;
    return grant;
}

Decision decision_of(wire::Role role) { return {role, "s", "{}", false}; }

SendingRefusal refusing(RefusedEnd end) {
    return {final_refusal, wire::RefusalForm::result, end, StateName::validating_token, end == RefusedEnd::timed_out};
}

const std::vector<std::pair<std::string, State>> states{
    {"READING_REQUEST", ReadingRequest{}},
    {"VALIDATING_TOKEN", ValidatingToken{}},
    {"VALIDATING_IDENTITY (stock)", ValidatingIdentity{{}, grant_of(wire::Role::stock)}},
    {"VALIDATING_IDENTITY (foil)", ValidatingIdentity{{}, grant_of(wire::Role::foil)}},
    {"PROVISIONING_DATABASE", ProvisioningDatabase{{}, grant_of(wire::Role::stock)}},
    {"SENDING_RESPONSE (stock)", SendingResponse{decision_of(wire::Role::stock)}},
    {"SENDING_RESPONSE (foil)", SendingResponse{decision_of(wire::Role::foil)}},
    {"AWAITING_DATABASE", AwaitingDatabase{}},
    {"VALIDATING_DATABASE", ValidatingDatabase{}},
    {"SENDING_REFUSAL (rejected)", refusing(RefusedEnd::rejected)},
    {"SENDING_REFUSAL (failed)", refusing(RefusedEnd::failed)},
    {"SENDING_REFUSAL (timed_out)", refusing(RefusedEnd::timed_out)},
    {"SENDING_REFUSAL (cancelled)", refusing(RefusedEnd::cancelled)},
    {"DONE", Done{true}},
    {"REJECTED", Rejected{Code::token_used}},
    {"FAILED", Failed{Code::internal}},
    {"TIMED_OUT", TimedOut{StateName::awaiting_database}},
    {"CANCELLED", Cancelled{}},
};

const std::vector<std::pair<std::string, Event>> events{
    {"ContactRead", ContactRead{}},
    {"TokenAccepted", TokenAccepted{grant_of(wire::Role::stock)}},
    {"DecisionFound", DecisionFound{decision_of(wire::Role::stock)}},
    {"IdentityAccepted", IdentityAccepted{}},
    {"FoilApproved", FoilApproved{decision_of(wire::Role::foil)}},
    {"TallyRecorded", TallyRecorded{decision_of(wire::Role::stock)}},
    {"ResponseSent", ResponseSent{true}},
    {"ResponseSent (undelivered)", ResponseSent{false}},
    {"DatabaseRead", DatabaseRead{}},
    {"DatabaseAccepted", DatabaseAccepted{true}},
    {"DatabaseAccepted (undelivered)", DatabaseAccepted{false}},
    {"Refused", Refused{final_refusal}},
    {"OwnFailure", OwnFailure{final_refusal}},
    {"OwnFailure (repeatable)", OwnFailure{repeatable_refusal}},
    {"PeerGone", PeerGone{}},
    {"DeadlinePassed", DeadlinePassed{}},
    {"WaitExpired", WaitExpired{}},
    {"ShutDown", ShutDown{}},
    {"RefusalSent", RefusalSent{}},
};

std::string text_of(Code code) {
    const bool is_of_event = code == final_refusal.code || code == repeatable_refusal.code;
    return is_of_event ? "its code" : std::string{to_text(code)};
}

std::string details_of(const SendingRefusal& state) {
    constexpr std::array ends{"REJECTED", "FAILED", "TIMED_OUT", "CANCELLED"};
    return " " + text_of(wire::code_of(state.refusal)) + " → " + ends[static_cast<std::size_t>(state.end)];
}
std::string details_of(const AwaitingDatabase& state) {
    return state.owed ? ", owes " + text_of(wire::code_of(*state.owed)) : "";
}
std::string details_of(const Done& state) { return state.delivered ? "" : " undelivered"; }
std::string details_of(const Rejected& state) { return " " + text_of(state.code); }
std::string details_of(const Failed& state) { return " " + text_of(state.code); }
std::string details_of(const TimedOut& state) { return " in " + std::string{to_text(state.in)}; }
std::string details_of(const auto&) { return ""; }

std::string described(const State& state) {
    const auto details = std::visit([](const auto& one) { return details_of(one); }, state);
    return std::string{to_text(name_of(state))} + details;
}

// What a cell says, with its abbreviations written out.
std::string expected(const std::string& cell, const State& from) {
    if (cell == "=") return described(from);
    return cell == "!" ? "SENDING_REFUSAL internal → FAILED" : cell;
}

const StateTables& tables() {
    static const auto read = test::read_state_tables(source_dir() / "docs/states/listener.md");
    return read;
}

TEST(ListenerTableTest, every_state_meets_every_event_as_documented) {
    std::size_t walked = 0;
    for (const auto& [state_name, state] : states) {
        for (const auto& [event_name, event] : events) {
            const auto cell = tables().cells.find({state_name, event_name});
            ASSERT_NE(cell, tables().cells.end()) << "undocumented: " << state_name << " × " << event_name;
            EXPECT_EQ(described(step(state, event)), expected(cell->second, state))
                << state_name << " × " << event_name;
            ++walked;
        }
    }
    EXPECT_EQ(walked, tables().cells.size()) << "the document has pairs that this test does not walk";
}

TEST(ListenerTableTest, the_document_and_this_test_know_every_state_and_event_of_the_program) {
    std::set<std::size_t> state_kinds;
    std::set<std::size_t> event_kinds;
    for (const auto& [name, state] : states) {
        state_kinds.insert(state.index());
        EXPECT_EQ(to_text(name_of(state)), test::base_name(name));
        EXPECT_TRUE(tables().states.contains(test::base_name(name))) << name;
    }
    for (const auto& [name, event] : events) {
        event_kinds.insert(event.index());
        EXPECT_EQ(event_name(event), test::base_name(name));
    }
    EXPECT_EQ(state_kinds.size(), std::variant_size_v<State>);
    EXPECT_EQ(event_kinds.size(), std::variant_size_v<Event>);
    EXPECT_EQ(tables().states.size(), std::variant_size_v<State>);
    EXPECT_EQ(test::documented_states(tables()).size(), std::variant_size_v<State>);
    EXPECT_EQ(test::documented_events(tables()).size(), std::variant_size_v<Event>);
}

TEST(ListenerTableTest, the_table_of_states_says_where_each_leads) {
    std::map<std::string, std::set<std::string>> leads;
    for (const auto& [state_name, state] : states) {
        auto& targets = leads[test::base_name(state_name)];
        for (const auto& [event_name, event] : events) {
            const auto next = to_text(name_of(step(state, event)));
            if (next != to_text(name_of(state))) targets.insert(std::string{next});
        }
    }
    for (const auto& [name, row] : tables().states) EXPECT_EQ(row.leads_to, leads[name]) << name;
}

TEST(ListenerTableTest, the_table_of_states_says_effect_and_time) {
    constexpr std::array effects{"read_request",  "validate_token",    "validate_identity", "provision_database",
                                 "send_response", "validate_database", "send_refusal"};
    const ListenerTimeouts timeouts;
    const std::map<std::string, std::optional<Duration>> times{{"step", timeouts.step},
                                                               {"await_database", timeouts.await_database},
                                                               {"refusal", timeouts.refusal},
                                                               {"none", std::nullopt}};
    for (const auto& [name, state] : states) {
        const auto& row = tables().states.at(test::base_name(name));
        const auto effect = effect_of(state);
        EXPECT_EQ(row.effect, effect ? effects[static_cast<std::size_t>(*effect)] : "none") << name;
        const auto time = time_allowed(state, timeouts);
        EXPECT_EQ(time.has_value(), !is_terminal(name_of(state))) << name;
        if (name == "SENDING_REFUSAL (timed_out)")
            EXPECT_EQ(time, timeouts.refusal_after_deadline);
        else
            EXPECT_EQ(time, times.at(row.time)) << name;
        EXPECT_EQ(is_bounded_by_response(state), name_of(state) <= StateName::sending_response) << name;
    }
}

} // namespace
} // namespace taleus::protocol::listener
