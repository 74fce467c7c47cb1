// What a hook's answer means, however it is given: each manner of each hook, in the world without a network, on public
// headers alone. Both sides are asked what came of it.

#include <gtest/gtest.h>
#include <taleus/taleus.hpp>
#include <taleus/testing.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace {

using namespace std::chrono_literals;
using taleus::Call;
using taleus::Completion;
using taleus::Requirement;
using taleus::Role;
using taleus::StateName;
using taleus::testing::Party;
using taleus::testing::World;

enum class Kind { tokens, identity, stock_provisioner, foil_provisioner };
// How the first question is answered; those that come after it are answered at once.
enum class Manner { once, later, from_a_thread, twice, late, never, dropped, error, throws, throws_after_answer };

std::ostream& operator<<(std::ostream& out, Kind kind) {
    return out << std::vector{"tokens", "identity", "stock provisioner", "foil provisioner"}.at(
               static_cast<std::size_t>(kind));
}
std::ostream& operator<<(std::ostream& out, Manner manner) {
    return out << std::vector{"once",  "later",   "from a thread", "twice",  "late",
                              "never", "dropped", "error",         "throws", "throws after its answer"}
                      .at(static_cast<std::size_t>(manner));
}

// All hooks in one. The one in question meets its first call in the given manner.
class Probe final : public taleus::TokenSource, public taleus::IdentityCheck, public taleus::Provisioner {
public:
    Probe(bool is_asked, Manner manner, taleus::Terms terms)
        : is_asked_{is_asked}, manner_{manner}, terms_{std::move(terms)} {}

    void find(Call call, std::string /*token*/, Completion<std::optional<taleus::Terms>> done) override {
        meet<std::optional<taleus::Terms>>(std::move(call), std::move(done), terms_, std::nullopt);
    }
    void check(Call call, taleus::Claim claim, Completion<taleus::Verdict> done) override {
        claims.push_back(std::move(claim));
        meet<taleus::Verdict>(std::move(call), std::move(done), taleus::Verdict::accept(),
                              taleus::Verdict::refuse("second thoughts"));
    }
    void provision(Call call, taleus::Order order, Completion<taleus::MadeDatabase> done) override {
        made.insert(call.idempotency_key);
        orders.push_back(order);
        meet<taleus::MadeDatabase>(
            std::move(call), std::move(done),
            taleus::MadeDatabase{.database = {.endpoint = "test:" + order.tally_id, .credentials_ref = "partner"}},
            taleus::fail(taleus::Code::provisioning_failed, "second thoughts"));
    }
    void remove(Call call, taleus::Order /*order*/, Completion<void> done) override {
        removals.push_back(call);
        made.erase(call.idempotency_key);
        done({});
    }

    std::vector<Call> calls;
    std::vector<Call> removals;
    std::vector<taleus::Claim> claims;
    std::vector<taleus::Order> orders;
    std::set<std::string> made;             // databases, by idempotency key
    std::function<void()> answer;           // the first question, which was kept
    std::function<bool()> first_is_waiting; // nobody has answered it yet

private:
    template <class T> void meet(Call call, Completion<T> done, taleus::Result<T> good, taleus::Result<T> other) {
        calls.push_back(std::move(call));
        if (!is_asked_ || calls.size() > 1) return done(std::move(good));
        switch (manner_) {
        case Manner::once: return done(std::move(good));
        case Manner::twice: done(std::move(good)); return done(std::move(other));
        case Manner::later:
        case Manner::from_a_thread:
        case Manner::late:
        case Manner::never: answer = [done, good] { done(good); }; return;
        case Manner::dropped: return;
        case Manner::error: return done.fail(taleus::Code::dependency_unavailable, "not now");
        case Manner::throws: throw std::runtime_error{"a fault of the application's"};
        case Manner::throws_after_answer: done(std::move(good)); throw 42;
        }
    }

    bool is_asked_;
    Manner manner_;
    taleus::Terms terms_;
};

class HookTest : public ::testing::TestWithParam<std::tuple<Kind, Manner>> {
protected:
    Kind kind() const { return std::get<0>(GetParam()); }
    Manner manner() const { return std::get<1>(GetParam()); }
    bool is_of_dialer() const { return kind() == Kind::foil_provisioner; }
    // Nobody waits for its answer any more, so the question is put again.
    bool must_ask_again() const { return manner() >= Manner::late && manner() != Manner::throws_after_answer; }

