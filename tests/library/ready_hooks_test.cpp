// Hooks that need not be written, on public headers alone: executables that a test writes, asked by hand and by
// parties. That a hung one is killed with its children, and what they make of nonsense, is tested where they are
// (src/hooks/hooks_test.cpp); PostgreSQL with a server of its own (tests/system/test_provisioning.py).

#include <gtest/gtest.h>
#include <taleus/taleus.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using taleus::Call;
using taleus::Code;
using taleus::Completion;
using taleus::Duration;
using taleus::Result;
using taleus::StateName;

class ReadyHooksTest : public ::testing::Test {
protected:
    ReadyHooksTest() {
        auto name = (std::filesystem::temp_directory_path() / "taleus-ready-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }
    ~ReadyHooksTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    // An executable that has the question in $question.
    std::string script(const std::string& name, const std::string& body) const {
        const auto file = folder / name;
        std::ofstream{file} << "#!/bin/sh\nquestion=$(cat)\ncd " << folder.string() << "\n" << body << "\n";
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file.string();
    }
    std::string content(const std::string& name) const {
        std::ifstream file{folder / name};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    // What comes of a join by an invitation of these terms.
    taleus::JoinResult join(const taleus::Hooks& hooks, const taleus::Terms& terms, const std::string& token = {}) {
        auto listener =
            taleus::Listener::start({.party = {.home = folder / "anna"}, .listen = {"/ip4/127.0.0.1/tcp/0"}}, hooks);
        auto dialer = taleus::Dialer::open({.party = {.home = folder / "bert", .party_id = "bert"}});
        EXPECT_TRUE(listener && dialer);
        const auto issued = token.empty() ? listener->invite(terms) : listener->link(terms, token);
        EXPECT_TRUE(issued) << issued.error().context;
        auto result = dialer->join({.link = issued->uri});
        EXPECT_TRUE(result) << result.error().context;
        EXPECT_EQ(listener->tallies()->size(), result->is_done() ? 1U : 0U);
        EXPECT_EQ(dialer->tallies()->size(), result->is_done() ? 1U : 0U);
        if (result->is_done()) login = **listener->login(result->tally->id);
        return std::move(*result);
    }

    std::filesystem::path folder;
    taleus::Login login; // of the listener, to the last tally
};

// An answer that a test waits for.
template <class T> struct Awaited {
    std::shared_ptr<std::promise<Result<T>>> promise = std::make_shared<std::promise<Result<T>>>();
    Completion<T> completion{[promise = promise](Result<T> answer) { promise->set_value(std::move(answer)); }};
    Result<T> get() { return promise->get_future().get(); }
};

Call call_of(Duration allowed = 30s, std::stop_token cancelled = {}) {
    return {.session_key = std::string(64, 'a'),
            .idempotency_key = std::string(64, 'b'),
            .deadline = {},
            .allowed = allowed,
            .cancelled = std::move(cancelled)};
}

TEST_F(ReadyHooksTest, an_executable_provisions_and_is_told_the_passwords_of_its_logins) {
    const auto provisioner = taleus::provisioner_at(script("make", R"(printf %s "$question" > asked
echo '{"endpoint":"ledger:1","credentialsRef":"theirs","ownCredentialsRef":"ours","logins":true}')"));
    ASSERT_TRUE(provisioner) << provisioner.error().context;
    const auto result = join({.provisioner = *provisioner}, {});
    EXPECT_TRUE(result.is_done()) << result.reason;
    EXPECT_EQ(result.tally->database, (taleus::Database{"ledger:1", "theirs"}));
    EXPECT_EQ(login.name, "ours");
    EXPECT_EQ(login.password.size(), 43U);
    const auto asked = content("asked");
    EXPECT_NE(asked.find("\"ownSecret\":\"" + login.password + "\""), std::string::npos);
    EXPECT_NE(asked.find("\"tallyId\":\"" + result.tally->id + "\""), std::string::npos);
    EXPECT_NE(asked.find("\"idempotencyKey\":\""), std::string::npos);
}

TEST_F(ReadyHooksTest, a_provisioner_says_whether_it_may_be_asked_again) {
    taleus::Order order{.tally_id = "t", .draft = "{}", .own_password = "a", .partner_password = "b"};
    for (const auto& [answer, code] :
         {std::pair{R"({"error":"no room"})", Code::provisioning_failed},
          std::pair{R"({"error":"no room","retry":true})", Code::dependency_unavailable},
          std::pair{R"({"endpoint":7})", Code::dependency_unavailable}, std::pair{"", Code::dependency_unavailable}}) {
        const auto provisioner = taleus::provisioner_at(script("make", std::string{"echo '"} + answer + "'"));
        Awaited<taleus::MadeDatabase> made;
        (*provisioner)->provision(call_of(), order, made.completion);
        EXPECT_EQ(made.get().error().code, code) << answer;
    }
    const auto provisioner = taleus::provisioner_at(script("remove", R"(printf %s "$question" > asked
echo '{"removed":true}')"));
    Awaited<void> removed;
    (*provisioner)->remove(call_of(), order, removed.completion);
    EXPECT_TRUE(removed.get());
    EXPECT_NE(content("asked").find(R"("call":"remove")"), std::string::npos);
    EXPECT_EQ(content("asked").find("Secret"), std::string::npos);
}

TEST_F(ReadyHooksTest, an_executable_judges_identities) {
    const auto identity = taleus::identity_check_at(script("judge", R"(case "$question" in
*'"partyId":"bert"'*) echo '{"accepted":true}';;
*) echo '{"accepted":false,"reason":"nobody knows it"}';;
esac)"));
    ASSERT_TRUE(identity);
    EXPECT_TRUE(join({.identity = *identity}, {.requirement = taleus::Requirement::external}).is_done());
    Awaited<taleus::Verdict> judged;
    (*identity)->check(call_of(), {.peer_id = "p", .party_id = "mallory", .identity_bundle = "{}"}, judged.completion);
    const auto verdict = judged.get();
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->accepted);
    EXPECT_EQ(verdict->reason, "nobody knows it");
    Awaited<taleus::Verdict> nonsense;
    (*identity)->check(call_of(), {.identity_bundle = "{"}, nonsense.completion);
    EXPECT_FALSE(nonsense.get());
}

// Its expiry is a time of the calendar: one that is over is told as such, and not as a hook that failed.
TEST_F(ReadyHooksTest, an_executable_knows_tokens_and_when_they_are_over) {
    const auto known = [&](const std::string& expiry) {
        return taleus::token_source_at(
            script("tokens", "echo '{\"known\":true,\"role\":\"foil\",\"uses\":2,\"expiresUtc\":\"" + expiry + "\"}'"));
    };
    const taleus::Terms terms{.role = taleus::Role::foil};
    EXPECT_TRUE(join({.tokens = *known("2999-01-01T00:00:00Z")}, terms, "kept elsewhere").is_done());
    std::filesystem::remove_all(folder / "anna");
    std::filesystem::remove_all(folder / "bert");
    const auto late = join({.tokens = *known("2001-01-01T00:00:00Z")}, terms, "kept elsewhere");
    EXPECT_EQ(late.outcome, StateName::rejected);
    EXPECT_EQ(late.code, Code::token_expired) << late.reason;
    std::filesystem::remove_all(folder / "anna");
    std::filesystem::remove_all(folder / "bert");
    const auto unknown = taleus::token_source_at(script("tokens", R"(echo '{"known":false}')"));
    EXPECT_EQ(join({.tokens = *unknown}, terms, "kept elsewhere").code, Code::invalid_token);
}

TEST_F(ReadyHooksTest, one_that_hangs_is_given_up_at_the_deadline_or_when_nobody_waits) {
    const auto identity = taleus::identity_check_at(script("judge", "exec tail -f /dev/null"));
    ASSERT_TRUE(identity);
    Awaited<taleus::Verdict> late;
    (*identity)->check(call_of(50ms), {.identity_bundle = "{}"}, late.completion);
    EXPECT_EQ(late.get().error().code, Code::dependency_unavailable);
    std::stop_source nobody;
    Awaited<taleus::Verdict> cancelled;
    (*identity)->check(call_of(10min, nobody.get_token()), {.identity_bundle = "{}"}, cancelled.completion);
    nobody.request_stop();
    EXPECT_EQ(cancelled.get().error().code, Code::dependency_unavailable);
    Awaited<taleus::Verdict> before;
    (*identity)->check(call_of(10min, nobody.get_token()), {.identity_bundle = "{}"}, before.completion);
    EXPECT_EQ(before.get().error().code, Code::dependency_unavailable);
}

TEST_F(ReadyHooksTest, the_end_of_one_answers_what_is_under_way) {
    auto identity = taleus::identity_check_at(script("judge", "exec tail -f /dev/null"));
    Awaited<taleus::Verdict> left;
    (*identity)->check(call_of(10min), {.identity_bundle = "{}"}, left.completion);
    identity->reset();
    left.completion.fail(Code::internal, "it was not answered");
    EXPECT_EQ(left.get().error().code, Code::dependency_unavailable);
}

TEST_F(ReadyHooksTest, what_makes_no_sense_is_refused_before_anything_is_asked) {
    const auto code_of = [](const auto& made) { return made ? Code::internal : made.error().code; };
    for (const auto* target : {"", "relative/path", "https://example.com/", "http://", "ftp://example.com"}) {
        EXPECT_EQ(code_of(taleus::token_source_at(target)), Code::malformed) << target;
        EXPECT_EQ(code_of(taleus::identity_check_at(target)), Code::malformed) << target;
        EXPECT_EQ(code_of(taleus::provisioner_at(target)), Code::malformed) << target;
    }
    EXPECT_EQ(code_of(taleus::postgres_provisioner({.url = "postgres:///tallies?host=/tmp"})), Code::malformed);
    EXPECT_EQ(code_of(taleus::postgres_provisioner({.url = "postgres://u:secret@db.example/tallies"})),
              Code::malformed);
    EXPECT_EQ(code_of(taleus::postgres_provisioner({.url = "postgres://u@db.example/tallies", .endpoint = "db"})),
              Code::malformed);
    const auto unreadable = taleus::postgres_provisioner(
        {.url = "postgres://u:50%off@db.example/tallies", .endpoint = "postgres://db.example/tallies"});
    EXPECT_EQ(code_of(unreadable), Code::malformed) << "each call would have told the password to the log";
    EXPECT_EQ(unreadable.error().context.find("50%off"), std::string::npos);
    const auto server = taleus::postgres_provisioner({.url = "postgres://u@db.invalid/tallies"});
    ASSERT_TRUE(server) << server.error().context;
    auto call = call_of();
    for (const auto* key : {"", "b", "taleus\"; DROP ROLE postgres; --"}) { // objects of the database are named by it
        call.idempotency_key = key;
        Awaited<taleus::MadeDatabase> made;
        (*server)->provision(call, {.tally_id = "t", .draft = "{}"}, made.completion);
        EXPECT_EQ(made.get().error().code, Code::provisioning_failed) << key;
    }
}

} // namespace
