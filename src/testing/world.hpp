#pragma once
// The parties of a public world over those of the simulator.

#include "library/called_hooks.hpp"
#include "library/ground.hpp"
#include "library/observation.hpp"
#include "library/told_observer.hpp"
#include "ops/events.hpp"
#include "ops/metrics.hpp"
#include "sim/world.hpp"

#include <taleus/testing.hpp>

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

    void begin_life();
};

struct World::Parts {
    explicit Parts(std::uint64_t seed) : world{std::make_unique<sim::World>(seed)} {}
    ~Parts() { world.reset(); } // its tasks ask the parties' hooks to the end

    std::vector<std::unique_ptr<Party>> parties;
    std::unique_ptr<sim::World> world;
};

} // namespace taleus::testing
