#include "store/testing.hpp"

namespace taleus::store::testing {
namespace {

struct InvitationsTest : JournalTest {};

TEST_F(InvitationsTest, are_kept_whole_and_found_by_id_and_prefix) {
    auto made = invitation("token-1", wire::Role::foil, 7);
    made.per_peer = 2;
    made.requirement = protocol::Requirement::proof;
    made.label = "für Bäcker \"K\"";
    invite(made);
    invite(invitation("token-2", wire::Role::stock, std::nullopt));
    reopen();

    const auto id = id_of(made.token);
    for (const auto& asked : {id, id.substr(0, 6)}) {
        const auto view = ask(journal->invitation(asked));
        ASSERT_TRUE(view) << asked;
        const auto& found = view->invitation;
        EXPECT_EQ(found.token, made.token);
        EXPECT_EQ(found.role, wire::Role::foil);
        EXPECT_EQ(found.created, made.created);
        EXPECT_EQ(found.expiry, made.expiry);
        EXPECT_EQ(found.uses, 7U);
        EXPECT_EQ(found.per_peer, 2U);
        EXPECT_EQ(found.requirement, protocol::Requirement::proof);
        EXPECT_EQ(found.label, made.label);
        EXPECT_FALSE(found.revoked);
    }
    EXPECT_FALSE(ask(journal->invitation("")));   // of two
    EXPECT_FALSE(ask(journal->invitation("zz"))); // of none
    const auto all = ask(journal->invitations());
    ASSERT_EQ(all.size(), 2U);
    EXPECT_FALSE(all[0].invitation.uses);                    // newest first
    EXPECT_EQ(ask(journal->audit(std::nullopt)).size(), 3U); // the trail's own beginning first
}

TEST_F(InvitationsTest, a_token_is_taken_once) {
    invite(invitation("token"));
    EXPECT_EQ(code_of(journal->create_invitation(invitation("token"), record("invitation_created"))), Code::conflict);
    EXPECT_EQ(ask(journal->audit(std::nullopt)).size(), 2U);
}

TEST_F(InvitationsTest, revoking_stops_new_sessions_and_stays_as_it_was_first) {
    const auto made = invitation("token");
    invite(made);
    EXPECT_FALSE(ask(journal->revoke("0000", now, record("invitation_revoked"))));
    EXPECT_TRUE(ask(journal->revoke(id_of(made.token), now + 1s, record("invitation_revoked"))));
    EXPECT_TRUE(ask(journal->revoke(id_of(made.token), now + 9s, record("invitation_revoked"))));
    EXPECT_EQ(ask(journal->invitation(id_of(made.token)))->invitation.revoked, now + 1s);
    EXPECT_EQ(try_open(session("s", "token"), "t").error(), ports::NotTaken::token_revoked);
    const auto records = ask(journal->audit(std::nullopt));
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(records[2].token_id, id_of(made.token));
}

TEST_F(InvitationsTest, nodes_are_replaced_by_their_newest_registration) {
    ask(journal->register_node(
        {.peer = peer(1), .addresses = {"/ip4/1.2.3.4/tcp/1"}, .seen = now, .boot = {}, .home = {}}, now));
    ask(journal->register_node({.peer = peer(2), .addresses = {}, .seen = now + 1s, .boot = {}, .home = {}}, now));
    ask(journal->register_node(
        {.peer = peer(1), .addresses = {"/ip4/1.2.3.4/tcp/2", "/x"}, .seen = now + 2s, .boot = {}, .home = {}}, now));
    const auto nodes = ask(journal->nodes());
    ASSERT_EQ(nodes.size(), 2U);
    EXPECT_EQ(nodes[0].peer, peer(1));
    EXPECT_EQ(nodes[0].addresses, (std::vector<std::string>{"/ip4/1.2.3.4/tcp/2", "/x"}));
    EXPECT_EQ(nodes[0].seen, now + 2s);
}

} // namespace
} // namespace taleus::store::testing
