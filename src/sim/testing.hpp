#pragma once
// What the tests of flows share: an inviter that listens, a respondent, and the questions that are asked of both homes
// afterwards. Every trail is checked when a test ends.

#include "sim/raw_peer.hpp"
#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace taleus::sim::testing {

using protocol::StateName;
using namespace std::chrono_literals;

// What a raw peer said, under way or answered.
struct Said {
    std::optional<Reply> reply;
};

// Each session's transitions follow from one another, and begin and end once.
inline void check_trail(Node& node) {
    std::map<std::string, std::string> at; // the state that each session is in, as the trail tells
    std::map<std::string, int> ends;
    for (const auto& record : node.audit()) {
        const auto& id = record.session_id;
        if (record.kind == "transition") {
            const auto from = std::string{record.body.at("from").as_string()};
            if (at.contains(id)) EXPECT_EQ(at[id], from) << node.name() << ": " << id;
            at[id] = std::string{record.body.at("to").as_string()};
        }
        if (record.kind == "resumed") ends[id] = 0;
        if (record.kind == "ended") EXPECT_EQ(++ends[id], 1) << node.name() << ": " << id << " ended twice";
    }
    for (const auto& session : node.sessions()) {
        if (!at.contains(session.id)) ADD_FAILURE() << node.name() << ": no trail of " << session.id;
        if (!protocol::is_terminal(session.state)) continue;
        EXPECT_EQ(at[session.id], protocol::to_text(session.state)) << node.name() << ": " << session.id;
        EXPECT_EQ(ends[session.id], 1) << node.name() << ": " << session.id;
    }
}

inline ports::TallyRecord only_tally(Node& node) {
    const auto all = node.tallies();
    EXPECT_EQ(all.size(), 1U) << node.name();
    return all.empty() ? ports::TallyRecord{} : all.front();
}
inline ports::Session last_session(Node& node) {
    const auto all = node.sessions();
    EXPECT_FALSE(all.empty()) << node.name();
    return all.empty() ? ports::Session{} : all.front();
}

struct WorldTest : ::testing::Test {
    World world;
    Node& inviter = world.listener("anna");
    Node& respondent = world.dialer("bert");
    bool has_whole_trails = true; // not where a life ended at once

    void TearDown() override {
        world.run_dry();
        if (!has_whole_trails) return;
        for (const auto& node : world.nodes)
            if (node->is_alive()) check_trail(*node);
    }

    // --- raw peers
    std::shared_ptr<Said> begin(Node& from, std::string text, Manner manner = Manner::whole) {
        auto said = std::make_shared<Said>();
        async::asio::co_spawn(from.process().executor(), say(from, inviter.address(), std::move(text), manner),
                              [said](const std::exception_ptr& failed, Reply reply) {
                                  if (failed) std::rethrow_exception(failed);
                                  said->reply = std::move(reply);
                              });
        return said;
    }
    Reply tell(Node& from, std::string text, Manner manner = Manner::whole) {
        const auto said = begin(from, std::move(text), manner);
        world.run_until([&] { return said->reply.has_value(); });
        return *said->reply;
    }
    Reply tell(std::string text, Manner manner = Manner::whole) { return tell(respondent, std::move(text), manner); }
    Reply contact(const wire::Link& link, std::string_view party = "party-raw") {
        return tell(contact_text(link.token, party));
    }

    // --- records
    std::string state_of_last(Node& node) {
        const auto all = node.sessions();
        return all.empty() ? "none" : std::string{to_text(all.front().state)};
    }
    std::optional<Code> code_of_last(Node& node) {
        const auto all = node.sessions();
        return all.empty() ? std::nullopt : all.front().code;
    }
    std::size_t count(Node& node, std::string_view kind) {
        std::size_t found = 0;
        for (const auto& record : node.audit()) found += record.kind == kind ? 1 : 0;
        return found;
    }
    std::uint64_t spent(const wire::Link& link) { return inviter.usage(protocol::hash_of_token(link.token)).spent; }
    std::uint64_t reserved(const wire::Link& link) {
        return inviter.usage(protocol::hash_of_token(link.token)).reserved;
    }
    void expect_one_tally() {
        const auto ours = inviter.tallies();
        const auto theirs = respondent.tallies();
        ASSERT_EQ(ours.size(), 1U);
        ASSERT_EQ(theirs.size(), 1U);
        EXPECT_EQ(ours[0].tally, theirs[0].tally);
        EXPECT_EQ(ours[0].database, theirs[0].database);
        EXPECT_EQ(ours[0].own_party, theirs[0].partner_party);
        EXPECT_EQ(ours[0].partner_party, theirs[0].own_party);
    }
};

} // namespace taleus::sim::testing