    taleus::Terms terms() const {
        taleus::Terms terms;
        terms.role = is_of_dialer() ? Role::foil : Role::stock;
        if (kind() == Kind::identity) terms.requirement = Requirement::external;
        return terms;
    }
    std::shared_ptr<Probe> probe_for(bool listens) const {
        return std::make_shared<Probe>(listens != is_of_dialer(), manner(), terms());
    }
    static taleus::testing::PartySettings settings_with(const std::shared_ptr<Probe>& probe) {
        taleus::testing::PartySettings settings;
        settings.hooks = {.tokens = probe, .identity = probe, .provisioner = probe};
        return settings;
    }
    // Of the side in question, the calls of the hook in question: another one of the same side may have been asked too.
    static const Call& first_of(const Probe& probe) { return probe.calls.front(); }
};

TEST_P(HookTest, ends_with_one_tally_whatever_its_first_answer) {
    World world;
    const auto inviter_probe = probe_for(true);
    const auto respondent_probe = probe_for(false);
    auto inviter_settings = settings_with(inviter_probe);
    auto respondent_settings = settings_with(respondent_probe);
    // Only the hook in question is there.
    if (kind() != Kind::tokens) inviter_settings.hooks.tokens = nullptr;
    if (kind() != Kind::identity) inviter_settings.hooks.identity = nullptr;
    if (kind() != Kind::stock_provisioner) inviter_settings.hooks.provisioner = nullptr;
    if (kind() != Kind::foil_provisioner) respondent_settings.hooks.provisioner = nullptr;
    auto& inviter = world.add_listener("anna", std::move(inviter_settings));
    auto& respondent = world.add_dialer("bert", std::move(respondent_settings));
    const auto& probe = is_of_dialer() ? respondent_probe : inviter_probe;

    const auto issued =
        kind() == Kind::tokens ? inviter.link(terms(), "a token that is kept elsewhere") : inviter.invite(terms());
    ASSERT_TRUE(issued) << issued.error().context;

    auto joining = respondent.begin_join(issued->uri);
    ASSERT_TRUE(joining);
    ASSERT_TRUE(world.run_until([&] { return !probe->calls.empty(); }));
    const auto asked_at = world.utc();
    const auto& first = probe->calls.front();
    EXPECT_EQ(first.session_key.size(), 64U);
    EXPECT_EQ(first.idempotency_key.size(), 64U);
    EXPECT_GT(first.allowed, 0s);
    EXPECT_LE(first.allowed, is_of_dialer() ? 18s : 5s);
    const auto milliseconds = [](taleus::Duration time) {
        return std::chrono::duration<double, std::milli>(time).count();
    };
    EXPECT_NEAR(milliseconds(first.deadline - asked_at), milliseconds(first.allowed), 1.0);
    EXPECT_FALSE(first.cancelled.stop_requested());

    if (manner() == Manner::later) probe->answer();
    if (manner() == Manner::from_a_thread) std::thread{probe->answer}.join();
    if (manner() == Manner::late || manner() == Manner::never) {
        const auto cancelled = probe->calls.front().cancelled;
        ASSERT_TRUE(world.run_until([&] { return cancelled.stop_requested(); }));
        EXPECT_NEAR(milliseconds(world.utc() - asked_at), milliseconds(probe->calls.front().allowed), 2.0)
            << "it is cancelled at its deadline";
        if (manner() == Manner::late) probe->answer();
    }
    ASSERT_TRUE(world.run_until([&] { return joining->result().has_value(); }));
    if (!joining->result()->is_done()) { // a dialer's own failure ends its join: the same join again takes it up
        EXPECT_TRUE(is_of_dialer() && must_ask_again()) << joining->result()->reason;
        EXPECT_EQ(respondent.tallies().size(), 0U);
        joining = respondent.begin_join(issued->uri);
        ASSERT_TRUE(joining && world.run_until([&] { return joining->result().has_value(); }));
    }
    const auto result = *joining->result();
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;

    // Both sides have the same one tally, and the invitation one use less.
    const auto ours = inviter.tallies();
    const auto theirs = respondent.tallies();
    ASSERT_EQ(ours.size(), 1U);
    ASSERT_EQ(theirs.size(), 1U);
    EXPECT_EQ(ours[0].id, theirs[0].id);
    EXPECT_EQ(ours[0].database, theirs[0].database);
    EXPECT_EQ(ours[0].own_party, theirs[0].partner_party);
    EXPECT_EQ(inviter.invitations().at(0).spent, 1U);
    EXPECT_EQ(inviter.invitations().at(0).reserved, 0U);

    EXPECT_EQ(probe->calls.size(), must_ask_again() ? 2U : 1U);
    for (const auto& call : probe->calls) {
        EXPECT_EQ(call.session_key, probe->calls.front().session_key) << "a retry is the same session";
        EXPECT_EQ(call.idempotency_key, probe->calls.front().idempotency_key) << "and the same question";
    }
    const bool went_unanswered = manner() == Manner::late || manner() == Manner::never;
    EXPECT_EQ(probe->calls.front().cancelled.stop_requested(), went_unanswered);
    EXPECT_FALSE(probe->calls.back().cancelled.stop_requested());
    EXPECT_LE(probe->made.size(), 1U) << "one database, however often it was asked for";
    for (const auto& order : probe->orders) {
        EXPECT_EQ(order.tally_id, ours[0].id);
        EXPECT_EQ(order.own_password, probe->orders.front().own_password);
    }
}

