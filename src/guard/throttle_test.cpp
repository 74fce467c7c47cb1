// MODEL: the list of all charges that passed. For every two of them, what passed from the first to the second, both
// included, is at most rate * (time between) + burst, in contacts and in bytes; and one that was refused would have
// broken that for some earlier one (nobody is refused without a reason), up to a nanosecond of the rate.

#include "guard/throttle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace taleus::guard {
namespace {

using namespace std::chrono_literals;

const Instant start{1h};

StageRates only(Stage stage, Rates rates) {
    StageRates all{};
    all[static_cast<std::size_t>(stage)] = rates;
    return all;
}

TEST(ThrottleTest, a_burst_passes_then_the_rate) {
    SeededRandom random{1};
    Throttle throttle{random};
    const auto rates = only(Stage::peer, {.contacts = {.per_second = 10, .burst = 3}, .bytes = {}});
    const Throttle::Caller peer{Stage::peer, as_bytes("p")};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(throttle.admit({peer}, {.contacts = 1}, rates, start));
    const auto refused = throttle.admit({peer}, {.contacts = 1}, rates, start);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().wait, 100ms);
    EXPECT_FALSE(throttle.admit({peer}, {.contacts = 1}, rates, start + 100ms - 1ns));
    EXPECT_TRUE(throttle.admit({peer}, {.contacts = 1}, rates, start + 100ms));
}

TEST(ThrottleTest, one_who_has_spent_his_own_takes_nothing_of_the_common_one) {
    SeededRandom random{1};
    Throttle throttle{random};
    auto rates = only(Stage::peer, {.contacts = {.per_second = 1, .burst = 1}, .bytes = {}});
    rates[static_cast<std::size_t>(Stage::global)].contacts = {.per_second = 1, .burst = 2};
    const Throttle::Caller greedy{Stage::peer, as_bytes("greedy")};
    const Throttle::Caller honest{Stage::peer, as_bytes("honest")};
    const Throttle::Caller all{};
    EXPECT_TRUE(throttle.admit({greedy, all}, {.contacts = 1}, rates, start));
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(throttle.admit({greedy, all}, {.contacts = 1}, rates, start).error().stage, Stage::peer);
    EXPECT_TRUE(throttle.admit({honest, all}, {.contacts = 1}, rates, start));
    EXPECT_EQ(throttle.counts().admitted, 2U);
    EXPECT_EQ(throttle.counts().refused[static_cast<std::size_t>(Stage::peer)], 1000U);
}

TEST(ThrottleTest, what_is_more_than_a_burst_never_passes) {
    const Rates rates{.contacts = {.per_second = 10, .burst = 3}, .bytes = {.per_second = 10, .burst = 100}};
    const Bucket bucket;
    EXPECT_EQ(bucket.wait_for(rates, {.contacts = 3, .bytes = 100}, start), Duration::zero());
    EXPECT_FALSE(bucket.wait_for(rates, {.contacts = 4}, start));
    EXPECT_FALSE(bucket.wait_for(rates, {.bytes = 101}, start));
}

// Found in review: what was owed at a rate of ten a second was waited for at five thousand a second, for half an hour.
TEST(ThrottleTest, whoever_owes_at_an_old_rate_owes_no_more_than_a_burst_of_the_new) {
    SeededRandom random{1};
    Throttle throttle{random};
    for (const auto stage : {Stage::peer, Stage::global}) {
        const Throttle::Caller caller{stage, stage == Stage::global ? ByteView{} : as_bytes("p")};
        const auto slow = only(stage, {.contacts = {.per_second = 1, .burst = 2000}, .bytes = {}});
        const auto fast = only(stage, {.contacts = {.per_second = 500, .burst = 2000}, .bytes = {}});
        EXPECT_TRUE(throttle.admit({caller}, {.contacts = 2000}, slow, start));
        throttle.use(fast, start);
        const auto refused = throttle.admit({caller}, {.contacts = 1}, fast, start);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().wait, 2ms);
        throttle.use({}, start); // no rate at all
        throttle.use(fast, start);
        EXPECT_TRUE(throttle.admit({caller}, {.contacts = 2000}, fast, start));
    }
}

