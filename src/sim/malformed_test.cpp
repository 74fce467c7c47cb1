// Whatever arrives gets its documented answer, and nothing else changes.

#include "sim/testing.hpp"

#include <fmt/format.h>

namespace taleus::sim {
namespace {

using namespace testing;

struct MalformedTest : WorldTest {
    void expect_untouched() {
        world.run_dry();
        EXPECT_TRUE(inviter.sessions().empty());
        EXPECT_TRUE(inviter.tallies().empty());
        EXPECT_EQ(inviter.listener().counts().keys, 0U);
    }
};

TEST_F(MalformedTest, messages_are_refused_by_name_of_member_and_never_echoed) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "result"},
        {"not json at all: canary", "result"},
        {"[]", "result"},
        {"{}", "result"},
        {"null", "result"},
        {R"({"canary":1})", "result"},
        {R"({"token":"t","tally":{}})", "result"},
        {R"({"token":7,"partyId":"canary","identityBundle":{},"cadrePeerAddrs":[]})", "result"},
        {R"({"token":"","partyId":"canary","identityBundle":{},"cadrePeerAddrs":[]})", "result"},
        {R"({"token":"t","identityBundle":{},"cadrePeerAddrs":[]})", "result"},
        {R"({"token":"t","partyId":"canary","cadrePeerAddrs":[]})", "result"},
        {R"({"token":"t","partyId":"canary","identityBundle":{},"cadrePeerAddrs":"x"})", "result"},
        {R"({"token":"t","token":"t","partyId":"p","identityBundle":{},"cadrePeerAddrs":[]})", "result"},
        {R"({"token":"t","toke\u006e":"t","partyId":"p","identityBundle":{},"cadrePeerAddrs":[]})", "result"},
        {R"({"token":"t","partyId":"p","identityBundle":{},"cadrePeerAddrs":[]} x)", "result"},
        {R"({"token":"t","partyId":"p","identityBundle":{},"cadrePeerAddrs":[]}{})", "result"},
        {"\xEF\xBB\xBF"
         R"({"token":"t","partyId":"p","identityBundle":{},"cadrePeerAddrs":[]})",
         "result"},
        {"{\"token\":\"\xff\",\"partyId\":\"p\",\"identityBundle\":{},\"cadrePeerAddrs\":[]}", "result"},
        {R"({"token":"\ud800","partyId":"p","identityBundle":{},"cadrePeerAddrs":[]})", "result"},
        {R"({"token":"t","partyId":")" + std::string(257, 'p') + R"(","identityBundle":{},"cadrePeerAddrs":[]})",
         "result"},
        {R"({"token":"t","partyId":"p","identityBundle":)" + std::string(40, '[') + std::string(40, ']') + "}",
         "result"},
        {std::string(60'000, '['), "result"},
        {R"({"tally":{}})", "acknowledgement"},
        {R"({"tally":{"tallyId":"canary"},"dbConnectionInfo":{}})", "acknowledgement"},
        {R"({"tally":{"tallyId":"t","createdBy":"foil"}})", "acknowledgement"},
    };
    for (const auto& [text, form] : cases) {
        const auto reply = tell(text);
        EXPECT_EQ(member(reply, "code"), "malformed") << text.substr(0, 100) << " -> " << reply.text;
        EXPECT_EQ(member(reply, form == "result" ? "approved" : "accepted"), "false") << text.substr(0, 100);
        EXPECT_FALSE(reply.has("canary"));
        EXPECT_FALSE(reply.has("cadre-of"));
        EXPECT_TRUE(reply.is_ended);
    }
    expect_untouched();
    EXPECT_EQ(count(inviter, "refused"), cases.size());
    EXPECT_EQ(inviter.trail().find("canary"), std::string::npos);
}

TEST_F(MalformedTest, a_message_over_its_limit_is_too_large_and_one_at_it_is_not) {
    const auto link = world.invite(inviter);
    const auto bare = contact_text(link.token, "party-raw").size();
    auto text = contact_text(link.token, "party-raw", R"(,"x":")" + std::string(64 * 1024 - bare - 7, 'x') + '"');
    ASSERT_EQ(text.size(), 64U * 1024);
    const auto over = tell(text + " ");
    EXPECT_EQ(member(over, "code"), "message_too_large");
    const auto endless = tell(std::string(200 * 1024, 'x'), Manner::whole);
    EXPECT_EQ(member(endless, "code"), "message_too_large");
    EXPECT_EQ(spent(link), 0U);
    EXPECT_EQ(member(tell(text), "approved"), "true");
}

TEST_F(MalformedTest, a_stream_that_never_ends_times_out_at_the_step) {
    for (const std::string text : {"", "{", R"({"token":"t","partyId":"p","identityBundle":{},"cadrePeerAddrs":[]})"}) {
        const auto reply = tell(text, Manner::unfinished);
        EXPECT_EQ(member(reply, "code"), "timeout") << reply.text;
        EXPECT_GE(reply.took, 5s);
        EXPECT_LT(reply.took, 5100ms);
    }
    expect_untouched();
}

TEST_F(MalformedTest, a_slow_writer_is_cut_at_the_step) {
    const auto link = world.invite(inviter);
    const auto reply = tell(contact_text(link.token, "party-slow"), Manner::slow);
    EXPECT_LT(reply.took, 5200ms);
    EXPECT_NE(member(reply, "approved"), "true");
    expect_untouched();
}

TEST_F(MalformedTest, a_peer_lost_in_the_middle_of_its_message_is_on_record_and_nothing_more) {
    const auto said = begin(respondent, R"({"token":)", Manner::unfinished);
    world.run_for(1s);
    world.network.cut(respondent.peer());
    world.run_for(100ms);
    EXPECT_EQ(inviter.listener().counts().streams, 0U);
    expect_untouched();
    EXPECT_NE(inviter.trail().find("peer_gone"), std::string::npos);
}

TEST_F(MalformedTest, a_peer_that_vanishes_without_a_word_is_let_go_at_the_step) {
    const auto said = begin(respondent, R"({"token":)", Manner::unfinished);
    world.run_for(1s);
    world.network.silence(respondent.peer());
    world.run_for(4200ms);
    EXPECT_EQ(inviter.listener().counts().streams, 0U);
    expect_untouched();
}

} // namespace
} // namespace taleus::sim
