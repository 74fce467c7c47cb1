#pragma once
// Strangers at a listener's door, by the dozen, and that nothing of them is left.

#include "sim/testing.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::sim::testing {

struct ProtectionTest : WorldTest {
    Instant now() { return inviter.process().clock.now(); }
    void expect_nothing_held() {
        world.run_dry();
        EXPECT_EQ(inviter.guards().scopes.size(), 0U);
        EXPECT_EQ(inviter.guards().work.in_use(), 0U);
        const auto counts = inviter.listener().counts();
        EXPECT_EQ(counts.streams, 0U);
        EXPECT_EQ(counts.tasks, 0U);
        EXPECT_EQ(counts.keys, 0U);
        EXPECT_EQ(counts.reserved, 0U);
        EXPECT_EQ(counts.seats, 0U);
        EXPECT_EQ(counts.waiting, 0U);
    }
    // A stranger of this name, as peer and as party.
    std::shared_ptr<Said> begin_as(const std::string& name, std::string text) {
        SeededRandom named{std::hash<std::string>{}(name)};
        auto said = std::make_shared<Said>();
        async::asio::co_spawn(respondent.process().executor(),
                              say_as(wire::PeerId::of(wire::KeyPair::generate(named).public_key()),
                                     respondent.process(), world.network, inviter.address(), std::move(text)),
                              [said](const std::exception_ptr& failed, Reply reply) {
                                  if (failed) std::rethrow_exception(failed);
                                  said->reply = std::move(reply);
                              });
        return said;
    }
    // Contacts of strangers, all answered.
    std::vector<Reply> contacts(const wire::Link& link, int count, std::string_view name) {
        std::vector<std::shared_ptr<Said>> said;
        for (int i = 0; i < count; ++i) {
            const auto party = std::string{name} + std::to_string(i);
            said.push_back(begin_as(party, contact_text(link.token, party)));
        }
        world.run_until([&] { return std::ranges::all_of(said, [](const auto& one) { return !!one->reply; }); });
        std::vector<Reply> replies;
        for (const auto& one : said) replies.push_back(*one->reply);
        return replies;
    }
};

} // namespace taleus::sim::testing
