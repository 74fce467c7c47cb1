// MODEL: a list of what each live permit holds and in which scopes. A scope holds the sum over its permits; a question
// is granted exactly when in every scope named that sum and the amounts stay within the cap, for each resource asked.

#include "guard/scopes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace taleus::guard {
namespace {

TEST(ScopesTest, a_cap_is_reached_and_not_passed) {
    Scopes scopes;
    const Scopes::Place process{{Kind::process}, {.sessions = 2}};
    auto first = scopes.take({process}, {.sessions = 1});
    auto second = scopes.take({process}, {.sessions = 1});
    const auto third = scopes.take({process}, {.sessions = 1});
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().scope, Kind::process);
    EXPECT_EQ(to_text(third.error().resource), "sessions");
    second->give_back();
    EXPECT_TRUE(scopes.take({process}, {.sessions = 1}));
}

TEST(ScopesTest, what_the_last_scope_refuses_is_taken_in_none) {
    Scopes scopes;
    const auto refused = scopes.take({{{Kind::process}, no_cap}, {{Kind::peer, "p"}, {.bytes = 9}}}, {.bytes = 10});
    EXPECT_EQ(refused.error().scope, Kind::peer);
    EXPECT_EQ(scopes.size(), 0U);
}

TEST(ScopesTest, a_permit_enters_and_leaves) {
    Scopes scopes;
    auto permit = scopes.take({{{Kind::process}, no_cap}, {{Kind::unauthenticated}, no_cap}}, {.connections = 1});
    permit->leave(Kind::unauthenticated);
    permit->leave(Kind::unauthenticated); // is not there any more
    EXPECT_EQ(scopes.held(Kind::unauthenticated), Amounts{});
    EXPECT_FALSE(permit->enter({{Kind::peer, "p"}, {.connections = 1}}));
    auto other = scopes.take({{{Kind::process}, no_cap}}, {.connections = 1});
    EXPECT_EQ(other->enter({{Kind::peer, "p"}, {.connections = 1}})->scope, Kind::peer);
    EXPECT_EQ(scopes.held(Kind::process).connections, 2U);
    EXPECT_EQ(scopes.held({Kind::peer, "p"}).connections, 1U);
}

TEST(ScopesTest, a_permit_of_nothing_enters_nothing) {
    Scopes::Permit nothing;
    EXPECT_FALSE(nothing.enter({{Kind::process}, {.sessions = 0}}));
    EXPECT_FALSE(nothing);
}

TEST(ScopesTest, every_schedule_agrees_with_the_model) {
    struct Row {
        Scopes::Permit permit;
        std::vector<ScopeName> scopes;
        Amounts amounts;
    };
    EXPECT_TRUE(rc::check([] {
        Scopes scopes;
        std::vector<Row> rows;
        const auto held = [&](const ScopeName& name) {
            Amounts sum;
            for (const auto& row : rows)
                for (const auto& scope : row.scopes)
                    if (scope == name)
                        for (const auto resource : resources) sum.*resource += row.amounts.*resource;
            return sum;
        };
        const auto fits = [&](const Scopes::Place& place, const Amounts& more) {
            const auto sum = held(place.scope);
            return std::ranges::all_of(resources,
                                       [&](Resource r) { return more.*r == 0 || sum.*r + more.*r <= place.cap.*r; });
        };
        const auto draw = [](std::size_t below) { return *rc::gen::inRange<std::size_t>(0, below); };
        const auto amounts = [&] { return Amounts{draw(2), draw(2), 1, draw(2), draw(100)}; };
        const auto cap = [&] { return Amounts{draw(9), draw(9), draw(9), draw(9), draw(600)}; };
        const auto peer = [&] { return ScopeName{Kind::peer, std::string(1, static_cast<char>('a' + draw(3)))}; };

        const auto steps = *rc::gen::inRange(0, 120);
        for (int i = 0; i < steps; ++i) {
            const auto what = draw(5);
            if (what <= 1) {
                const Scopes::Place all{{Kind::process}, cap()};
                const Scopes::Place one{peer(), cap()};
                const auto asked = amounts();
                auto permit = scopes.take({all, one}, asked);
                RC_ASSERT(permit.has_value() == (fits(all, asked) && fits(one, asked)));
                if (permit) rows.push_back({std::move(*permit), {all.scope, one.scope}, asked});
            } else if (!rows.empty() && what == 2) {
                auto& row = rows[draw(rows.size())];
                if (std::ranges::count(row.scopes, Kind::token, &ScopeName::kind) > 0) continue;
                const Scopes::Place place{{Kind::token, std::string(1, static_cast<char>('s' + draw(2)))}, cap()};
                const auto expected = fits(place, row.amounts);
                RC_ASSERT(!row.permit.enter(place).has_value() == expected);
                if (expected) row.scopes.push_back(place.scope);
            } else if (!rows.empty() && what == 3) {
                auto& row = rows[draw(rows.size())];
                row.permit.leave(Kind::token);
                std::erase_if(row.scopes, [](const auto& scope) { return scope.kind == Kind::token; });
            } else if (!rows.empty()) {
                std::swap(rows[draw(rows.size())], rows.back());
                rows.pop_back();
            }
            for (const auto& name : {ScopeName{Kind::process}, ScopeName{Kind::peer, "a"}, ScopeName{Kind::token, "s"}})
                RC_ASSERT(scopes.held(name) == held(name));
        }
        rows.clear();
        RC_ASSERT(scopes.size() == 0U); // exact zero
    }));
}

} // namespace
} // namespace taleus::guard
