// MODEL of a schedule: calls begin and end as chance has it, with any result, late, twice or never, and time passes.
// Whatever happens:
//  * while open nothing is let through, and it is open at most 1.2 times the longest period;
//  * half-open has at most `probes` calls, and ends at most a lease after its last probe began;
//  * a result that comes after its lease, or of an earlier generation, changes neither state nor generation;
//  * once the dependency does well and is called, it is closed within the longest period and a few calls.

#include "guard/breaker.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

namespace taleus::guard {
namespace {

using namespace std::chrono_literals;

const Instant start{1h};

struct BreakerTest : testing::Test {
    SeededRandom random{3};
    BreakerSettings settings;
    Breaker breaker{settings, random};
    Instant now = start;

    void call(CallResult result, Duration took = 1ms) {
        const auto lease = breaker.ask(now);
        ASSERT_TRUE(lease);
        now += took;
        breaker.report(*lease, result, now);
    }
    void until_probing() {
        while (breaker.state(now) == BreakerState::open) now += 10ms;
    }
};

TEST_F(BreakerTest, opens_on_half_of_twenty_failed) {
    for (int i = 0; i < 10; ++i) call(CallResult::good);
    for (int i = 0; i < 9; ++i) call(CallResult::failed);
    EXPECT_EQ(breaker.state(now), BreakerState::closed);
    call(CallResult::failed);
    EXPECT_EQ(breaker.state(now), BreakerState::open);
    const auto refused = breaker.ask(now);
    ASSERT_FALSE(refused);
    EXPECT_GE(refused.error(), 800ms);
    EXPECT_LE(refused.error(), 1200ms);
}

TEST_F(BreakerTest, opens_on_slow_calls_that_succeed) {
    settings.slow = 100ms;
    breaker.use(settings);
    for (int i = 0; i < 20; ++i) call(CallResult::good, 100ms);
    EXPECT_EQ(breaker.state(now), BreakerState::open);
}

// Found in review: it waited for one more probe to succeed, and let none through, until the next start.
TEST_F(BreakerTest, fewer_probes_are_enough_at_once_where_they_were_had_already) {
    for (int i = 0; i < 5; ++i) call(CallResult::timed_out);
    until_probing();
    for (int i = 0; i < 2; ++i) call(CallResult::good);
    EXPECT_EQ(breaker.state(now), BreakerState::half_open);
    settings.probes = 2;
    breaker.use(settings);
    EXPECT_EQ(breaker.state(now), BreakerState::closed);
    EXPECT_TRUE(breaker.ask(now));
}

// Found in review: the slices of a longer window have smaller numbers, and so it turned no more.
TEST_F(BreakerTest, a_window_of_another_length_turns_as_it_should) {
    call(CallResult::good);
    for (const auto length : {60s, 5s}) {
        settings.window = length;
        breaker.use(settings);
        for (int i = 0; i < 19; ++i) call(CallResult::failed);
        now += 10min;
        call(CallResult::failed);
        EXPECT_EQ(breaker.state(now), BreakerState::closed);
    }
}

TEST_F(BreakerTest, opens_on_five_timeouts_in_a_row_however_rare) {
    for (int i = 0; i < 4; ++i) {
        call(CallResult::timed_out);
        now += 1h;
    }
    EXPECT_EQ(breaker.state(now), BreakerState::closed);
    call(CallResult::timed_out);
    EXPECT_EQ(breaker.state(now), BreakerState::open);
}

TEST_F(BreakerTest, old_failures_leave_the_window) {
    for (int i = 0; i < 19; ++i) call(CallResult::failed);
    now += 11s;
    for (int i = 0; i < 19; ++i) call(CallResult::failed);
    EXPECT_EQ(breaker.state(now), BreakerState::closed);
    call(CallResult::failed);
    EXPECT_EQ(breaker.state(now), BreakerState::open);
}

TEST_F(BreakerTest, calls_that_never_return_open_it_at_their_leases_end) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(breaker.ask(now));
    now += settings.lease - 1ns;
    EXPECT_EQ(breaker.state(now), BreakerState::closed);
    now += 1ns;
    EXPECT_EQ(breaker.state(now), BreakerState::open);
}

TEST_F(BreakerTest, probes_that_succeed_close_it_and_periods_double_until_then) {
    for (int i = 0; i < 5; ++i) call(CallResult::timed_out);
    Duration last{};
    for (int round = 0; round < 8; ++round) {
        const auto wait = breaker.ask(now).error();
        EXPECT_LE(wait, settings.open_max * 12 / 10);
        if (round == 1) EXPECT_GE(wait, 1600ms);
        last = wait;
        until_probing();
        call(CallResult::failed);
        EXPECT_EQ(breaker.state(now), BreakerState::open);
    }
    EXPECT_GE(last, settings.open_max * 8 / 10);
    until_probing();
    std::vector<Breaker::Lease> probes;
    for (std::size_t i = 0; i < settings.probes; ++i) probes.push_back(breaker.ask(now).value());
    EXPECT_FALSE(breaker.ask(now)); // exactly three
    for (const auto& probe : probes) breaker.report(probe, CallResult::good, now);
    EXPECT_EQ(breaker.state(now), BreakerState::closed);
    for (int i = 0; i < 5; ++i) call(CallResult::timed_out);
    EXPECT_LE(breaker.ask(now).error(), 1200ms); // begins anew
}

TEST_F(BreakerTest, a_probe_that_hangs_reopens_it) {
    for (int i = 0; i < 5; ++i) call(CallResult::timed_out);
    until_probing();
    ASSERT_TRUE(breaker.ask(now));
    now += settings.lease;
    EXPECT_EQ(breaker.state(now), BreakerState::open);
}

TEST_F(BreakerTest, a_probe_whose_caller_left_makes_room_for_another) {
    for (int i = 0; i < 5; ++i) call(CallResult::timed_out);
    until_probing();
    for (int i = 0; i < 100; ++i) call(CallResult::abandoned, 0ms);
    for (int i = 0; i < 3; ++i) call(CallResult::good);
    EXPECT_EQ(breaker.state(now), BreakerState::closed);
}

TEST_F(BreakerTest, what_calls_took_is_told_by_their_results_and_decides_nothing) {
    for (int i = 0; i < 100; ++i) breaker.measure(CallResult::timed_out, 1h);
    breaker.measure(CallResult::good, 2ms);
    EXPECT_EQ(breaker.state(now), BreakerState::closed);
    EXPECT_EQ(breaker.durations()[static_cast<std::size_t>(CallResult::timed_out)].sum(), 100 * 3600);
    EXPECT_EQ(breaker.durations()[static_cast<std::size_t>(CallResult::good)].sum(), 0.002);
    EXPECT_EQ(breaker.durations()[static_cast<std::size_t>(CallResult::failed)].sum(), 0);
    EXPECT_EQ(breaker.counts(now).results, (std::array<std::uint64_t, 4>{1, 0, 100, 0}));
}

TEST_F(BreakerTest, a_late_result_decides_nothing) {
    const auto before = breaker.ask(now).value();
    for (int i = 0; i < 5; ++i) call(CallResult::timed_out);
    until_probing();
    for (int i = 0; i < 10; ++i) breaker.report(before, CallResult::good, now);
    EXPECT_EQ(breaker.state(now), BreakerState::half_open);
    EXPECT_EQ(breaker.counts(now).late, 10U);
}

TEST(BreakerPropertyTest, every_schedule_keeps_the_promises) {
    EXPECT_TRUE(rc::check([] {
        SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
        BreakerSettings settings;
        settings.calls_min = *rc::gen::inRange<std::size_t>(1, 30);
        settings.timeouts_in_row = *rc::gen::inRange<std::size_t>(1, 8);
        settings.probes = *rc::gen::inRange<std::size_t>(1, 5);
        settings.open_max = *rc::gen::element<Duration>(1s, 4s, 30s);
        Breaker breaker{settings, random};
        struct Call {
            Breaker::Lease lease;
            std::size_t openings; // of the breaker when it began
        };
        std::vector<Call> calls; // some of them reported already: they are reported again
        auto now = start;
        auto last_probe = start;
        auto state = breaker.state(now);
        auto since = now;
        const auto generations = [&] {
            const auto counts = breaker.counts(now);
            return counts.transitions[0] + counts.transitions[1] + counts.transitions[2];
        };
        const auto look = [&] {
            const auto next = breaker.state(now);
            if (next != state) since = now;
            state = next;
            if (state == BreakerState::open) RC_ASSERT(now - since <= settings.open_max * 12 / 10);
            const auto counts = breaker.counts(now);
            if (state == BreakerState::half_open) {
                RC_ASSERT(counts.leases <= settings.probes);
                if (counts.leases > 0) RC_ASSERT(now - last_probe <= settings.lease);
            }
        };
        const auto steps = *rc::gen::inRange(0, 200);
        for (int i = 0; i < steps; ++i) {
            const auto what = *rc::gen::inRange(0, 4);
            if (what == 0) now += Duration{*rc::gen::inRange<std::int64_t>(0, 2'000'000'000)};
            look();
            if (what == 1 || what == 2) {
                const auto lease = breaker.ask(now);
                RC_ASSERT(!lease || state != BreakerState::open);
                RC_ASSERT(lease || state != BreakerState::closed);
                if (!lease) RC_ASSERT(lease.error() > Duration::zero());
                if (lease && state == BreakerState::half_open) last_probe = now;
                if (lease) calls.push_back({*lease, generations()});
            } else if (what == 3 && !calls.empty()) {
                const auto& call = calls[*rc::gen::inRange<std::size_t>(0, calls.size())];
                const bool is_late = call.openings != generations() || now - call.lease.begun >= settings.lease;
                const auto before = generations();
                const auto late = breaker.counts(now).late;
                breaker.report(call.lease,
                               *rc::gen::element(CallResult::good, CallResult::failed, CallResult::timed_out,
                                                 CallResult::abandoned),
                               now);
                if (is_late) {
                    RC_ASSERT(generations() == before);
                    RC_ASSERT(breaker.counts(now).late == late + 1);
                }
            }
            look();
        }
        // The dependency is well from here on, whatever is still out.
        const auto bound = now + settings.open_max * 12 / 10 + settings.lease + 1s;
        while (breaker.state(now) != BreakerState::closed) {
            RC_ASSERT(now <= bound);
            if (const auto lease = breaker.ask(now)) breaker.report(*lease, CallResult::good, now);
            now += 50ms;
        }
    }));
}

} // namespace
} // namespace taleus::guard
