// Many at once: limits are exact, nobody pays for another, and everything is given back.

#include "sim/testing.hpp"

#include <algorithm>

namespace taleus::sim {
namespace {

using namespace testing;

struct LoadTest : WorldTest {
    std::size_t streams() { return inviter.listener().counts().streams; }
};

TEST_F(LoadTest, two_thousand_sessions_in_one_world_all_end_done) {
    inviter.settings.limits.sessions = 3000;
    inviter.settings.limits.sessions_per_token = 3000;
    inviter.settings.limits.sessions_per_peer = 3000;
    inviter.settings.limits.sessions_per_address = 3000;
    inviter.settings.work.initial = 3000;
    inviter.apply();
    const auto stock = world.invite(inviter, {.uses = std::nullopt});
    std::vector<Node*> peers;
    for (int i = 0; i < 20; ++i) peers.push_back(&world.dialer("peer-" + std::to_string(i)));
    std::vector<std::shared_ptr<Said>> said;
    for (int i = 0; i < 2000; ++i)
        said.push_back(begin(*peers[static_cast<std::size_t>(i) % peers.size()],
                             contact_text(stock.token, "party-" + std::to_string(i))));
    inviter.journal().set_delay(1us, 50us);
    world.run_until([&] { return std::ranges::all_of(said, [](const auto& one) { return one->reply.has_value(); }); });
    for (const auto& one : said) ASSERT_EQ(member(*one->reply, "approved"), "true") << one->reply->text;
    world.run_dry();
    EXPECT_EQ(inviter.tallies().size(), 2000U);
    EXPECT_EQ(spent(stock), 2000U);
    const auto counts = inviter.listener().counts();
    EXPECT_EQ(counts.streams + counts.tasks + counts.keys + counts.reserved + counts.seats + counts.waiting, 0U);
}

TEST_F(LoadTest, a_full_listener_says_so_in_the_published_words_and_serves_what_is_half_done) {
    inviter.settings.limits.sessions = 5;
    inviter.settings.limits.reserved = 4; // half of it for peers without a session that waits
    inviter.apply();
    const auto link = world.invite(inviter, {.uses = 2});
    const auto done = contact(link, "party-1");
    std::vector<std::shared_ptr<Said>> silent;
    for (int i = 0; i < 5; ++i)
        silent.push_back(begin(world.dialer("mute-" + std::to_string(i)), "{", Manner::unfinished));
    world.run_for(50ms);
    EXPECT_EQ(streams(), 5U);
    const auto refused = contact(link, "party-2");
    EXPECT_EQ(member(refused, "reason"), "Service temporarily unavailable - too many concurrent sessions");
    EXPECT_EQ(member(refused, "code"), "overloaded");
    EXPECT_FALSE(member(refused, "retryAfterMs").empty());
    EXPECT_EQ(contact(link, "party-1").text, done.text);
    // Beyond the reserved share nothing is read any more.
    auto& carl = world.dialer("carl");
    const auto more = begin(carl, "{", Manner::unfinished);
    const auto most = begin(world.dialer("dora"), "{", Manner::unfinished);
    world.run_for(50ms);
    EXPECT_EQ(streams(), 7U);
    EXPECT_EQ(member(contact(link, "party-1"), "code"), "overloaded");
    world.run_for(6s);
    EXPECT_EQ(streams(), 0U);
    EXPECT_EQ(member(contact(link, "party-2"), "approved"), "true");
}

TEST_F(LoadTest, one_peer_can_only_fill_its_own_share) {
    inviter.settings.limits.sessions_per_peer = 3;
    inviter.apply();
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    std::vector<std::shared_ptr<Said>> silent;
    for (int i = 0; i < 10; ++i) silent.push_back(begin(respondent, "{", Manner::unfinished));
    world.run_for(1s);
    EXPECT_EQ(streams(), 4U); // three, and one that may only go on with something
    EXPECT_EQ(std::ranges::count_if(silent, [](const auto& one) { return one->reply.has_value(); }), 6);
    EXPECT_EQ(member(contact(link), "code"), "overloaded");
    EXPECT_EQ(member(tell(world.dialer("carl"), contact_text(link.token, "party-c")), "approved"), "true");
}

TEST_F(LoadTest, slow_peers_do_not_slow_honest_ones) {
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    std::vector<std::shared_ptr<Said>> slow;
    for (int i = 0; i < 20; ++i) {
        auto& node = world.dialer("slow-" + std::to_string(i));
        for (int k = 0; k < 10; ++k) slow.push_back(begin(node, contact_text(link.token, "party-slow"), Manner::slow));
    }
    world.run_for(100ms);
    EXPECT_EQ(streams(), 200U);
    for (int i = 0; i < 10; ++i) EXPECT_LT(contact(link, "party-" + std::to_string(i)).took, 100ms);
    world.run_for(6s);
    EXPECT_EQ(streams(), 0U);
}

TEST_F(LoadTest, refusals_under_flood_are_counted_and_the_counts_add_up) {
    constexpr std::size_t all = 1000;
    std::vector<std::shared_ptr<Said>> said;
    for (std::size_t i = 0; i < all; ++i) said.push_back(begin(respondent, "junk"));
    world.run_dry();
    std::uint64_t counted = 0;
    for (const auto& record : inviter.audit())
        if (record.kind == "summary")
            for (const auto& one : record.body) counted += one.value().to_number<std::uint64_t>();
    EXPECT_GT(counted, 0U);
    EXPECT_EQ(counted + count(inviter, "refused"), all);
    EXPECT_LT(count(inviter, "refused"), 300U);
}

TEST_F(LoadTest, an_exception_in_one_session_is_nobody_elses) {
    const auto good = world.invite(inviter, {.uses = std::nullopt});
    const auto bad = world.invite(inviter);
    inviter.provisioner().mood = SimulatedProvisioner::Mood::throws;
    const auto failing = begin(respondent, contact_text(bad.token, "party-bad"));
    world.run_until([&] { return failing->reply.has_value(); });
    inviter.provisioner().mood = SimulatedProvisioner::Mood::makes;
    EXPECT_NE(member(*failing->reply, "approved"), "true");
    EXPECT_EQ(member(contact(good), "approved"), "true");
}

struct Tally final : session::Observer {
    std::map<std::string, int> ends;
    int moves = 0;
    int joins = 0;
    int away = 0;
    void moved(const session::Move&) override { ++moves; }
    void ended(const session::Ending& ending) override {
        ++ends[std::string{protocol::outcome_text(ending.outcome)} + (ending.session_id.empty() ? " stream" : "")];
    }
    void resumed(std::string_view /*session_id*/) override {}
    void left(std::string_view /*session_id*/) override {}
    void joined() override { ++joins; }
    void turned_away(Code) override { ++away; }
};

TEST(ObserverTest, is_told_of_every_end) {
    Tally seen;
    World world;
    auto& inviter = world.add("anna");
    inviter.observer = &seen;
    inviter.boot();
    inviter.serve();
    auto& respondent = world.dialer("bert");
    world.join(respondent, world.invite(inviter));
    world.join(respondent, world.invite(inviter, {.role = wire::Role::foil}));
    world.join(respondent, world.invite(inviter, {.requirement = protocol::Requirement::proof}));
    world.ask(respondent, say(respondent, inviter.address(), "junk"));
    world.run_dry();
    EXPECT_EQ(seen.ends, (std::map<std::string, int>{{"done", 2}, {"rejected", 1}, {"rejected stream", 1}}));
    EXPECT_GT(seen.moves, 10);
}

} // namespace
} // namespace taleus::sim
