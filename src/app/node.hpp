#pragma once
// The composition root: what a node is made of, read from top to bottom. `Outfit` is what `serve` and `join` share:
// network and journal of an open home, and what it is configured to call. Order of declaration is order of
// construction, so that destruction is right by itself. One thread, the home's engine.

#include "app/dependencies.hpp"
#include "app/open_home.hpp"
#include "app/presence.hpp"
#include "host/host.hpp"
#include "session/guarded_journal.hpp"
#include "session/join.hpp"
#include "session/listener.hpp"
#include "session/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace taleus::app {

// What the sessions of this home may do. `announced` is the cadre where the configuration names none.
session::SettingsSnapshot session_settings(const OpenHome& home, const std::vector<wire::Multiaddr>& announced);
host::HostSettings host_settings(const Config& config);

// Everything that a dialer needs. The home outlives it.
class Outfit {
public:
    Outfit(OpenHome& home, Dependencies& dependencies);

    session::JoinWorld join_world();
    // Ends all connections; runs the loop until they are gone, a second at most.
    void close();

private:
    OpenHome& home_;
    SystemRandom random_;
    guard::Protection guards_; // nobody calls in
    Dependencies& dependencies_;
    host::Host host_;
};

// A listener that runs: accepts, bootstraps, drains.
class Node {
public:
    Node(OpenHome& home, Dependencies& dependencies, session::Observer* observer);

    // Recovers what an earlier process left, takes up waiting sessions, listens and registers. The announced addresses.
    // `sockets`: what somebody listens on for us already, instead of p2p.listen.
    async::awaitable<Result<std::vector<wire::Multiaddr>>> start(std::vector<int> sockets);
    // In order: no new connections, no new sessions, those under way to their ends or the grace, connections closed.
    async::awaitable<void> stop(Instant grace_until);
    // What `stop` waits for is cut short: a second signal.
    void hurry() { listener_.hurry(); }

    // The home's settings, for what begins from now on.
    void use_settings();
    // Tells the store, and those who share it, that this node is there.
    async::awaitable<Result<void>> beat();

    const std::vector<wire::Multiaddr>& listening() const { return listening_; }
    const std::vector<wire::Multiaddr>& announced() const { return announced_; }
    const host::HostCounts& host_counts() const { return host_.counts(); }
    bool is_draining() const { return draining_; }
    session::ListenerCounts counts() const { return listener_.counts(); }
    // What protects it, with the numbers that it acts on.
    guard::Protection& guards() { return guards_; }
    session::Breakers& breakers() { return breakers_; }

private:
    async::awaitable<void> take_up();

    OpenHome& home_;
    SystemRandom random_;
    guard::Protection guards_;
    session::Breakers breakers_;
    session::GuardedJournal journal_;
    session::GuardedProvisioner provisioner_;
    std::optional<session::GuardedIdentity> identity_;
    std::optional<session::GuardedTokens> tokens_;
    session::Listener listener_;
    host::Host host_;
    Presence presence_;
    std::vector<wire::Multiaddr> listening_;
    std::vector<wire::Multiaddr> announced_;
    session::RemovalWorld removal_;
    async::TaskGroup background_; // stopped with the node
    bool draining_ = false;
};

} // namespace taleus::app
