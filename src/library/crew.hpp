#pragma once
// What a listener and a dialer have beside their machine: the calls of the application, the answers to them, and who is
// told. Owned by a core, after its premises: destroyed when the loop has ended and before it goes.

#include "library/called_hooks.hpp"
#include "library/observation.hpp"
#include "library/premises.hpp"
#include "library/told_observer.hpp"
#include "ops/events.hpp"
#include "ops/metrics.hpp"

#include <taleus/hooks.hpp>

namespace taleus::library {

struct Crew {
    Crew(Premises& premises, const Hooks& hooks);

    Callbacks callbacks;
    Questions questions;
    Dependencies dependencies;
    ops::Metrics metrics;
    ops::Events events; // heard by the program's admin interface, if by anybody
    Observation observation{metrics, events};
    ToldObserver observer;
};

} // namespace taleus::library
