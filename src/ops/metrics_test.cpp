#include "base/random.hpp"
#include "ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace taleus::ops {
namespace {

using namespace std::chrono_literals;
using ports::Control;
using protocol::Side;
using protocol::StateName;
using testing::HasSubstr;

TEST(MetricsTest, sessions_are_accounted_for_whatever_happens_to_them) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SeededRandom random{seed};
        Metrics metrics{"1"};
        for (int i = 0; i < 500; ++i) {
            const auto id = std::to_string(random.below(40));
            switch (random.below(4)) {
            case 0:
                metrics.moved(id, Side::listener, StateName::reading_request, StateName::validating_token, 1ms);
                break;
            case 1: metrics.ended(id, Side::listener, wire::Role::foil, StateName::done, std::nullopt, 1s); break;
            case 2: metrics.left(id); break;
            default: metrics.resumed(id);
            }
            ASSERT_TRUE(metrics.sessions().are_accounted_for()) << "seed " << seed;
        }
        EXPECT_THAT(metrics.expose(Control::Exposition::prometheus), HasSubstr("\ntaleus_sessions_unaccounted 0\n"));
    }
}

// All that can be: every state, code, role and outcome. Whoever calls adds nothing to it.
TEST(MetricsTest, series_are_as_many_however_many_sessions_there_are) {
    const auto series_after = [](int sessions) {
        SeededRandom random{7};
        Metrics metrics{"1"};
        for (int i = 0; i < sessions; ++i) {
            const auto id = to_hex(random.bytes<16>());
            for (auto state = StateName::reading_request; state < StateName::connecting;
                 state = static_cast<StateName>(static_cast<int>(state) + 1))
                metrics.moved(id, Side::listener, state, StateName::sending_refusal, 1ms);
            const auto outcome = static_cast<StateName>(static_cast<int>(StateName::done) + i % 5);
            const auto code = static_cast<Code>(static_cast<std::size_t>(i) % code_texts.size());
            metrics.ended(id, Side::listener, i % 2 == 0 ? wire::Role::stock : wire::Role::foil, outcome, code, 1s);
            metrics.ended({}, Side::listener, std::nullopt, outcome, code, 1s);
        }
        const auto text = metrics.expose(Control::Exposition::prometheus);
        return std::ranges::count(text, '\n');
    };
    const auto lines = series_after(2000);
    EXPECT_EQ(series_after(20'000), lines);
    EXPECT_LT(lines, 1500);
}

TEST(MetricsTest, what_others_distribute_is_cumulative_in_both_forms) {
    constexpr std::array bounds{1.0, 10.0};
    Histogram histogram{bounds};
    for (const double value : {0.5, 4.0, 6.0, 100.0}) histogram.observe(value);
    Metrics metrics{"1"};
    metrics.show({{.name = "h", .help = "h", .labels = {{"x", "y"}}, .histogram = histogram}});
    for (const auto form : {Control::Exposition::prometheus, Control::Exposition::openmetrics}) {
        const auto text = metrics.expose(form);
        EXPECT_THAT(text, HasSubstr("# TYPE taleus_h histogram\n"));
        EXPECT_THAT(text, HasSubstr("taleus_h_bucket{x=\"y\",le=\"1\"} 1\n"));
        EXPECT_THAT(text, HasSubstr("taleus_h_bucket{x=\"y\",le=\"10\"} 3\n"));
        EXPECT_THAT(text, HasSubstr("taleus_h_bucket{x=\"y\",le=\"+Inf\"} 4\n"));
        EXPECT_THAT(text, HasSubstr("taleus_h_sum{x=\"y\"} 110.5\n"));
        EXPECT_THAT(text, HasSubstr("taleus_h_count{x=\"y\"} 4\n"));
    }
}

TEST(MetricsTest, both_forms_tell_the_same) {
    Metrics metrics{"1.2"};
    metrics.ended("a", Side::listener, wire::Role::stock, StateName::done, std::nullopt, 20ms);
    metrics.show({{.name = "handshakes_total", .help = "h", .is_counter = true, .value = 3},
                  {.name = "streams", .help = "s", .value = 2, .labels = {{"x", "a\"b\\"}}}});
    const auto plain = metrics.expose(Control::Exposition::prometheus);
    EXPECT_THAT(plain, HasSubstr("# TYPE taleus_handshakes_total counter\ntaleus_handshakes_total 3\n"));
    EXPECT_THAT(plain, HasSubstr("taleus_build_info{version=\"1.2\"} 1\n"));
    const auto open = metrics.expose(Control::Exposition::openmetrics);
    EXPECT_THAT(open,
                HasSubstr("# TYPE taleus_handshakes counter\n# HELP taleus_handshakes h\ntaleus_handshakes_total 3\n"));
    EXPECT_THAT(open, HasSubstr("taleus_streams{x=\"a\\\"b\\\\\"} 2\n"));
    EXPECT_THAT(
        open, HasSubstr("taleus_session_duration_seconds_bucket{outcome=\"done\",side=\"listener\",le=\"0.025\"} 1\n"));
    EXPECT_THAT(open, testing::EndsWith("# EOF\n"));
}

} // namespace
} // namespace taleus::ops
