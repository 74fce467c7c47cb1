// Dependencies that are unwell, as both sides of a bootstrap meet them: one that misbehaves costs only its own
// sessions, is refused at once while it does, and is asked again when it may be well; peers' faults open no breaker.

#include "async/sleep.hpp"
#include "sim/protection_test.hpp"

#include <concepts>
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
    async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact, wire::PeerId, ports::Call) override {
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

struct BreakersTest : ProtectionTest {
    BreakerState provisioner() { return inviter.breakers().provisioner.state(now()); }
    BreakerState store() { return inviter.breakers().store.state(now()); }
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

TEST_F(BreakersTest, a_provisioner_that_hangs) { expect_only_its_own_sessions_pay(Mood::hangs, 5); }
TEST_F(BreakersTest, a_provisioner_that_throws) { expect_only_its_own_sessions_pay(Mood::throws, 20); }
TEST_F(BreakersTest, a_provisioner_that_fails) { expect_only_its_own_sessions_pay(Mood::fails, 20); }
TEST_F(BreakersTest, a_provisioner_that_answers_nonsense) { expect_only_its_own_sessions_pay(Mood::nonsense, 20); }
TEST_F(BreakersTest, a_provisioner_that_answers_late_and_heeds_nothing) {
    inviter.provisioner().delay = 20s;
    expect_only_its_own_sessions_pay(Mood::overruns, 5);
}

TEST_F(BreakersTest, a_breaker_that_probes_a_provisioner_which_still_hangs_opens_again_and_never_sticks) {
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

// An inviter that asks a hook of ours, and who comes to it.
struct Hooked {
    template <class Hook, class Port> Hooked(Hook& hook, Port* Node::* place) {
        inviter.*place = &hook;
        inviter.boot();
        hook.process = &inviter.process();
        inviter.serve();
    }
    BreakerState state() { return inviter.breakers().identity.state(inviter.process().clock.now()); }
    // Contacts of twenty strangers, by these tokens, all answered: then the hook is found out, and not asked any more.
    template <class Hook, std::invocable<int> TokenOf> void expect_found_out(const Hook& hook, TokenOf token_of) {
        int answered = 0;
        SeededRandom chance{5};
        for (int i = 0; i < 20; ++i)
            async::asio::co_spawn(respondent.process().executor(),
                                  say_as(wire::PeerId::of(wire::KeyPair::generate(chance).public_key()),
                                         respondent.process(), world.network, inviter.address(),
                                         contact_text(token_of(i), "party-" + std::to_string(i))),
                                  [&](const std::exception_ptr&, const Reply&) { ++answered; });
        world.run_until([&] { return answered == 20; });
        EXPECT_EQ(state(), BreakerState::open);
        const auto asked = hook.asked;
        const auto refused =
            world.ask(respondent, say(respondent, inviter.address(), contact_text(token_of(20), "party-x")));
        EXPECT_EQ(member(refused, "code"), "dependency_unavailable");
        EXPECT_FALSE(member(refused, "retryAfterMs").empty());
        EXPECT_EQ(hook.asked, asked);
    }
    // The respondent is told to wait, waits as long, and both have the same tally; nothing else is left.
    void expect_joined(const wire::Link& link) {
        EXPECT_EQ(world.join(respondent, link).outcome, StateName::done);
        EXPECT_EQ(only_tally(respondent).tally, inviter.tallies().front().tally); // the newest is first
        EXPECT_EQ(inviter.usage(protocol::hash_of_token(link.token)).reserved, 0U);
        world.run_dry();
        EXPECT_EQ(inviter.guards().scopes.size(), 0U);
        EXPECT_EQ(inviter.guards().work.in_use(), 0U);
        check_trail(inviter);
        check_trail(respondent);
    }
    World world;
    Node& inviter = world.add("anna");
    Node& respondent = world.dialer("bert");
};

struct VerifierTest : ::testing::TestWithParam<MoodyVerifier::Will> {};

TEST_P(VerifierTest, that_is_unwell_costs_only_its_own_sessions_and_is_asked_again_when_it_may_be_well) {
    MoodyVerifier verifier;
    Hooked at{verifier, &Node::identity_hook};
    const auto external =
        at.world.invite(at.inviter, {.uses = std::nullopt, .requirement = protocol::Requirement::external});
    const auto plain = at.world.invite(at.inviter, {.uses = std::nullopt});
    verifier.will = GetParam();
    at.expect_found_out(verifier, [&](int) { return external.token; });
    EXPECT_EQ(at.world.join(at.world.dialer("other"), plain).outcome, StateName::done);
    verifier.will = MoodyVerifier::Will::accepts;
    at.expect_joined(external);
}
INSTANTIATE_TEST_SUITE_P(Ways, VerifierTest,
                         ::testing::Values(MoodyVerifier::Will::hangs, MoodyVerifier::Will::throws,
                                           MoodyVerifier::Will::nonsense, MoodyVerifier::Will::slow));

TEST_F(BreakersTest, a_store_that_fails_opens_its_breaker_and_closes_it_when_it_works) {
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
TEST_F(BreakersTest, a_store_that_hangs_costs_only_its_own_sessions_and_is_asked_again_when_it_may_be_well) {
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
    async::awaitable<Result<std::optional<protocol::Invitation>>> find(std::string token, UtcTime now,
                                                                       ports::Call) override {
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
    Hooked at{tokens, &Node::token_hook};
    const auto own = at.world.invite(at.inviter, {.uses = std::nullopt});
    tokens.will = GetParam();
    at.expect_found_out(tokens, [](int i) { return "known-" + std::to_string(i); });
    EXPECT_EQ(at.world.join(at.world.dialer("other"), own).outcome, StateName::done);
    tokens.will = MoodyRegister::Will::answers;
    auto outside = own;
    outside.token = "known-at-last";
    at.expect_joined(outside);
    EXPECT_EQ(at.inviter.usage(protocol::hash_of_token(outside.token)).spent, 1U);
}
INSTANTIATE_TEST_SUITE_P(Ways, RegisterTest,
                         ::testing::Values(MoodyRegister::Will::hangs, MoodyRegister::Will::throws,
                                           MoodyRegister::Will::nonsense, MoodyRegister::Will::slow));

TEST_F(BreakersTest, faults_of_peers_open_no_breaker) {
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

} // namespace
} // namespace taleus::sim
