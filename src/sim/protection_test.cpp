// Protection: rates, breakers and the limit on work, as both sides of a bootstrap meet them. A dependency that
// misbehaves costs only its own sessions; peers' faults cost nobody anything.

#include "async/sleep.hpp"
#include "sim/testing.hpp"

#include <cstdlib>
#include <stdexcept>

namespace taleus::sim {
namespace {

using namespace testing;
using guard::BreakerState;
using Mood = SimulatedProvisioner::Mood;

// A verifier with a will of its own.
class MoodyVerifier final : public ports::IdentityHook {
public:
    enum class Will : std::uint8_t { accepts, refuses, hangs, throws, nonsense, slow };
    async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact, wire::PeerId) override {
        ++asked;
        const auto how = will;
        if (how == Will::throws) throw std::runtime_error{"simulated: the verifier threw"};
        const auto now = process->clock.now();
        if (how == Will::hangs) co_await async::sleep_until(process->clock, now + 1h);
        if (how == Will::slow) co_await async::sleep_until(process->clock, now + 3s);
        if (how == Will::nonsense) co_return fail(Code::dependency_unavailable, "no JSON");
        if (how == Will::refuses) co_return std::optional<std::string>{"unknown to us"};
        co_return std::optional<std::string>{};
    }
    Will will = Will::accepts;
    int asked = 0;
    Process* process = nullptr;
};

struct ProtectionTest : WorldTest {
    BreakerState provisioner() { return inviter.breakers().provisioner.state(now()); }
    BreakerState store() { return inviter.breakers().store.state(now()); }
    Instant now() { return inviter.process().clock.now(); }
    void expect_nothing_held() {
        world.run_dry();
        EXPECT_EQ(inviter.guards().scopes.size(), 0U);
        EXPECT_EQ(inviter.guards().work.in_use(), 0U);
        const auto counts = inviter.listener().counts();
        EXPECT_EQ(counts.streams + counts.tasks + counts.keys + counts.reserved + counts.seats + counts.waiting, 0U);
    }
    // A stranger of this name, as peer and as party.
    std::shared_ptr<Said> begin_as(const std::string& name, std::string text) {
        SeededRandom named{std::hash<std::string>{}(name)};
        auto said = std::make_shared<Said>();
        async::asio::co_spawn(respondent.process().executor(),
                              say_as(wire::PeerId::of(wire::KeyPair::generate(named).public_key()), respondent,
                                     world.network, inviter.address(), std::move(text)),
                              [said](const std::exception_ptr& failed, Reply reply) {
                                  if (failed) std::rethrow_exception(failed);
                                  said->reply = std::move(reply);
                              });
        return said;
    }
    // Contacts of strangers, all answered.
    std::vector<Reply> contacts(const wire::Link& link, int count, std::string_view name) {
        std::vector<std::shared_ptr<Said>> said;
        for (int i = 0; i < count; ++i) {
            const auto party = std::string{name} + std::to_string(i);
            said.push_back(begin_as(party, contact_text(link.token, party)));
        }
        world.run_until([&] { return std::ranges::all_of(said, [](const auto& one) { return !!one->reply; }); });
        std::vector<Reply> replies;
        for (const auto& one : said) replies.push_back(*one->reply);
        return replies;
    }
    // What every unhealthy provisioner must lead to: it is found out, refused at once and without a use, others go on,
    // and when it is well again a `join` that was told to wait ends well on both sides.
    void expect_only_its_own_sessions_pay(Mood mood, int calls) {
        const auto stock = world.invite(inviter, {.uses = std::nullopt});
        const auto foil = world.invite(inviter, {.role = wire::Role::foil, .uses = std::nullopt});
        inviter.provisioner().mood = mood;
        for (const auto& reply : contacts(stock, calls, "early")) EXPECT_NE(member(reply, "approved"), "true");
        if (mood == Mood::overruns) world.run_for(600ms); // to the ends of the leases
        EXPECT_EQ(provisioner(), BreakerState::open);
        const auto asked = inviter.provisioner().asked;
        const auto refused = tell(world.dialer("late"), contact_text(stock.token, "late"));
        EXPECT_EQ(member(refused, "code"), "dependency_unavailable");
        EXPECT_GT(std::stoi(member(refused, "retryAfterMs")), 0);
        EXPECT_LT(refused.took, 100ms);
        EXPECT_EQ(inviter.provisioner().asked, asked);
        EXPECT_EQ(store(), BreakerState::closed);
        const auto other = world.join(world.dialer("other"), foil);
        EXPECT_EQ(other.outcome, StateName::done);

        const auto joining = respondent.join(stock);
        world.run_for(200ms);
        EXPECT_FALSE(joining->result);
        inviter.provisioner().mood = Mood::makes;
        inviter.provisioner().delay = 5ms;
        world.run_until([&] { return joining->result.has_value(); });
        EXPECT_EQ(joining->result->outcome, StateName::done) << joining->result->reason;
        ASSERT_EQ(respondent.tallies().size(), 1U);
        EXPECT_EQ(inviter.tallies().size(), 2U);
        for (const auto* name : {"a", "b", "c"}) EXPECT_EQ(member(contacts(stock, 1, name)[0], "approved"), "true");
        EXPECT_EQ(provisioner(), BreakerState::closed);
        EXPECT_EQ(spent(stock), 4U);
        EXPECT_EQ(reserved(stock), 0U);
        expect_nothing_held();
    }
};

TEST_F(ProtectionTest, a_provisioner_that_hangs) { expect_only_its_own_sessions_pay(Mood::hangs, 5); }
TEST_F(ProtectionTest, a_provisioner_that_throws) { expect_only_its_own_sessions_pay(Mood::throws, 20); }
TEST_F(ProtectionTest, a_provisioner_that_fails) { expect_only_its_own_sessions_pay(Mood::fails, 20); }
TEST_F(ProtectionTest, a_provisioner_that_answers_nonsense) { expect_only_its_own_sessions_pay(Mood::nonsense, 20); }
TEST_F(ProtectionTest, a_provisioner_that_answers_late_and_heeds_nothing) {
    inviter.provisioner().delay = 20s;
    expect_only_its_own_sessions_pay(Mood::overruns, 5);
}

TEST_F(ProtectionTest, a_breaker_that_probes_a_provisioner_which_still_hangs_opens_again_and_never_sticks) {
    const auto stock = world.invite(inviter, {.uses = std::nullopt});
    inviter.provisioner().mood = Mood::hangs;
    contacts(stock, 5, "first");
    for (int round = 0; round < 4; ++round) {
        world.run_for(35s);
        EXPECT_NE(provisioner(), BreakerState::closed);
        contacts(stock, 4, "round" + std::to_string(round) + "-"); // three probe, one is refused
        EXPECT_EQ(provisioner(), BreakerState::open);
    }
    EXPECT_EQ(inviter.provisioner().asked, 5U + 4U * 3U);
    inviter.provisioner().mood = Mood::makes;
    world.run_for(40s);
    for (const auto& reply : contacts(stock, 3, "well")) EXPECT_EQ(member(reply, "approved"), "true");
    EXPECT_EQ(provisioner(), BreakerState::closed);
    expect_nothing_held();
}

struct VerifierTest : ::testing::TestWithParam<MoodyVerifier::Will> {};

TEST_P(VerifierTest, that_is_unwell_costs_only_its_own_sessions_and_is_asked_again_when_it_may_be_well) {
    MoodyVerifier verifier;
    World world;
    auto& inviter = world.add("anna");
    inviter.identity_hook = &verifier;
    inviter.boot();
    verifier.process = &inviter.process();
    inviter.serve();
    auto& respondent = world.dialer("bert");
    const auto external = world.invite(inviter, {.uses = std::nullopt, .requirement = protocol::Requirement::external});
    const auto plain = world.invite(inviter, {.uses = std::nullopt});
    const auto state = [&] { return inviter.breakers().identity.state(inviter.process().clock.now()); };
    verifier.will = GetParam();
    int answered = 0;
    SeededRandom chance{5};
    for (int i = 0; i < 20; ++i)
        async::asio::co_spawn(respondent.process().executor(),
                              say_as(wire::PeerId::of(wire::KeyPair::generate(chance).public_key()), respondent,
                                     world.network, inviter.address(),
                                     contact_text(external.token, "party-" + std::to_string(i))),
                              [&](const std::exception_ptr&, const Reply&) { ++answered; });
    world.run_until([&] { return answered == 20; });
    EXPECT_EQ(state(), BreakerState::open);
    const auto asked = verifier.asked;
    const auto refused =
        world.ask(respondent, say(respondent, inviter.address(), contact_text(external.token, "party-x")));
    EXPECT_EQ(member(refused, "code"), "dependency_unavailable");
    EXPECT_FALSE(member(refused, "retryAfterMs").empty());
    EXPECT_EQ(verifier.asked, asked);
    EXPECT_EQ(world.join(world.dialer("other"), plain).outcome, StateName::done);
    verifier.will = MoodyVerifier::Will::accepts;
    EXPECT_EQ(world.join(respondent, external).outcome, StateName::done); // waits as long as it is told to
    EXPECT_EQ(only_tally(respondent).tally, inviter.tallies().front().tally);
    EXPECT_EQ(inviter.usage(protocol::hash_of_token(external.token)).reserved, 0U);
    world.run_dry();
    EXPECT_EQ(inviter.guards().scopes.size(), 0U);
    EXPECT_EQ(inviter.guards().work.in_use(), 0U);
    check_trail(inviter);
    check_trail(respondent);
}
INSTANTIATE_TEST_SUITE_P(Ways, VerifierTest,
                         ::testing::Values(MoodyVerifier::Will::hangs, MoodyVerifier::Will::throws,
                                           MoodyVerifier::Will::nonsense, MoodyVerifier::Will::slow));

TEST_F(ProtectionTest, a_store_that_fails_opens_its_breaker_and_closes_it_when_it_works) {
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    inviter.journal().fail_next("look_up", 20);
    for (const auto& reply : contacts(link, 20, "p")) EXPECT_EQ(member(reply, "code"), "dependency_unavailable");
    EXPECT_EQ(store(), BreakerState::open);
    const auto refused = contact(link, "at-once");
    EXPECT_EQ(member(refused, "code"), "dependency_unavailable");
    const auto joining = respondent.join(link);
    world.run_until([&] { return joining->result.has_value(); });
    EXPECT_EQ(joining->result->outcome, StateName::done);
    contacts(link, 3, "well");
    EXPECT_EQ(store(), BreakerState::closed);
    EXPECT_EQ(only_tally(respondent).own_party, "party-bert");
    expect_nothing_held();
}

// It answers nothing for longer than any session may last.
TEST_F(ProtectionTest, a_store_that_hangs_costs_only_its_own_sessions_and_is_asked_again_when_it_may_be_well) {
    const auto link = world.invite(inviter, {.uses = std::nullopt});
    inviter.journal().stall();
    for (const auto& reply : contacts(link, 5, "p")) {
        EXPECT_FALSE(member(reply, "code").empty()) << reply.text;
        EXPECT_LT(reply.took, inviter.settings.listener.session + 1s);
    }
    EXPECT_EQ(store(), BreakerState::open);
    const auto refused = contact(link, "at-once");
    EXPECT_EQ(member(refused, "code"), "dependency_unavailable");
    EXPECT_GT(std::stoi(member(refused, "retryAfterMs")), 0);
    EXPECT_LT(refused.took, 100ms);

    const auto joining = respondent.join(link);
    world.run_for(200ms);
    EXPECT_FALSE(joining->result);
    inviter.journal().go_on();
    world.run_until([&] { return joining->result.has_value(); });
    EXPECT_EQ(joining->result->outcome, StateName::done) << joining->result->reason;
    contacts(link, 3, "well");
    EXPECT_EQ(store(), BreakerState::closed);
    EXPECT_EQ(provisioner(), BreakerState::closed);
    EXPECT_EQ(only_tally(respondent).own_party, "party-bert");
    EXPECT_EQ(reserved(link), 0U);
    expect_nothing_held();
    check_trail(inviter);
    check_trail(respondent);
}

// A register of tokens with a will of its own; those that begin with `known` it knows.
class MoodyRegister final : public ports::TokenHook {
public:
    enum class Will : std::uint8_t { answers, hangs, throws, nonsense, slow };
    async::awaitable<Result<std::optional<protocol::Invitation>>> find(std::string token, UtcTime now) override {
        using Answer = Result<std::optional<protocol::Invitation>>;
        ++asked;
        const auto how = will;
        if (how == Will::throws) throw std::runtime_error{"simulated: the register threw"};
        const auto began = process->clock.now();
        if (how == Will::hangs) co_await async::sleep_until(process->clock, began + 1h);
        if (how == Will::slow) co_await async::sleep_until(process->clock, began + 3s);
        if (how == Will::nonsense) co_return fail(Code::dependency_unavailable, "no JSON");
        if (!token.starts_with("known")) co_return Answer{std::nullopt};
        co_return Answer{protocol::Invitation{.token = protocol::hash_of_token(token),
                                              .role = wire::Role::stock,
                                              .created = now,
                                              .expiry = now + 1h,
                                              .uses = std::nullopt,
                                              .per_peer = std::nullopt,
                                              .requirement = protocol::Requirement::any,
                                              .label = "from outside",
                                              .revoked = std::nullopt}};
    }
    Will will = Will::answers;
    int asked = 0;
    Process* process = nullptr;
};

struct RegisterTest : ::testing::TestWithParam<MoodyRegister::Will> {};

TEST_P(RegisterTest, that_is_unwell_costs_only_its_own_sessions_and_is_asked_again_when_it_may_be_well) {
    MoodyRegister tokens;
    World world;
    auto& inviter = world.add("anna");
    inviter.token_hook = &tokens;
    inviter.boot();
    tokens.process = &inviter.process();
    inviter.serve();
    auto& respondent = world.dialer("bert");
    const auto own = world.invite(inviter, {.uses = std::nullopt});
    const auto state = [&] { return inviter.breakers().identity.state(inviter.process().clock.now()); };
    tokens.will = GetParam();
    int answered = 0;
    SeededRandom chance{5};
    for (int i = 0; i < 20; ++i)
        async::asio::co_spawn(respondent.process().executor(),
                              say_as(wire::PeerId::of(wire::KeyPair::generate(chance).public_key()), respondent,
                                     world.network, inviter.address(),
                                     contact_text("known-" + std::to_string(i), "party-" + std::to_string(i))),
                              [&](const std::exception_ptr&, const Reply&) { ++answered; });
    world.run_until([&] { return answered == 20; });
    EXPECT_EQ(state(), BreakerState::open);
    const auto asked = tokens.asked;
    const auto refused = world.ask(respondent, say(respondent, inviter.address(), contact_text("known-x", "party-x")));
    EXPECT_EQ(member(refused, "code"), "dependency_unavailable");
    EXPECT_FALSE(member(refused, "retryAfterMs").empty());
    EXPECT_EQ(tokens.asked, asked);
    EXPECT_EQ(world.join(world.dialer("other"), own).outcome, StateName::done);

    tokens.will = MoodyRegister::Will::answers;
    auto outside = own;
    outside.token = "known-at-last";
    EXPECT_EQ(world.join(respondent, outside).outcome, StateName::done);      // waits as long as it is told to
    EXPECT_EQ(only_tally(respondent).tally, inviter.tallies().front().tally); // the newest is first
    EXPECT_EQ(inviter.usage(protocol::hash_of_token(outside.token)).spent, 1U);
    EXPECT_EQ(inviter.usage(protocol::hash_of_token(outside.token)).reserved, 0U);
    world.run_dry();
    EXPECT_EQ(inviter.guards().scopes.size(), 0U);
    EXPECT_EQ(inviter.guards().work.in_use(), 0U);
    check_trail(inviter);
    check_trail(respondent);
}
INSTANTIATE_TEST_SUITE_P(Ways, RegisterTest,
                         ::testing::Values(MoodyRegister::Will::hangs, MoodyRegister::Will::throws,
                                           MoodyRegister::Will::nonsense, MoodyRegister::Will::slow));

TEST_F(ProtectionTest, faults_of_peers_open_no_breaker) {
    const auto used = world.invite(inviter);
    const auto proof = world.invite(inviter, {.uses = std::nullopt, .requirement = protocol::Requirement::proof});
    EXPECT_EQ(member(contact(used, "first"), "approved"), "true");
    for (int i = 0; i < 100; ++i) {
        tell("junk");
        tell(contact_text("no such token", "p"));
        contact(used, "second");
        contact(proof, "nobody");
        tell(contact_text(used.token, "third"), Manner::leaves);
    }
    for (auto* breaker : {&inviter.breakers().store, &inviter.breakers().identity, &inviter.breakers().provisioner}) {
        const auto counts = breaker->counts(now());
        EXPECT_EQ(counts.state, BreakerState::closed);
        EXPECT_EQ(counts.results[static_cast<std::size_t>(guard::CallResult::failed)], 0U);
    }
    expect_nothing_held();
}

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
    std::vector<std::shared_ptr<Said>> results;
    for (std::size_t i = 0; i < waiting.size(); ++i)
        results.push_back(begin(*waiting[i], database_text("t" + std::to_string(i), "e", sessions[i])));
    inviter.journal().set_delay(1ms, 2ms);
    world.run_until([&] { return std::ranges::all_of(results, [](const auto& one) { return !!one->reply; }); });
    for (const auto& one : results) EXPECT_EQ(member(*one->reply, "accepted"), "true") << one->reply->text;
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
                              say_as(peer, respondent, world.network, inviter.address(),
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
