#include "ops/request.hpp"
#include "wire/hash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taleus::ops {
namespace {

const Digest token = wire::sha256(as_bytes("the-token"));

Request get(std::string target) {
    Request request;
    request.method = "GET";
    request.target = std::move(target);
    request.host = "localhost";
    request.authorization = "Bearer the-token";
    return request;
}
Request patch(std::string body, std::string query = "") {
    auto request = get("/v1/config" + query);
    request.method = "PATCH";
    request.content_type = "application/json";
    request.body = std::move(body);
    return request;
}
unsigned status_of(const Request& request) {
    const auto question = understand(request, token);
    return question ? 200 : question.error().status;
}

TEST(RequestTest, each_question_is_understood) {
    EXPECT_TRUE(std::holds_alternative<AskLive>(understand(get("/livez"), token).value()));
    EXPECT_TRUE(std::get<AskReady>(understand(get("/readyz?verbose"), token).value()).verbose);
    EXPECT_TRUE(std::holds_alternative<AskStatus>(understand(get("/v1/status"), token).value()));
    EXPECT_EQ(std::get<AskSession>(understand(get("/v1/sessions/ab%20c"), token).value()).id, "ab c");
    const auto page = std::get<AskSessions>(understand(get("/v1/sessions?limit=7&state=DONE&cursor=x"), token).value());
    EXPECT_EQ(page.filter.limit, 7U);
    EXPECT_EQ(page.filter.state, protocol::StateName::done);
    EXPECT_EQ(page.filter.after, "x");
}

TEST(RequestTest, a_head_is_understood_as_a_get) {
    auto request = get("/readyz?verbose");
    request.method = "HEAD";
    EXPECT_TRUE(std::get<AskReady>(understand(request, token).value()).verbose);
    request.target = "/v1/config";
    EXPECT_TRUE(std::holds_alternative<AskSettings>(understand(request, token).value()));
    request.target = "/v1/drain";
    EXPECT_EQ(status_of(request), 405U);
}

TEST(RequestTest, a_change_is_read_as_a_person_would_type_it) {
    const auto change = std::get<Change>(
        understand(patch(R"({"a":1,"b":"2s","c":true,"d":["x","y"]})", "?persist=false"), token).value());
    EXPECT_FALSE(change.change.persist);
    EXPECT_THAT(change.change.values,
                testing::UnorderedElementsAre(testing::Pair("a", "1"), testing::Pair("b", "2s"),
                                              testing::Pair("c", "true"), testing::Pair("d", "x,y")));
    for (const auto* body :
         {"", "[]", "{}", "{\"a\":null}", "{\"a\":{}}", "{\"a\":[1]}", "{\"a\":[\"x,y\"]}", "{\"a\":1}x"})
        EXPECT_EQ(status_of(patch(body)), 400U) << body;
}

TEST(RequestTest, the_token_is_needed_whole) {
    for (const auto* wrong : {"the-token", "Bearer the-toke", "Bearer the-token ", "bearer the-token", "Bearer ", ""}) {
        auto request = get("/v1/status");
        request.authorization = wrong;
        EXPECT_EQ(status_of(request), 401U) << wrong;
        request.target = "/nothing";
        EXPECT_EQ(status_of(request), 401U) << "what there is, is not told to strangers";
    }
}

TEST(RequestTest, only_this_machine_is_its_host) {
    for (const auto* own : {"localhost", "localhost:1", "127.0.0.1:9080", "[::1]", "[::1]:9080"}) {
        auto request = get("/livez");
        request.host = own;
        EXPECT_EQ(status_of(request), 200U) << own;
    }
    for (const auto* foreign : {"", "example.org", "localhost.example.org", "127.0.0.2", "[::1", "[::1]x", "[::2]"}) {
        auto request = get("/livez");
        request.host = foreign;
        EXPECT_EQ(status_of(request), 403U) << foreign;
    }
    auto request = get("/livez");
    request.host.reset();
    EXPECT_EQ(status_of(request), 403U);
}

TEST(RequestTest, targets_are_read_strictly) {
    for (const auto* target : {"livez", "", "/livez#x", "/li vez", "/%", "/%zz", "/%00", "/v1%2fstatus", "/v1//status",
                               "/./livez", "/livez?verbose&verbose", "/livez?other", "/livez?=x"})
        EXPECT_EQ(status_of(get(target)), 400U) << target;
}

} // namespace
} // namespace taleus::ops
