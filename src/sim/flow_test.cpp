// Whole flows: outcome, records and trail of both parties.

#include "sim/testing.hpp"

#include <boost/json/serialize.hpp>

namespace taleus::sim {
namespace {

using namespace testing;

struct FlowTest : WorldTest {};

TEST_F(FlowTest, stock_ends_done_on_both_sides_with_one_tally) {
    const auto link = world.invite(inviter);
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_TRUE(result.tally->draft_verified);
    EXPECT_TRUE(result.tally->confirmed);
    EXPECT_FALSE(result.tally->acknowledged);
    EXPECT_FALSE(result.resumed);
    EXPECT_EQ(result.peer_id, inviter.peer().to_text());
    EXPECT_EQ(result.tally->partner_party, "party-anna");
    EXPECT_EQ(result.receipt, session::ReceiptCheck::verified);
    world.run_dry();
    expect_one_tally();
    EXPECT_EQ(last_session(respondent).receipt, last_session(inviter).receipt);
    EXPECT_EQ(last_session(inviter).id, result.session_id);
    EXPECT_TRUE(last_session(inviter).delivered);
    EXPECT_EQ(only_tally(inviter).partner_cadre, (std::vector<std::string>{"cadre-of-bert.example.com"}));
    EXPECT_EQ(only_tally(respondent).partner_cadre, (std::vector<std::string>{"cadre-of-anna.example.com"}));
    EXPECT_EQ(inviter.provisioner().made.size(), 1U);
    EXPECT_EQ(respondent.provisioner().asked, 0U);
    EXPECT_EQ(spent(link), 1U);
}

TEST_F(FlowTest, foil_ends_done_on_both_sides_with_one_tally) {
    const auto link = world.invite(inviter, {.role = wire::Role::foil});
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_TRUE(result.tally->draft_verified);
    EXPECT_TRUE(result.tally->acknowledged);
    EXPECT_TRUE(result.tally->confirmed);
    EXPECT_EQ(result.tally->tally.created_by, "foil");
    EXPECT_EQ(result.receipt, session::ReceiptCheck::verified);
    world.run_dry();
    expect_one_tally();
    EXPECT_EQ(last_session(respondent).receipt, last_session(inviter).receipt);
    EXPECT_TRUE(only_tally(inviter).draft_verified);
    EXPECT_EQ(only_tally(inviter).partner_cadre, (std::vector<std::string>{"cadre-of-bert.example.com"}));
    EXPECT_EQ(inviter.provisioner().asked, 0U);
    EXPECT_EQ(respondent.provisioner().made.size(), 1U);
    EXPECT_EQ(spent(link), 1U);
    EXPECT_EQ(reserved(link), 0U);
}

TEST_F(FlowTest, a_finished_link_is_answered_from_the_record) {
    const auto link = world.invite(inviter);
    const auto first = world.join(respondent, link);
    const auto dials = world.network.dials();
    world.jump_calendar(48h); // expired long ago
    const auto second = world.join(respondent, link);
    EXPECT_EQ(second.outcome, StateName::done);
    EXPECT_TRUE(second.resumed);
    ASSERT_TRUE(second.tally && first.tally);
    EXPECT_EQ(second.tally->tally, first.tally->tally);
    EXPECT_EQ(second.session_id, first.session_id);
    EXPECT_EQ(world.network.dials(), dials);
}

// --- peers in the field: no extension either way

TEST_F(FlowTest, a_field_dialer_gets_its_stock_tally) {
    const auto link = world.invite(inviter);
    const auto reply = contact(link);
    EXPECT_EQ(member(reply, "approved"), "true") << reply.text;
    EXPECT_TRUE(reply.has(R"("createdBy":"stock")"));
    EXPECT_EQ(member(reply, "partyId"), "party-anna");
    world.run_dry();
    EXPECT_EQ(state_of_last(inviter), "DONE");
    ASSERT_EQ(inviter.tallies().size(), 1U);
    EXPECT_EQ(only_tally(inviter).partner_cadre, (std::vector<std::string>{"cadre-1.example.com"}));
}

TEST_F(FlowTest, a_field_dialer_delivers_a_foil_database_without_extensions) {
    const auto link = world.invite(inviter, {.role = wire::Role::foil});
    const auto reply = contact(link);
    EXPECT_EQ(member(reply, "provisionResult"), "");
    EXPECT_GT(std::stoi(member(reply, "expiresInMs")), 19'900);
    const auto answer = tell(database_text("tally-9", "wss://db.example.com"));
    const auto accepted = std::get<wire::Accepted>(wire::parse_acknowledgement(as_bytes(answer.text)).value());
    EXPECT_EQ(accepted.tally_id, "tally-9");
    EXPECT_EQ(boost::json::serialize(*accepted.receipt), last_session(inviter).receipt); // which it may ignore
    world.run_dry();
    EXPECT_EQ(state_of_last(inviter), "DONE");
    ASSERT_EQ(inviter.tallies().size(), 1U);
    const auto tally = only_tally(inviter);
    EXPECT_EQ(tally.database.endpoint, "wss://db.example.com");
    EXPECT_EQ(tally.partner_cadre, (std::vector<std::string>{"cadre-1.example.com"}));
    EXPECT_FALSE(tally.draft_verified);
    EXPECT_FALSE(tally.confirmed);
}

TEST_F(FlowTest, a_field_listeners_stock_result_is_accepted_as_it_is) {
    auto& field = world.dialer("field");
    ScriptedListener listener{
        field,
        world.network,
        {{.text =
              R"({"approved":true,"partyId":"party-f","cadrePeerAddrs":[],"provisionResult":{"tally":{"tallyId":"t-1","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"wss://x","credentialsRef":"c"}}})"}}};
    auto link = world.invite(inviter);
    link.addresses = {field.address()};
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_EQ(result.tally->tally_id, "t-1");
    EXPECT_FALSE(result.tally->draft_verified);
    EXPECT_FALSE(result.tally->confirmed);
    EXPECT_EQ(respondent.tallies().size(), 1U);
}

TEST_F(FlowTest, a_field_listener_that_only_ends_the_stream_has_taken_the_foil_database) {
    auto& field = world.dialer("field");
    ScriptedListener listener{field,
                              world.network,
                              {{.text = R"({"approved":true,"partyId":"party-f","cadrePeerAddrs":[]})"},
                               {.kind = ScriptedAnswer::Kind::empty}}};
    auto link = world.invite(inviter, {.role = wire::Role::foil});
    link.addresses = {field.address()};
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_FALSE(result.tally->acknowledged);
    EXPECT_FALSE(result.tally->confirmed);
    ASSERT_EQ(listener.heard.size(), 2U);
    EXPECT_NE(listener.heard[1].find(R"("createdBy":"foil")"), std::string::npos);
    EXPECT_EQ(respondent.tallies().size(), 1U);
}

// --- identity

TEST_F(FlowTest, a_key_of_its_own_proves_the_party) {
    respondent.settings.party_id.clear(); // the node's own peer id
    for (const auto requirement : {protocol::Requirement::bound, protocol::Requirement::proof}) {
        const auto result = world.join(respondent, world.invite(inviter, {.requirement = requirement}));
        EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    }
}

TEST_F(FlowTest, a_party_that_proves_nothing_is_refused_and_no_use_is_spent) {
    const auto link = world.invite(inviter, {.requirement = protocol::Requirement::proof});
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::rejected);
    EXPECT_EQ(result.code, Code::invalid_identity);
    EXPECT_EQ(result.reason, "Invalid identity");
    world.run_dry();
    EXPECT_EQ(state_of_last(inviter), "REJECTED");
    EXPECT_EQ(state_of_last(respondent), "REJECTED");
    EXPECT_EQ(spent(link) + reserved(link), 0U);
    EXPECT_EQ(inviter.provisioner().asked, 0U);
    respondent.settings.party_id.clear();
    EXPECT_EQ(world.join(respondent, link).outcome, StateName::done); // at once: it was judged, it did not lapse
}

TEST_F(FlowTest, a_bundle_that_names_another_party_is_refused_without_our_cadre) {
    const auto link = world.invite(inviter);
    auto text = contact_text(link.token, "party-raw");
    text.replace(text.rfind("party-raw"), 9, "party-eve");
    const auto reply = tell(text);
    EXPECT_EQ(reply.text, R"({"approved":false,"reason":"Invalid identity","code":"invalid_identity"})");
    EXPECT_EQ(member(contact(link), "approved"), "true"); // the use was given back
}

TEST_F(FlowTest, both_parties_must_differ) {
    const auto link = world.invite(inviter);
    EXPECT_EQ(member(contact(link, "party-anna"), "code"), "invalid_identity");
    EXPECT_EQ(spent(link), 0U);
}

// --- the dialer's side of the link

TEST_F(FlowTest, the_first_address_that_proves_the_identity_is_taken) {
    auto& impostor = world.listener("impostor");
    auto link = world.invite(inviter);
    const auto nobody = wire::Multiaddr::tcp("10.8.8.1", 1).with_peer(inviter.peer());
    const auto hangs = wire::Multiaddr::tcp("10.8.8.2", 1).with_peer(inviter.peer());
    world.network.set_behaviour(hangs, Network::Behaviour::hangs);
    link.addresses = {nobody, impostor.address().with_peer(inviter.peer()), hangs, inviter.address()};
    const auto began = world.time.now;
    const auto result = world.join(respondent, link);
    EXPECT_EQ(result.outcome, StateName::done) << result.reason;
    EXPECT_EQ(result.address, inviter.address().to_text());
    EXPECT_LT(world.time.now - began, 1s);
    EXPECT_TRUE(impostor.sessions().empty());
}

TEST_F(FlowTest, a_link_with_the_other_role_is_a_mismatch_and_nothing_is_provisioned_by_the_dialer) {
    auto link = world.invite(inviter, {.role = wire::Role::stock});
    link.role = wire::Role::foil;
    EXPECT_EQ(world.join(respondent, link).code, Code::role_mismatch);
    EXPECT_EQ(respondent.provisioner().asked, 0U);
    EXPECT_EQ(state_of_last(respondent), "FAILED");

    auto other = world.invite(inviter, {.role = wire::Role::foil});
    other.role = wire::Role::stock;
    EXPECT_EQ(world.join(respondent, other).code, Code::role_mismatch);
    EXPECT_TRUE(respondent.tallies().empty());
    world.run_dry();
    EXPECT_EQ(spent(other), 0U);
    EXPECT_EQ(reserved(other), 0U); // the wait was over
}

// --- secrecy and determinism

TEST_F(FlowTest, no_token_bundle_or_cadre_of_ours_is_in_any_trail) {
    const auto stock = world.invite(inviter);
    const auto foil = world.invite(inviter, {.role = wire::Role::foil});
    world.join(respondent, stock);
    world.join(respondent, foil);
    for (auto* node : {&inviter, &respondent}) {
        const auto trail = node->trail();
        for (const auto& secret : {stock.token, foil.token, std::string{"cadre-of-"}, std::string{"signature"}})
            EXPECT_EQ(trail.find(secret), std::string::npos) << secret;
    }
}

std::string story_of(std::uint64_t seed) {
    World world{seed};
    auto& inviter = world.listener("anna");
    const auto stock = world.invite(inviter, {.uses = 3});
    const auto foil = world.invite(inviter, {.role = wire::Role::foil, .uses = std::nullopt});
    std::vector<std::shared_ptr<Joining>> joins;
    std::string story;
    for (int i = 0; i < 6; ++i) {
        auto& node = world.dialer("peer-" + std::to_string(i));
        joins.push_back(node.join(i % 2 == 0 ? stock : foil));
    }
    world.run_for(3s);
    world.network.cut(inviter.peer());
    world.run_dry();
    for (const auto& node : world.nodes) story += node->trail();
    return story;
}

TEST(SimulationTest, one_seed_makes_one_world) {
    const auto first = story_of(7);
    EXPECT_GT(first.size(), 10'000U);
    EXPECT_EQ(first, story_of(7));
    EXPECT_NE(first, story_of(8));
}

} // namespace
} // namespace taleus::sim
