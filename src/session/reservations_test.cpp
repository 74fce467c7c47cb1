#include "session/reservations.hpp"
#include "wire/keys.hpp"

#include <gtest/gtest.h>

namespace taleus::session {
namespace {

using namespace std::chrono_literals;

wire::PeerId peer(std::uint64_t seed) {
    SeededRandom random{seed};
    return wire::PeerId::of(wire::KeyPair::generate(random).public_key());
}
const wire::PeerId anna = peer(1);
const wire::PeerId bert = peer(2);
const TokenHash token{{1}};
const TokenHash other{{2}};

TEST(ReservationsTest, are_added_to_what_the_store_counts_and_given_back) {
    Reservations reservations;
    {
        const auto one = reservations.reserve(token, anna);
        const auto two = reservations.reserve(token, bert);
        const auto three = reservations.reserve(other, anna);
        const auto usage =
            reservations.added_to({.spent = 5, .reserved = 1, .peer_spent = 0, .peer_reserved = 0}, token, anna);
        EXPECT_EQ(usage.spent, 5U);
        EXPECT_EQ(usage.reserved, 3U);
        EXPECT_EQ(usage.peer_reserved, 1U);
        EXPECT_EQ(reservations.size(), 3U);
    }
    EXPECT_EQ(reservations.size(), 0U);
    EXPECT_EQ(reservations.added_to({}, token, anna).reserved, 0U);
}

TEST(ReservationsTest, a_lapse_keeps_its_peer_from_its_token_for_a_while) {
    Reservations reservations;
    const Instant now{100s};
    reservations.lapse(token, anna, now + 5s);
    EXPECT_EQ(reservations.wait_of(token, anna, now + 1s), 4s);
    EXPECT_FALSE(reservations.wait_of(token, bert, now));
    EXPECT_FALSE(reservations.wait_of(other, anna, now));
    EXPECT_FALSE(reservations.wait_of(token, anna, now + 5s));
    EXPECT_EQ(reservations.lapses(), 0U);
}

TEST(ReservationsTest, lapses_take_bounded_memory) {
    Reservations reservations;
    for (std::uint8_t i = 0; i < 255; ++i)
        for (std::uint8_t k = 0; k < 40; ++k) reservations.lapse(TokenHash{{i, k}}, anna, Instant{5s});
    EXPECT_LE(reservations.lapses(), 4096U);
}

} // namespace
} // namespace taleus::session
