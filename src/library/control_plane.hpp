#pragma once
// How the program `taleus` reaches past the public interface, and the only way (docs/adr/0008): what its configuration
// sets beyond the public settings, and the parts of a listener that its admin interface shows and changes. Not
// installed.

#include "library/inside.hpp"
#include "library/node.hpp"
#include "library/vitals.hpp"
#include "ops/events.hpp"
#include "ops/metrics.hpp"

#include <taleus/result.hpp>
#include <taleus/settings.hpp>

#include <functional>

namespace taleus::library {

// What the program sets beyond the public settings.
struct Beyond {
    LogSink* log = nullptr; // takes all lines, in place of Party::log; outlives what it is given to
    std::function<void(NodeSettings&)> refine{}; // sets what the public settings have no name for; may be empty
};

// What a listener is made of, for whoever operates it from within. On the listener's loop; until `ControlPlane::end`.
struct ListenerParts {
    Ground ground;
    Node& node;
    Vitals& vitals;
    ops::Metrics& metrics;
    ops::Events& events;
    NodeSettings& settings; // as `Node::use` had them last

    // For what begins from now on; what the settings have beyond the public ones is refined again.
    std::function<Result<void>(const LiveSettings&)> change;
};

// Who operates a listener, given to `Inside::start`. Called on the listener's loop; outlives it.
class ControlPlane {
public:
    virtual ~ControlPlane() = default;
    // All is made, nothing has started: before the store is recovered and a port is opened. An error ends the start.
    virtual Result<void> begin(ListenerParts parts) = 0;
    // Another process serves under this peer id: this one must end. Drained already.
    virtual void lost() = 0;
    // The node has stopped, or has not started, `begin` may have failed; the loop ends next. Returns when the parts are
    // used no more.
    virtual async::awaitable<void> end() = 0;
};

} // namespace taleus::library
