#include "session/correlation.hpp"

#include <gtest/gtest.h>

#include <map>

namespace taleus::session {
namespace {

struct CorrelationTest : ::testing::Test {
    std::map<std::string, Told> busy;

    static wire::DatabaseResult result(std::string tally, std::optional<std::string> session,
                                       std::string endpoint = "e") {
        wire::DatabaseResult made;
        made.provisioned.tally = {std::move(tally), "foil"};
        made.provisioned.database = {std::move(endpoint), "c"};
        made.session_id = std::move(session);
        return made;
    }
    static ports::Session session(std::string id) {
        ports::Session made;
        made.id = std::move(id);
        return made;
    }
    Correlated correlated(const wire::DatabaseResult& with, std::vector<ports::Session> waiting) {
        return correlate(with, std::move(waiting), [this](const std::string& id) -> const Told* {
            const auto found = busy.find(id);
            return found == busy.end() ? nullptr : &found->second;
        });
    }
    static std::string text(const Correlated& answer) {
        if (const auto* code = std::get_if<Code>(&answer)) return std::string{to_text(*code)};
        if (const auto* none = std::get_if<Unmatched>(&answer)) return "else " + std::string{to_text(none->code)};
        return std::get<Matched>(answer).session.id;
    }
};

TEST_F(CorrelationTest, a_named_session_is_matched_when_it_waits) {
    EXPECT_EQ(text(correlated(result("t", "b"), {session("a"), session("b")})), "b");
    EXPECT_EQ(text(correlated(result("t", "c"), {session("a"), session("b")})), "else no_such_session");
}

TEST_F(CorrelationTest, a_named_session_at_work_answers_by_equality) {
    busy["a"] = told_by(result("t", "a"));
    EXPECT_EQ(text(correlated(result("t", "a"), {session("a")})), "in_progress");
    EXPECT_EQ(text(correlated(result("t", "a", "other"), {session("a")})), "conflict");
    EXPECT_EQ(text(correlated(result("u", "a"), {session("a"), session("b")})), "conflict");
}

TEST_F(CorrelationTest, without_a_name_the_one_that_waits_is_meant) {
    EXPECT_EQ(text(correlated(result("t", {}), {})), "else no_such_session");
    EXPECT_EQ(text(correlated(result("t", {}), {session("a")})), "a");
    EXPECT_EQ(text(correlated(result("t", {}), {session("a"), session("b")})), "else ambiguous_session");
}

TEST_F(CorrelationTest, without_a_name_one_at_work_is_told_apart_by_its_tally) {
    busy["a"] = told_by(result("t", {}));
    EXPECT_EQ(text(correlated(result("t", {}), {session("a"), session("b")})), "in_progress");
    EXPECT_EQ(text(correlated(result("t", {}, "other"), {session("a"), session("b")})), "conflict");
    EXPECT_EQ(text(correlated(result("u", {}), {session("a"), session("b")})), "b");
    EXPECT_EQ(text(correlated(result("u", {}), {session("a")})), "else conflict");
}

} // namespace
} // namespace taleus::session
