#include "protocol/dialer.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace taleus::protocol::dialer {
namespace {

using std::chrono::milliseconds;

State after(State state, std::initializer_list<Event> events) {
    for (const auto& event : events) state = step(std::move(state), event);
    return state;
}

Database database_of(std::string tally_id) {
    Database database;
    database.provisioned.tally.tally_id = std::move(tally_id);
    database.session_id = "s";
    return database;
}

TEST(DialerTest, a_stock_join_ends_with_what_the_listener_made) {
    StockAccepted accepted;
    accepted.provisioned.tally.tally_id = "t";
    accepted.session_id = "s";
    accepted.draft_verified = true;
    const auto end =
        after(Connecting{}, {Connected{}, ContactSent{}, ResponseRead{wire::Approved{}}, std::move(accepted)});
    const auto& done = std::get<Done>(end);
    EXPECT_EQ(done.provisioned.tally.tally_id, "t");
    EXPECT_EQ(done.session_id, "s");
    EXPECT_TRUE(done.draft_verified);
    EXPECT_FALSE(done.acknowledged);
}

TEST(DialerTest, a_foil_join_ends_with_what_it_made_and_how_it_was_received) {
    for (const bool acknowledged : {true, false}) {
        const auto end = after(Connecting{}, {Connected{}, ContactSent{}, ResponseRead{wire::Approved{}},
                                              FoilAccepted{}, Provisioned{database_of("t")}, DatabaseSent{},
                                              Acknowledged{acknowledged, acknowledged}});
        const auto& done = std::get<Done>(end);
        EXPECT_EQ(done.provisioned.tally.tally_id, "t");
        EXPECT_EQ(done.session_id, "s");
        EXPECT_EQ(done.acknowledged, acknowledged);
        EXPECT_EQ(done.draft_verified, acknowledged);
    }
}

TEST(DialerTest, a_database_survives_every_repetition) {
    State state = SendingDatabase{database_of("t"), 0};
    const wire::Refusal busy{"busy", Code::overloaded, milliseconds{200}};
    state = after(std::move(state), {ConnectionLost{}, Connected{}, RefusedByPeer{busy}, Connected{}, DatabaseSent{},
                                     RefusedByPeer{busy}, Connected{}, DatabaseSent{}, ConnectionLost{}});
    const auto& connecting = std::get<Connecting>(state);
    EXPECT_EQ(connecting.database->provisioned.tally.tally_id, "t");
    EXPECT_EQ(connecting.attempt, 4U);
    EXPECT_EQ(connecting.wait, milliseconds{800});
}

TEST(DialerTest, attempts_are_counted_through_all_states) {
    State state = Connecting{};
    for (unsigned round = 1; round <= 3; ++round) {
        state = after(std::move(state), {Connected{}, ContactSent{}, ConnectionLost{}});
        EXPECT_EQ(std::get<Connecting>(state).attempt, round);
        EXPECT_EQ(std::get<Connecting>(state).wait, backoff(round, std::nullopt));
    }
    state = after(std::move(state), {Connected{}, ContactSent{}, ResponseRead{wire::Approved{}}, FoilAccepted{},
                                     Provisioned{}, DatabaseSent{}, ConnectionLost{}});
    EXPECT_EQ(std::get<Connecting>(state).attempt, 4U);
}

TEST(DialerTest, exactly_the_repeatable_codes_are_repeated_after_in_both_forms) {
    for (std::size_t i = 0; i < code_texts.size(); ++i) {
        const auto code = static_cast<Code>(i);
        const wire::Refusal refusal{"why", code, milliseconds{5'000}};
        for (const auto& state : {step(AwaitingResponse{2}, ResponseRead{refusal}),
                                  step(AwaitingAcknowledgement{{}, 2}, RefusedByPeer{refusal})}) {
            if (is_repeatable(code)) {
                EXPECT_EQ(std::get<Connecting>(state).wait, milliseconds{5'000}) << to_text(code);
                EXPECT_EQ(std::get<Connecting>(state).attempt, 3U) << to_text(code);
            } else {
                EXPECT_EQ(std::get<Rejected>(state).code, code);
                EXPECT_EQ(std::get<Rejected>(state).reason, "why");
            }
        }
    }
}

TEST(DialerTest, a_refusal_of_a_field_peer_without_code_is_judged_by_its_reason) {
    const wire::Refusal full{"Service temporarily unavailable - too many concurrent sessions", {}, {}};
    const auto repeated = step(AwaitingResponse{}, ResponseRead{full});
    EXPECT_EQ(std::get<Connecting>(repeated).wait, milliseconds{100});
    const wire::Refusal token{"Invalid token", {}, {}};
    EXPECT_EQ(std::get<Rejected>(step(AwaitingResponse{}, ResponseRead{token})).code, Code::invalid_token);
}

TEST(DialerTest, a_database_made_before_is_told_at_once) {
    const auto state = step(ValidatingResponse{{}, 1}, Provisioned{database_of("t")});
    EXPECT_EQ(std::get<SendingDatabase>(state).database.provisioned.tally.tally_id, "t");
    EXPECT_EQ(std::get<SendingDatabase>(state).attempt, 1U);
    EXPECT_EQ(time_allowed(state, {}), DialerTimeouts{}.step);
}

TEST(DialerTest, provisioning_ends_before_the_listener_stops_waiting) {
    ProvisioningDatabase state;
    state.approved.expires_in = milliseconds{20'000};
    EXPECT_EQ(time_allowed(state, {}), std::chrono::seconds{18});
    state.approved.expires_in = milliseconds{500};
    EXPECT_EQ(time_allowed(state, {}), Duration::zero());
    state.approved.expires_in = std::nullopt;
    EXPECT_LT(time_allowed(state, {}), DialerTimeouts{}.provision_unknown);
}

TEST(DialerTest, the_wait_before_an_attempt_is_part_of_its_time) {
    const Connecting state{std::nullopt, milliseconds{30'000}, 9};
    EXPECT_EQ(time_allowed(state, {}), std::chrono::seconds{40});
}

TEST(DialerTest, backoff_doubles_within_its_bounds) {
    EXPECT_EQ(backoff(1, std::nullopt), milliseconds{100});
    EXPECT_EQ(backoff(2, std::nullopt), milliseconds{200});
    EXPECT_EQ(backoff(9, std::nullopt), milliseconds{25'600});
    auto last = milliseconds{0};
    for (const unsigned attempt : {0U, 1U, 2U, 3U, 8U, 9U, 10U, 11U, 64U, 1'000'000U, 0xffffffffU}) {
        const auto wait = backoff(attempt, std::nullopt);
        EXPECT_GE(wait, last) << attempt;
        EXPECT_LE(wait, milliseconds{30'000}) << attempt;
        last = wait;
    }
    EXPECT_EQ(last, milliseconds{30'000});
}

TEST(DialerTest, what_the_listener_asks_for_is_kept_within_bounds) {
    EXPECT_EQ(backoff(5, milliseconds{0}), milliseconds{50});
    EXPECT_EQ(backoff(5, milliseconds{50}), milliseconds{50});
    EXPECT_EQ(backoff(5, milliseconds{1'500}), milliseconds{1'500});
    EXPECT_EQ(backoff(5, milliseconds{86'400'000}), milliseconds{30'000});
}

} // namespace
} // namespace taleus::protocol::dialer
