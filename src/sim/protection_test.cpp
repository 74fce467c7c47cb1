// Protection: limits, rates and the limit on work, as both sides of a bootstrap meet them.

#include "sim/protection_test.hpp"

#include <cstdlib>

namespace taleus::sim {
namespace {

using namespace testing;
using guard::BreakerState;

TEST_F(ProtectionTest, a_peer_that_is_too_fast_is_told_when_to_come_back_on_any_connection_and_others_are_served) {
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    inviter.settings.rates[static_cast<std::size_t>(guard::Stage::peer)].contacts = {.per_second = 2, .burst = 3};
    inviter.apply();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(member(contact(link, "party-" + std::to_string(i)), "approved"), "true");
    for (int i = 0; i < 20; ++i) { // each on a connection of its own
        const auto refused = contact(link, "party-9");
        EXPECT_EQ(member(refused, "code"), "rate_limited");
        EXPECT_LE(std::stoi(member(refused, "retryAfterMs")), 500);
    }
    EXPECT_EQ(member(tell(world.dialer("carl"), contact_text(link.token, "c")), "approved"), "true");
    const auto joined = world.join(respondent, link); // honours retryAfterMs
    EXPECT_EQ(joined.outcome, StateName::done);
    EXPECT_EQ(only_tally(respondent).tally.tally_id, joined.tally->tally_id);
    expect_nothing_held();
}

TEST_F(ProtectionTest, a_token_that_is_presented_too_fast_takes_no_use) {
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    const auto other = world.invite(inviter, {.uses = std::nullopt});
    inviter.settings.rates[static_cast<std::size_t>(guard::Stage::token)].contacts = {.per_second = 1, .burst = 2};
    inviter.apply();
    int approved = 0;
    for (const auto& reply : contacts(link, 10, "p")) approved += member(reply, "approved") == "true" ? 1 : 0;
    EXPECT_EQ(approved, 2);
    EXPECT_EQ(spent(link), 2U);
    EXPECT_EQ(reserved(link), 0U);
    EXPECT_EQ(member(contact(other), "approved"), "true");
    expect_nothing_held();
}

TEST_F(ProtectionTest, bytes_are_charged_at_their_worst_before_they_are_read_and_given_back_when_they_were_fewer) {
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    auto& rates = inviter.settings.rates[static_cast<std::size_t>(guard::Stage::address)];
    rates.bytes = {.per_second = 1, .burst = inviter.settings.limits.message_bytes + 1000};
    inviter.apply();
    const auto silent = begin(respondent, "{", Manner::unfinished);
    world.run_for(20ms);
    EXPECT_EQ(member(contact(link), "code"), "rate_limited"); // no room for the worst case of two
    world.run_until([&] { return silent->reply.has_value(); });
    // Found in review: of one that never brought its message the whole charge was kept.
    EXPECT_EQ(member(contact(link), "approved"), "true");
    auto& carl = world.dialer("carl");
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(member(tell(carl, contact_text(link.token, "c" + std::to_string(i))), "approved"), "true");
    expect_nothing_held();
}

TEST_F(ProtectionTest, memory_is_reserved_before_it_is_used_and_the_budget_is_exact) {
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    inviter.settings.limits.memory = 3 * inviter.settings.limits.session_bytes();
    inviter.apply();
    std::vector<std::shared_ptr<Said>> silent;
    for (int i = 0; i < 5; ++i)
        silent.push_back(begin(world.dialer("mute-" + std::to_string(i)), "{", Manner::unfinished));
    world.run_for(50ms);
    const auto held = inviter.guards().scopes.held(guard::Kind::process);
    EXPECT_EQ(held.sessions, 3U);
    EXPECT_EQ(held.bytes, inviter.settings.limits.memory);
    EXPECT_EQ(member(contact(link), "code"), "overloaded");
    world.run_for(7s);
    EXPECT_EQ(member(contact(link), "approved"), "true");
    expect_nothing_held();
}

// More is asked than may be under way, while a store is slow: what is new is shed, what is half done is served.
TEST_F(ProtectionTest, overload_sheds_what_is_new_and_serves_what_is_half_done) {
    const auto foil = world.invite(inviter, {.role = wire::Role::foil, .uses = std::nullopt});
    const auto stock = world.invite(inviter, {.uses = std::nullopt});
    std::vector<std::string> sessions;
    std::vector<Node*> waiting;
    for (int i = 0; i < 3; ++i) { // as many as the share holds beside those who are looked up
        waiting.push_back(&world.dialer("waits-" + std::to_string(i)));
        const auto reply = tell(*waiting.back(), contact_text(foil.token, waiting.back()->name()));
        sessions.push_back(member(reply, "sessionId"));
    }
    const auto done = contact(stock, "before");
    inviter.settings.work.initial = 20;
    inviter.settings.work.max = 20;
    inviter.apply();
    inviter.journal().set_delay(20ms, 30ms);
    std::vector<std::shared_ptr<Said>> said;
    for (int i = 0; i < 100; ++i) {
        const auto name = "new-" + std::to_string(i);
        said.push_back(begin_as(name, contact_text(stock.token, name)));
    }
    world.run_for(20ms);
    EXPECT_LE(inviter.guards().work.in_use(), 20U + 2U);
    // A retry among them, when nobody else is looked up any more: its key was decided here of late.
    const auto retried = begin(respondent, contact_text(stock.token, "before"));
    std::vector<std::shared_ptr<Said>> results;
    for (std::size_t i = 0; i < waiting.size(); ++i)
        results.push_back(begin(*waiting[i], database_text("t" + std::to_string(i), "e", sessions[i])));
    inviter.journal().set_delay(1ms, 2ms);
    world.run_until([&] { return std::ranges::all_of(results, [](const auto& one) { return !!one->reply; }); });
    for (const auto& one : results) EXPECT_EQ(member(*one->reply, "accepted"), "true") << one->reply->text;
    world.run_until([&] { return retried->reply.has_value(); });
    EXPECT_EQ(retried->reply->text, done.text);
    EXPECT_EQ(contact(stock, "before").text, done.text);
    world.run_until([&] { return std::ranges::all_of(said, [](const auto& one) { return !!one->reply; }); });
    std::size_t shed = 0;
    for (const auto& one : said) {
        const bool is_shed = member(*one->reply, "code") == "overloaded";
        EXPECT_TRUE(is_shed || member(*one->reply, "approved") == "true") << one->reply->text;
        EXPECT_EQ(is_shed, !member(*one->reply, "retryAfterMs").empty());
        shed += is_shed ? 1 : 0;
    }
    EXPECT_GE(shed, 70U);
    world.run_for(5s);
    const auto counts = inviter.guards().work.counts(now());
    EXPECT_EQ(counts.limit, 20U);
    EXPECT_EQ(counts.shed[static_cast<std::size_t>(guard::Work::half_done)], 0U);
    EXPECT_EQ(counts.shed[0] + counts.shed[1], shed); // each once, whatever it was tried as
    expect_nothing_held();
}

// TALEUS_FLOOD=1000000 is the long form. Each from a peer of its own, on a connection of its own, with junk or a token
// that nobody made.
TEST_F(ProtectionTest, a_flood_of_strangers_leaves_nothing_behind) {
    const char* number = std::getenv("TALEUS_FLOOD");
    const std::size_t all = number != nullptr ? std::strtoull(number, nullptr, 10) : 5000;
    inviter.settings.rates[static_cast<std::size_t>(guard::Stage::global)].contacts = {.per_second = 2000,
                                                                                       .burst = 2000};
    inviter.apply();
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    SeededRandom chance{11};
    std::size_t done = 0;
    const auto began = now();
    for (std::size_t i = 0; i < all; ++i) {
        const auto peer = wire::PeerId::of(wire::KeyPair::generate(chance).public_key());
        async::asio::co_spawn(respondent.process().executor(),
                              say_as(peer, respondent.process(), world.network, inviter.address(),
                                     i % 2 == 0 ? "junk" : contact_text("nobody made it", "p")),
                              [&](const std::exception_ptr& failed, Reply) {
                                  if (failed) std::rethrow_exception(failed);
                                  ++done;
                              });
        if (i % 50 == 49) world.run_for(5ms);
    }
    world.run_until([&] { return done == all; });
    const auto seconds = std::chrono::duration<double>(now() - began).count();
    EXPECT_EQ(member(contact(link), "approved"), "true");
    const auto records = inviter.audit().size();
    EXPECT_LT(static_cast<double>(records), 2 * 256 + 30 * (seconds + 60)) << "the trail grows with the flood";
    for (auto* breaker : {&inviter.breakers().store, &inviter.breakers().identity, &inviter.breakers().provisioner})
        EXPECT_EQ(breaker->state(now()), BreakerState::closed);
    expect_nothing_held();
}

} // namespace
} // namespace taleus::sim
