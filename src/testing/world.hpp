#pragma once
// The parties of a public world over those of the simulator.

#include "library/called_hooks.hpp"
#include "library/ground.hpp"
#include "library/loop.hpp"
#include "library/observation.hpp"
#include "library/told_observer.hpp"
#include "ops/events.hpp"
#include "ops/metrics.hpp"
#include "sim/world.hpp"

#include <taleus/testing.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace taleus::testing {

// What calls the application in one life of a party's process.
struct Calls {
    Calls(sim::Node& node, const Hooks& hooks);

    library::Callbacks callbacks;
    library::Questions questions;
    ops::Metrics metrics{TALEUS_VERSION};
    ops::Events events;
    library::Observation observation{metrics, events};
    library::ToldObserver observer;
    std::optional<library::CalledTokens> tokens;
    std::optional<library::CalledIdentity> identity;
    std::optional<library::CalledProvisioner> provisioner;
};

struct PendingJoin::Parts {
    sim::Node* node;
    std::shared_ptr<sim::Joining> joining;
};

struct Party::Parts {
    sim::World& world;
    sim::Node& node;
    Hooks hooks;
    bool listens;
    std::unique_ptr<Calls> calls{};               // of this life
    std::vector<std::unique_ptr<Calls>> buried{}; // of those that crashed: what never runs again may refer to them
    std::map<TokenHash, std::weak_ptr<sim::Joining>> joins{}; // of this life

    void begin_life();
    bool is_joining(const TokenHash& token) const;
    // What its store answers, within the time that a call of a listener has.
    template <class T> Result<T> ask(async::awaitable<Result<T>> call) {
        const auto end = world.time.now + library::call_time_max;
        const auto answer = std::make_shared<std::optional<Result<T>>>();
        async::asio::co_spawn(node.process().executor(), std::move(call),
                              [answer](const std::exception_ptr& failed, Result<T> value) {
                                  if (failed) std::rethrow_exception(failed);
                                  answer->emplace(std::move(value));
                              });
        const auto is_over = [&] { return answer->has_value() || world.time.now >= end; };
        if (!world.reach(is_over) || !*answer) return fail(Code::timeout, "the store did not answer in time");
        return std::move(**answer);
    }
};

struct World::Parts {
    explicit Parts(std::uint64_t seed) : world{std::make_unique<sim::World>(seed)} {}
    ~Parts() {
        for (const auto& party : parties)
            if (party->is_alive()) party->resume_store(); // what it was asked for is to come to its end
        world.reset();                                    // its tasks ask the parties' hooks to the end
    }

    std::vector<std::unique_ptr<Party>> parties;
    std::unique_ptr<sim::World> world;
};

} // namespace taleus::testing
