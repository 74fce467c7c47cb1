// Everything goes wrong at random, from one seed; then it heals, and everybody repeats what they wanted. However it
// went, a use makes at most one tally, both homes tell the same, and nothing stays reserved.
// TALEUS_SIM_SEEDS=FIRST:COUNT runs others; a seed that fails is printed.

#include "sim/testing.hpp"

#include <algorithm>
#include <cstdlib>

namespace taleus::sim {
namespace {

using namespace testing;
using Mood = SimulatedProvisioner::Mood;

struct Wish { // somebody wants to join, whatever it takes
    Node* node;
    wire::Link link;
    std::shared_ptr<Joining> joining;
};

class Soak {
public:
    explicit Soak(std::uint64_t seed) : world_{seed}, chance_{seed ^ 0x5eedULL}, inviter_{world_.listener("anna")} {
        const auto single = world_.invite(inviter_, {.uses = 1});
        const auto foils = world_.invite(inviter_, {.role = wire::Role::foil, .uses = 3});
        for (int i = 0; i < 4; ++i) {
            auto& node = world_.dialer("peer-" + std::to_string(i));
            wishes_.push_back({&node, i % 2 == 0 ? single : foils, nullptr});
        }
        links_ = {single, foils};
    }

    void run() {
        for (int step = 0; step < 60; ++step) {
            join_who_does_not();
            world_.run_for(std::chrono::milliseconds{chance_.below(800)});
            happen();
        }
        heal();
        check();
    }

private:
    void join_who_does_not() {
        for (auto& wish : wishes_)
            if (!wish.joining || wish.joining->result) wish.joining = wish.node->join(wish.link);
    }

    void restart(Node& node) {
        node.crash();
        world_.run_for(std::chrono::milliseconds{chance_.below(2000)});
        node.boot();
        if (&node == &inviter_) node.serve();
    }

    void happen() {
        auto& wish = wishes_[chance_.below(wishes_.size())];
        auto& somebody = chance_.below(2) == 0 ? inviter_ : *wish.node;
        const std::array<std::string_view, 5> calls{"look_up", "open_session", "record_tally", "move_session",
                                                    "end_session"};
        switch (chance_.below(12)) {
        case 0: restart(inviter_); break;
        case 1:
            wish.joining.reset();
            restart(*wish.node);
            break;
        case 2: world_.network.cut(somebody.peer()); break;
        case 3: world_.network.silence(somebody.peer()); break;
        case 4: somebody.provisioner().mood = Mood::fails; break;
        case 5: somebody.provisioner().mood = Mood::hangs; break;
        case 6: somebody.provisioner().mood = Mood::overruns; break;
        case 7: somebody.provisioner().delay = std::chrono::milliseconds{chance_.below(6000)}; break;
        case 8: somebody.journal().fail_next(calls[chance_.below(calls.size())]); break;
        case 9: somebody.journal().slow_next(calls[chance_.below(calls.size())], 6s); break;
        default: somebody.provisioner().mood = Mood::makes; somebody.provisioner().delay = 5ms;
        }
    }

    void heal() {
        for (const auto& node : world_.nodes) {
            node->provisioner().mood = Mood::makes;
            node->provisioner().delay = 5ms;
            node->journal().fail_next("", 0);
            node->journal().slow_next("", 0s);
        }
        world_.run_dry();
        for (int round = 0; round < 3; ++round) { // a wish that fails was somebody else's single use
            join_who_does_not();
            world_.run_dry();
        }
    }

    void check() {
        const auto ours = inviter_.tallies();
        for (const auto& link : links_) {
            const auto token = protocol::hash_of_token(link.token);
            const auto made = std::ranges::count(ours, token, &ports::TallyRecord::token);
            EXPECT_LE(made, link.role == wire::Role::stock ? 1 : 3);
            EXPECT_EQ(inviter_.usage(token).spent, static_cast<std::uint64_t>(made));
            EXPECT_EQ(inviter_.usage(token).reserved, 0U);
        }
        std::size_t theirs = 0;
        for (const auto& wish : wishes_) {
            const auto tallies = wish.node->tallies();
            ASSERT_LE(tallies.size(), 1U);
            const bool is_done = wish.joining->result->outcome == StateName::done;
            if (wish.link.role == wire::Role::foil) EXPECT_TRUE(is_done) << wish.joining->result->reason;
            if (!is_done) continue;
            ++theirs;
            ASSERT_EQ(tallies.size(), 1U);
            const auto same = std::ranges::find(ours, tallies[0].tally_id, &ports::TallyRecord::tally_id);
            ASSERT_NE(same, ours.end()) << "done, and the inviter knows nothing of it";
            EXPECT_EQ(same->database, tallies[0].database);
            EXPECT_EQ(same->peer, wish.node->peer());
        }
        EXPECT_EQ(theirs, ours.size());
        EXPECT_EQ(theirs, 3U); // one of the two who wanted the single use, and both others
    }

    World world_;
    SeededRandom chance_;
    Node& inviter_;
    std::vector<Wish> wishes_;
    std::vector<wire::Link> links_;
};

TEST(SoakTest, whatever_goes_wrong_one_use_makes_one_tally) {
    std::uint64_t first = 1;
    std::uint64_t count = 12;
    if (const char* asked = std::getenv("TALEUS_SIM_SEEDS")) {
        const std::string text{asked};
        first = std::stoull(text);
        count = std::stoull(text.substr(text.find(':') + 1));
    }
    for (auto seed = first; seed < first + count; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Soak soak{seed};
        soak.run();
        if (::testing::Test::HasFailure()) break;
    }
}

} // namespace
} // namespace taleus::sim
