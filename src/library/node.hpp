#pragma once
// The composition root: what a node is made of, read from top to bottom. `Outfit` is what a dialer needs, `Node` a
// listener. Order of declaration is order of construction, so that destruction is right by itself. One thread, the
// ground's.

#include "host/host.hpp"
#include "library/ground.hpp"
#include "library/presence.hpp"
#include "session/guarded_journal.hpp"
#include "session/join.hpp"
#include "session/listener.hpp"
#include "session/settings.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace taleus::library {

struct NodeSettings {
    session::Settings session; // an empty party id: the store's, else the peer id; an empty cadre: what is announced
    host::HostSettings host;
    std::vector<std::string> listen;
    std::vector<std::string> announce; // empty: what it listens on, expanded
    std::string place; // of this home, where several share a store (place_of); empty: the store is in the home
    Duration keep_details{};
    Duration time_to_live = std::chrono::hours{24};
};

// Everything that a dialer needs. The ground outlives it.
class Outfit {
public:
    Outfit(Ground ground, const Dependencies& dependencies, NodeSettings settings);

    session::JoinWorld join_world(session::Observer* observer = nullptr);
    // Ends all connections within a second.
    async::awaitable<void> close();

private:
    Ground ground_;
    NodeSettings settings_;
    SystemRandom random_;
    guard::Protection guards_; // nobody calls in
    const Dependencies& dependencies_;
    host::Host host_;
};

// A listener that runs: accepts, bootstraps, drains.
class Node {
public:
    // `lost`: another process serves under this peer id; this one must end.
    Node(Ground ground, const Dependencies& dependencies, NodeSettings settings, session::Observer* observer,
         std::function<void()> lost);

    // Recovers what an earlier process left, takes up waiting sessions, listens and registers. The announced addresses.
    // `sockets`: what somebody listens on for us already, instead of the settings' addresses.
    async::awaitable<Result<std::vector<wire::Multiaddr>>> start(std::vector<int> sockets);
    // Why `start` failed: there was nothing to listen on.
    bool has_no_port() const { return has_no_port_; }
    // No new sessions; those under way go on.
    void drain() { listener_.drain(); }
    // In order: no new connections, no new sessions, those under way to their ends or the grace, connections closed.
    async::awaitable<void> stop(Instant grace_until);
    // What `stop` waits for is cut short: a second signal.
    void hurry();

    // For what begins from now on. What listens keeps its addresses, and the store its place.
    void use(NodeSettings settings);
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

    Ground ground_;
    NodeSettings settings_;
    std::function<void()> lost_;
    std::string party_id_; // the store's inviter, once it is known
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
    bool has_no_port_ = false;
    bool draining_ = false;
};

} // namespace taleus::library