INSTANTIATE_TEST_SUITE_P(
    EachHook, HookTest,
    ::testing::Combine(::testing::Values(Kind::tokens, Kind::identity, Kind::stock_provisioner, Kind::foil_provisioner),
                       ::testing::Values(Manner::once, Manner::later, Manner::from_a_thread, Manner::twice,
                                         Manner::late, Manner::never, Manner::dropped, Manner::error, Manner::throws,
                                         Manner::throws_after_answer)));

// --- what a token grants

class KnownToken final : public taleus::TokenSource {
public:
    explicit KnownToken(taleus::Terms terms) : terms_{std::move(terms)} {}
    void find(Call, std::string, Completion<std::optional<taleus::Terms>> done) override { done(terms_); }

private:
    const taleus::Terms terms_;
};

// Found in review: an application whose invitations never end said so by the greatest time that there is, and each
// contact was told `dependency_unavailable`.
TEST(HookAnswerTest, token_without_an_end_ends_with_the_last_of_links) {
    World world;
    taleus::testing::PartySettings settings;
    settings.hooks.tokens = std::make_shared<KnownToken>(taleus::Terms{.expiry = taleus::UtcTime::max()});
    auto& inviter = world.add_listener("anna", std::move(settings));
    auto& respondent = world.add_dialer("bert");
    const auto result = world.join(respondent, inviter.link({}, "a token that is kept elsewhere")->uri);
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->is_done()) << result->reason;
    EXPECT_EQ(inviter.tallies().size(), 1U);
    EXPECT_EQ(respondent.tallies().size(), 1U);
    EXPECT_EQ(inviter.invitations().at(0).expiry, taleus::UtcTime{253'402'300'799'999ms}); // 9999-12-31T23:59:59.999Z
    EXPECT_EQ(inviter.invite({.expiry = taleus::UtcTime::max()}).error().code, taleus::Code::malformed)
        << "no link could say so";
}

// --- what is said of a partner

class SternCheck final : public taleus::IdentityCheck {
public:
    void check(Call, taleus::Claim claim, Completion<taleus::Verdict> done) override {
        claims.push_back(std::move(claim));
        done(taleus::Verdict::refuse("unknown to us"));
    }
    std::vector<taleus::Claim> claims;
};

TEST(HookAnswerTest, refused_claim_is_told_and_leaves_nothing) {
    World world;
    taleus::testing::PartySettings settings;
    const auto check = std::make_shared<SternCheck>();
    settings.hooks.identity = check;
    auto& inviter = world.add_listener("anna", std::move(settings));
    auto& respondent = world.add_dialer("bert");
    const auto issued = inviter.invite({.requirement = Requirement::external});
    const auto result = world.join(respondent, issued->uri);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->outcome, StateName::rejected);
    EXPECT_EQ(result->code, taleus::Code::invalid_identity);
    ASSERT_EQ(check->claims.size(), 1U);
    EXPECT_EQ(check->claims[0].peer_id, respondent.peer_id());
    EXPECT_EQ(check->claims[0].party_id, "party-bert");
    EXPECT_TRUE(inviter.tallies().empty());
    EXPECT_TRUE(respondent.tallies().empty());
    EXPECT_EQ(inviter.invitations().at(0).spent, 0U) << "a refused identity burns no use";
}

// --- cancellation

class KeptProvisioner final : public taleus::Provisioner {
public:
    void provision(Call call, taleus::Order, Completion<taleus::MadeDatabase> done) override {
        calls.push_back(std::move(call));
        kept.push_back(std::move(done));
    }
    void remove(Call call, taleus::Order, Completion<void> done) override {
        removed.push_back(std::move(call));
        done({});
    }
    std::vector<Call> calls;
    std::vector<Call> removed;
    std::vector<Completion<taleus::MadeDatabase>> kept;
};

