// Walks the whole product of states and events of the dialer against docs/states/dialer.md.

#include "base/source_dir_test.hpp"
#include "protocol/dialer.hpp"
#include "protocol/state_tables_test.hpp"

#include <gtest/gtest.h>

namespace taleus::protocol::dialer {
namespace {

using test::StateTables;

// Codes that the machine never makes by itself, so that a cell can say `its code`.
const wire::Refusal final_refusal{"no", Code::token_used, std::nullopt};
const wire::Refusal repeatable_refusal{"later", Code::overloaded, std::nullopt};

Connecting connecting_with_database() {
    Connecting state;
    state.database = Database{};
    return state;
}

const std::vector<std::pair<std::string, State>> states{
    {"CONNECTING", Connecting{}},
    {"CONNECTING (database)", connecting_with_database()},
    {"SENDING_CONTACT", SendingContact{}},
    {"AWAITING_RESPONSE", AwaitingResponse{}},
    {"VALIDATING_RESPONSE", ValidatingResponse{}},
    {"PROVISIONING_DATABASE", ProvisioningDatabase{}},
    {"SENDING_DATABASE", SendingDatabase{}},
    {"AWAITING_ACKNOWLEDGEMENT", AwaitingAcknowledgement{}},
    {"DONE", Done{}},
    {"REJECTED", Rejected{Code::token_used, ""}},
    {"FAILED", Failed{Code::internal, ""}},
    {"TIMED_OUT", TimedOut{StateName::connecting}},
    {"CANCELLED", Cancelled{}},
};

const std::vector<std::pair<std::string, Event>> events{
    {"Connected", Connected{}},
    {"Unreachable", Unreachable{"nobody"}},
    {"ContactSent", ContactSent{}},
    {"ResponseRead (approved)", ResponseRead{wire::Approved{}}},
    {"ResponseRead (refused)", ResponseRead{final_refusal}},
    {"ResponseRead (repeatable)", ResponseRead{repeatable_refusal}},
    {"ResponseUnreadable", ResponseUnreadable{"nonsense"}},
    {"StockAccepted", StockAccepted{}},
    {"FoilAccepted", FoilAccepted{}},
    {"ResponseInvalid", ResponseInvalid{Code::token_used, ""}},
    {"Provisioned", Provisioned{}},
    {"DatabaseSent", DatabaseSent{}},
    {"Acknowledged", Acknowledged{}},
    {"NotAcknowledged", NotAcknowledged{}},
    {"RefusedByPeer", RefusedByPeer{final_refusal}},
    {"RefusedByPeer (repeatable)", RefusedByPeer{repeatable_refusal}},
    {"ConnectionLost", ConnectionLost{}},
    {"OwnFailure", OwnFailure{Code::token_used, ""}},
    {"DeadlinePassed", DeadlinePassed{}},
    {"SessionDeadlinePassed", SessionDeadlinePassed{}},
    {"ShutDown", ShutDown{}},
};

std::string text_of(Code code) { return code == final_refusal.code ? "its code" : std::string{to_text(code)}; }

std::string details_of(const Connecting& state) { return state.database ? " (database)" : ""; }
std::string details_of(const Rejected& state) { return " " + text_of(state.code); }
std::string details_of(const Failed& state) { return " " + text_of(state.code); }
std::string details_of(const TimedOut& state) { return " in " + std::string{to_text(state.in)}; }
std::string details_of(const auto&) { return ""; }

std::string described(const State& state) {
    const auto details = std::visit([](const auto& one) { return details_of(one); }, state);
    return std::string{to_text(name_of(state))} + details;
}

std::string expected(const std::string& cell, const State& from) {
    if (cell == "=") return described(from);
    return cell == "!" ? "FAILED internal" : cell;
}

const StateTables& tables() {
    static const auto read = test::read_state_tables(source_dir() / "docs/states/dialer.md");
    return read;
}

TEST(DialerTableTest, every_state_meets_every_event_as_documented) {
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

TEST(DialerTableTest, the_document_and_this_test_know_every_state_and_event_of_the_program) {
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

TEST(DialerTableTest, the_table_of_states_says_where_each_leads) {
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

TEST(DialerTableTest, the_table_of_states_says_effect_and_time) {
    constexpr std::array effects{
        "connect",       "send_contact",        "read_response", "validate_response", "provision_database",
        "send_database", "read_acknowledgement"};
    const DialerTimeouts timeouts;
    const std::map<std::string, std::optional<Duration>> times{{"wait + connect", timeouts.connect},
                                                               {"step", timeouts.step},
                                                               {"response", timeouts.response},
                                                               {"provisioning", timeouts.provision_unknown * 9 / 10},
                                                               {"none", std::nullopt}};
    for (const auto& [name, state] : states) {
        const auto& row = tables().states.at(test::base_name(name));
        const auto effect = effect_of(state);
        EXPECT_EQ(row.effect, effect ? effects[static_cast<std::size_t>(*effect)] : "none") << name;
        EXPECT_EQ(time_allowed(state, timeouts).has_value(), !is_terminal(name_of(state))) << name;
        EXPECT_EQ(time_allowed(state, timeouts), times.at(row.time)) << name;
    }
}

} // namespace
} // namespace taleus::protocol::dialer
