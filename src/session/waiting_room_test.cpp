#include "async/manual_clock_test.hpp"
#include "session/waiting_room.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace taleus::session {
namespace {

using namespace std::chrono_literals;
using protocol::StateName;

struct WaitingRoomTest : testing::Test {
    async::asio::io_context context;
    async::ManualClock clock;
    std::vector<ports::Session> told; // that they wait
    std::vector<ports::Session> over;
    WaitingRoom room{clock, context.get_executor(), [this](WaitingRoom::Over one) { over.push_back(one.session); },
                     [this](ports::Session one, ports::Trail) { told.push_back(std::move(one)); }};
    ports::Session session;

    WaitingRoomTest() {
        session.id = "s1";
        session.state = StateName::sending_response;
        session.epoch = 1;
    }
    void add() { room.add(session, {}, clock.now() + 20s, false); }
    static ports::Trail sent() { // the arrow to AWAITING_DATABASE
        return {.session_id = "s1",
                .token_id = {},
                .transitions = {{.at = {},
                                 .from = StateName::sending_response,
                                 .to = StateName::awaiting_database,
                                 .cause = "ResponseSent"}},
                .audit = {}};
    }
};

TEST_F(WaitingRoomTest, that_a_session_waits_is_written_after_a_while) {
    add();
    room.settle("s1", true, sent());
    clock.advance(99ms);
    EXPECT_TRUE(told.empty());
    clock.advance(1ms);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].state, StateName::sending_response);
    EXPECT_TRUE(told[0].delivered);
    room.written("s1", true);
    clock.advance(20s);
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].state, StateName::awaiting_database);
}

// Found in review: a sister node had it meanwhile, and when its response was sent it was set back to SENDING_RESPONSE,
// which its row said no more: every database that came for it was lost, and its wait ended TIMED_OUT.
TEST_F(WaitingRoomTest, one_that_was_renewed_before_its_response_was_sent_goes_on_by_its_row) {
    add();
    auto stored = session;
    stored.state = StateName::awaiting_database;
    stored.epoch = 3;
    ASSERT_TRUE(room.renew(stored));
    clock.advance(1s);
    room.settle("s1", true, sent());
    {
        auto claim = room.claim("s1", {});
        ASSERT_NE(claim.known(), nullptr);
        EXPECT_EQ(claim.known()->state, StateName::awaiting_database);
        EXPECT_EQ(claim.known()->epoch, 3U);
        EXPECT_TRUE(claim.known()->delivered);
        EXPECT_EQ(claim.since(), clock.now());
        EXPECT_TRUE(claim.take_unwritten().empty());
    }
    clock.advance(1s);
    EXPECT_TRUE(told.empty());
    clock.advance(20s);
    ASSERT_EQ(over.size(), 1U) << "it was settled";
    EXPECT_EQ(over[0].epoch, 3U);
}

} // namespace
} // namespace taleus::session