taleus::testing::PartySettings keeping(const std::shared_ptr<KeptProvisioner>& provisioner) {
    taleus::testing::PartySettings settings;
    settings.hooks.provisioner = provisioner;
    return settings;
}

TEST(HookCancellationTest, listener_that_stops_cancels_what_it_asked) {
    World world;
    const auto provisioner = std::make_shared<KeptProvisioner>();
    auto& inviter = world.add_listener("anna", keeping(provisioner));
    auto& respondent = world.add_dialer("bert");
    const auto joining = respondent.begin_join(inviter.invite()->uri);
    ASSERT_TRUE(world.run_until([&] { return !provisioner->calls.empty(); }));
    const auto before = world.elapsed();
    bool told = false;
    const std::stop_callback heard{provisioner->calls[0].cancelled, [&] { told = true; }};
    inviter.stop(0s);
    EXPECT_TRUE(told);
    EXPECT_LT(world.elapsed() - before, provisioner->calls[0].allowed) << "at once, not at the deadline";
    provisioner->kept[0]({}); // its listener is gone: this does nothing
}

TEST(HookCancellationTest, user_who_cancels_a_join_cancels_its_provisioner) {
    World world;
    const auto provisioner = std::make_shared<KeptProvisioner>();
    auto& inviter = world.add_listener("anna");
    auto& respondent = world.add_dialer("bert", keeping(provisioner));
    const auto uri = inviter.invite({.role = Role::foil})->uri;
    const auto joining = respondent.begin_join(uri);
    ASSERT_TRUE(world.run_until([&] { return !provisioner->calls.empty(); }));
    joining->cancel();
    ASSERT_TRUE(world.run_until([&] { return joining->result().has_value(); }));
    EXPECT_EQ(joining->result()->outcome, StateName::cancelled);
    EXPECT_TRUE(provisioner->calls[0].cancelled.stop_requested());
    EXPECT_TRUE(inviter.tallies().empty());

    const auto again = respondent.begin_join(uri);
    ASSERT_TRUE(world.run_until([&] { return provisioner->calls.size() == 2; }));
    EXPECT_EQ(provisioner->calls[1].idempotency_key, provisioner->calls[0].idempotency_key);
    provisioner->kept[1](taleus::MadeDatabase{.database = {.endpoint = "test:1", .credentials_ref = ""}});
    ASSERT_TRUE(world.run_until([&] { return again->result().has_value(); }));
    EXPECT_TRUE(again->result()->is_done()) << again->result()->reason;
    EXPECT_EQ(inviter.tallies().size(), 1U);
    EXPECT_EQ(respondent.tallies().size(), 1U);
}

TEST(HookCancellationTest, completions_outlive_their_world) {
    const auto provisioner = std::make_shared<KeptProvisioner>();
    {
        World world;
        auto& inviter = world.add_listener("anna", keeping(provisioner));
        auto& respondent = world.add_dialer("bert");
        ASSERT_TRUE(respondent.begin_join(inviter.invite()->uri));
        ASSERT_TRUE(world.run_until([&] { return !provisioner->calls.empty(); }));
    }
    EXPECT_TRUE(provisioner->calls[0].cancelled.stop_requested());
    provisioner->kept[0](taleus::MadeDatabase{.database = {.endpoint = "test:1", .credentials_ref = ""}});
    EXPECT_TRUE(provisioner->kept[0].is_answered());
}

// --- a completion on its own

TEST(CompletionTest, delivers_once_and_says_so) {
    std::vector<taleus::Result<int>> got;
    {
        const Completion<int> done{[&](taleus::Result<int> answer) { got.push_back(std::move(answer)); }};
        const auto copy = done;
        EXPECT_FALSE(done.is_answered());
        copy(1);
        done(2);
        done.fail(taleus::Code::internal, "no");
        EXPECT_TRUE(done.is_answered());
    }
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0], 1);
}

TEST(CompletionTest, dropped_is_a_failure) {
    std::vector<taleus::Result<int>> got;
    {
        const Completion<int> done{[&](taleus::Result<int> answer) { got.push_back(std::move(answer)); }};
    }
    ASSERT_EQ(got.size(), 1U);
    ASSERT_FALSE(got[0]);
    EXPECT_EQ(got[0].error().code, taleus::Code::dependency_unavailable);
}

} // namespace