// Found in review: the product of amount and a second did not fit 64 bits, and so a burst was worth a nanosecond.
TEST(ThrottleTest, rates_may_be_as_great_as_numbers_go) {
    for (const auto& [rate, burst] : {std::pair<std::size_t, std::size_t>{std::size_t{32} << 30U, 18'446'744'074},
                                      {std::size_t{1} << 40U, std::size_t{1} << 39U},
                                      {SIZE_MAX, SIZE_MAX}}) {
        const Rates rates{.contacts = {}, .bytes = {.per_second = rate, .burst = burst}};
        EXPECT_EQ(Bucket{}.wait_for(rates, {.bytes = 65'536}, start), Duration::zero());
        Bucket bucket;
        bucket.take(rates, {.bytes = burst}, start);
        EXPECT_LE(bucket.bytes_full, start + 1s);
        EXPECT_GT(bucket.wait_for(rates, {.bytes = burst}, start), Duration::zero());
    }
    const Rates slowest{.contacts = {}, .bytes = {.per_second = 1, .burst = SIZE_MAX}};
    EXPECT_EQ(Bucket{}.wait_for(slowest, {.bytes = SIZE_MAX}, start), Duration::zero());
}

TEST(ThrottleTest, what_was_not_used_is_given_back) {
    SeededRandom random{1};
    Throttle throttle{random};
    const auto rates = only(Stage::address, {.contacts = {}, .bytes = {.per_second = 1, .burst = 100}});
    const Throttle::Caller caller{Stage::address, as_bytes("a")};
    EXPECT_TRUE(throttle.admit({caller}, {.bytes = 100}, rates, start));
    throttle.give_back({caller}, {.bytes = 60}, rates, start);
    EXPECT_FALSE(throttle.admit({caller}, {.bytes = 61}, rates, start));
    EXPECT_TRUE(throttle.admit({caller}, {.bytes = 60}, rates, start));
}

// A million callers: the tables have the buckets that they began with, and one who calls in the midst of them and has
// spent his own is not freed by their number.
TEST(ThrottleTest, a_million_callers_need_no_memory_and_free_nobody_who_calls_on) {
    SeededRandom random{7};
    Buckets buckets{4096, random};
    const auto size = buckets.size();
    const Rates rates{.contacts = {.per_second = 1, .burst = 20}, .bytes = {}};
    const auto call = [&](const std::string& name, Instant now) {
        auto bucket = buckets.of(as_bytes(name));
        if (bucket.wait_for(rates, {.contacts = 1}, now) != Duration::zero()) return false;
        bucket.take(rates, {.contacts = 1}, now);
        buckets.put(as_bytes(name), bucket, now);
        return true;
    };
    auto now = start;
    std::size_t greedy = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        now += 10us;
        call("caller " + std::to_string(i), now);
        if (i % 10 == 0 && call("greedy", now)) ++greedy;
    }
    EXPECT_EQ(buckets.size(), size);
    EXPECT_LE(greedy, 20U + 10U); // burst, and 10 s of rate
}

TEST(ThrottleTest, no_schedule_passes_more_than_rate_and_burst) {
    struct Passed {
        Instant at;
        Charge charge;
    };
    EXPECT_TRUE(rc::check([] {
        SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
        Throttle throttle{random, 8};
        const Rates rates{.contacts = {*rc::gen::inRange<std::size_t>(1, 50), *rc::gen::inRange<std::size_t>(1, 20)},
                          .bytes = {*rc::gen::inRange<std::size_t>(1, 5000), *rc::gen::inRange<std::size_t>(64, 4096)}};
        const auto all = only(Stage::peer, rates);
        const Throttle::Caller caller{Stage::peer, as_bytes("p")};
        std::vector<Passed> passed;
        // What would have passed from `first` on with this one, and what may.
        const auto breaks = [&](std::size_t first, const Passed& next, double slack) {
            auto sum = next.charge;
            for (auto i = first; i < passed.size(); ++i) {
                sum.contacts += passed[i].charge.contacts;
                sum.bytes += passed[i].charge.bytes;
            }
            const auto from = first < passed.size() ? passed[first].at : next.at;
            const auto time = std::chrono::duration<double>(next.at - from).count() + slack;
            const auto may = [&](const Rate& rate) {
                return time * static_cast<double>(rate.per_second) + static_cast<double>(rate.burst);
            };
            return static_cast<double>(sum.contacts) > may(rates.contacts) ||
                   static_cast<double>(sum.bytes) > may(rates.bytes);
        };
        const auto breaks_any = [&](const Passed& next, double slack) {
            for (std::size_t first = 0; first <= passed.size(); ++first)
                if (breaks(first, next, slack)) return true;
            return false;
        };
        auto now = start;
        const auto steps = *rc::gen::inRange(0, 100);
        for (int i = 0; i < steps; ++i) {
            now += Duration{*rc::gen::inRange<std::int64_t>(0, 200'000'000)};
            const Passed next{now, {1, *rc::gen::inRange<std::size_t>(0, 64)}};
            const auto answer = throttle.admit({caller}, next.charge, all, now);
            if (answer) {
                RC_ASSERT(!breaks_any(next, 1e-6));
                passed.push_back(next);
            } else {
                RC_ASSERT(breaks_any(next, -1e-6));
                RC_ASSERT(answer.error().wait > Duration::zero());
            }
        }
    }));
}

} // namespace
} // namespace taleus::guard
