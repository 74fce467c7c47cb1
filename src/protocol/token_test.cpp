#include "protocol/states.hpp"
#include "protocol/token.hpp"

#include <gtest/gtest.h>

#include <set>

namespace taleus::protocol {
namespace {

using std::chrono::hours;

constexpr UtcTime now{std::chrono::milliseconds{1'800'000'000'000}};

Invitation invitation_of(std::optional<std::uint64_t> uses, std::optional<std::uint64_t> per_peer = std::nullopt) {
    Invitation invitation;
    invitation.created = now - hours{1};
    invitation.expiry = now + hours{1};
    invitation.uses = uses;
    invitation.per_peer = per_peer;
    return invitation;
}

wire::PeerId some_peer() { return *wire::PeerId::from_text("12D3KooWSd6aJXP9tx1VgA4Uum94W3xyF9K1yTkxYjZTZ1XamiP6"); }
wire::PeerId other_peer() { return *wire::PeerId::from_text("16Uiu2HAkx4XCpSikUcVusJgc4pqebz6negiTkyKKffSe1W2d234u"); }

TEST(TokenTest, a_fresh_invitation_lets_a_session_begin) {
    EXPECT_EQ(judge(invitation_of(1), {}, now), std::nullopt);
    EXPECT_EQ(judge(invitation_of(3, 1), {.spent = 2, .peer_spent = 0}, now), std::nullopt);
}

TEST(TokenTest, expiry_is_the_first_moment_at_which_it_is_too_late) {
    auto invitation = invitation_of(1);
    invitation.expiry = now;
    EXPECT_EQ(judge(invitation, {}, now), Code::token_expired);
    EXPECT_EQ(judge(invitation, {}, now - std::chrono::milliseconds{1}), std::nullopt);
}

TEST(TokenTest, revocation_is_said_before_everything_else) {
    auto invitation = invitation_of(1);
    invitation.revoked = now;
    invitation.expiry = now - hours{1};
    EXPECT_EQ(judge(invitation, {.spent = 1}, now), Code::token_revoked);
}

TEST(TokenTest, expiry_is_said_before_uses) {
    auto invitation = invitation_of(1);
    invitation.expiry = now;
    EXPECT_EQ(judge(invitation, {.spent = 1, .reserved = 1}, now), Code::token_expired);
}

TEST(TokenTest, used_is_said_only_when_all_uses_are_spent) {
    EXPECT_EQ(judge(invitation_of(1), {.spent = 1}, now), Code::token_used);
    EXPECT_EQ(judge(invitation_of(1), {.reserved = 1}, now), Code::token_in_use);
    EXPECT_EQ(judge(invitation_of(3), {.spent = 2}, now), std::nullopt);
    EXPECT_EQ(judge(invitation_of(3), {.spent = 2, .reserved = 1}, now), Code::token_in_use);
    EXPECT_EQ(judge(invitation_of(3), {.spent = 3}, now), Code::token_used);
    EXPECT_EQ(judge(invitation_of(3), {.spent = 3, .reserved = 1}, now), Code::token_used);
}

TEST(TokenTest, what_a_peer_may_have_is_judged_like_uses) {
    EXPECT_EQ(judge(invitation_of(std::nullopt, 1), {.spent = 9, .peer_spent = 1}, now), Code::token_used);
    EXPECT_EQ(judge(invitation_of(std::nullopt, 1), {.reserved = 9, .peer_reserved = 1}, now), Code::token_in_use);
    EXPECT_EQ(judge(invitation_of(std::nullopt, 2), {.peer_spent = 1}, now), std::nullopt);
    EXPECT_EQ(judge(invitation_of(std::nullopt, 2), {.peer_spent = 1, .peer_reserved = 1}, now), Code::token_in_use);
    // The peer's own limit is final although the token's uses are merely reserved.
    EXPECT_EQ(judge(invitation_of(2, 1), {.spent = 1, .reserved = 1, .peer_spent = 1}, now), Code::token_used);
}

TEST(TokenTest, an_unlimited_token_is_never_used_up) {
    constexpr auto most = ~std::uint64_t{0};
    EXPECT_EQ(judge(invitation_of(std::nullopt), {most, most, most, most}, now), std::nullopt);
}

TEST(TokenTest, counts_beyond_what_is_allowed_do_not_wrap) {
    constexpr auto most = ~std::uint64_t{0};
    EXPECT_EQ(judge(invitation_of(1), {.spent = most, .reserved = most}, now), Code::token_used);
    EXPECT_EQ(judge(invitation_of(2), {.spent = 1, .reserved = most}, now), Code::token_in_use);
    EXPECT_EQ(judge(invitation_of(0), {}, now), Code::token_used);
}

TEST(TokenTest, lists_name_the_standing_of_an_invitation) {
    auto invitation = invitation_of(1);
    EXPECT_EQ(standing(invitation, {.reserved = 1}, now), "active");
    EXPECT_EQ(standing(invitation, {.spent = 1}, now), "exhausted");
    EXPECT_EQ(standing(invitation, {.spent = 1}, invitation.expiry), "expired");
    invitation.revoked = now;
    EXPECT_EQ(standing(invitation, {.spent = 1}, invitation.expiry), "revoked");
}

TEST(TokenTest, requirements_survive_their_text) {
    for (const auto one : {Requirement::any, Requirement::bound, Requirement::proof, Requirement::external})
        EXPECT_EQ(requirement_from_text(to_text(one)), one);
    EXPECT_FALSE(requirement_from_text("Any"));
    EXPECT_FALSE(requirement_from_text(""));
}

// Stored by every version of the program: these values never change.
TEST(TokenTest, hashes_are_those_that_were_written_down) {
    const auto token = hash_of_token("a token");
    EXPECT_EQ(to_hex(token.view()), "e3316e2bafebb6103a3418e8778c0adc960d40213a03a7e7f4fcd3426ed807bf");
    const auto key = bootstrap_key(token, some_peer(), "pärty");
    EXPECT_EQ(to_hex(key.view()), "312b500efb94cdc2b8b7cac423c12f5db425e0d45d78cb30622c13bb6fe5fa57");
    EXPECT_EQ(to_hex(instance_of(key, to_text(Side::listener)).view()),
              "ab598af0be3c6c435c0bde156e909b79e44215d64f8efa8a05034aaf137e7f42");
}

TEST(TokenTest, a_key_differs_when_any_part_differs) {
    using namespace std::string_view_literals;
    std::set<BootstrapKey> keys;
    std::size_t made = 0;
    for (const auto token : {"a"sv, "b"sv})
        for (const auto& peer : {some_peer(), other_peer(), wire::PeerId{}})
            for (const auto party : {""sv, "p"sv, "P"sv, "p\0"sv, "pp"sv, "p "sv}) {
                keys.insert(bootstrap_key(hash_of_token(token), peer, party));
                ++made;
            }
    EXPECT_EQ(keys.size(), made);
}

// Without lengths, bytes could move from the peer id into the party id and leave the hash as it is.
TEST(TokenTest, a_key_is_not_that_of_other_parts_with_the_same_bytes_in_a_row) {
    const auto token = hash_of_token("a");
    const auto peer = some_peer();
    const auto joined = taleus::to_text(peer.bytes()) + "p";
    EXPECT_NE(bootstrap_key(token, peer, "p"), bootstrap_key(token, wire::PeerId{}, joined));
}

TEST(TokenTest, each_side_has_an_instance_of_its_own) {
    const auto key = bootstrap_key(hash_of_token("a"), some_peer(), "p");
    EXPECT_NE(instance_of(key, to_text(Side::listener)), instance_of(key, to_text(Side::dialer)));
    EXPECT_NE(instance_of(key, "dialer"), instance_of(bootstrap_key(hash_of_token("b"), some_peer(), "p"), "dialer"));
}

TEST(StatesTest, every_name_leads_back_to_its_state) {
    std::set<std::string_view> texts;
    for (auto i = 0; i <= static_cast<int>(StateName::cancelled); ++i) {
        const auto name = static_cast<StateName>(i);
        EXPECT_EQ(state_from_text(to_text(name)), name);
        texts.insert(to_text(name));
    }
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(StateName::cancelled) + 1);
    EXPECT_FALSE(state_from_text("done"));
    EXPECT_EQ(outcome_text(StateName::done), "done");
    EXPECT_EQ(outcome_text(StateName::timed_out), "timed_out");
    EXPECT_EQ(outcome_text(StateName::cancelled), "cancelled");
}

} // namespace
} // namespace taleus::protocol
