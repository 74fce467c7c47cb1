#pragma once
// A planned world while it happens: its people with what they want, and the agenda of what happens next.

#include "sim/raw_peer.hpp"
#include "sim/world.hpp"
#include "simulator/checks.hpp"
#include "simulator/hooks.hpp"
#include "simulator/plan.hpp"
#include "simulator/settings_watch.hpp"
#include "simulator/witness.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::simulator {

struct ListenerRole {
    sim::Node* node = nullptr;
    std::unique_ptr<SimulatedVerifier> verifier;
    sim::SimulatedProvisioner::Mood mood = sim::SimulatedProvisioner::Mood::makes; // outlives its processes
    Duration delay = std::chrono::milliseconds{5};
    bool has_logins = false;
    session::Settings usual; // before anybody changes them
    std::unique_ptr<SettingsWatch> watch;
    std::size_t waiting_max = 0; // by any settings of this life, for a session takes its seat by those it began with
    std::size_t served = 0;      // in the moment before; what a lowered limit found there may stay
    std::size_t begun = 0;
};
struct DialerRole {
    sim::Node* node = nullptr;
    wire::Link link;
    std::size_t invitation = 0;
    std::shared_ptr<sim::Joining> joining;
    Instant begins{};
    bool is_absent = false;
    bool has_logins = false;

    bool is_over() const { return is_absent || (joining && joining->result); }
    bool is_done() const { return joining && joining->result && joining->result->outcome == protocol::StateName::done; }
};

// A failed flush ends the simulated process, and not this one.
void survive_failed_flushes();

class Scene {
public:
    explicit Scene(const Plan& plan);
    ~Scene();
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    void play(); // with all faults
    void strike(const Event& event);
    void heal();
    void come_to_end(); // nothing fails any more
    void judge();
    std::vector<bool> served() const; // its dialers

    const Plan& plan;
    Witness witness;
    Report report;
    SeededRandom chance;
    sim::World world;
    std::vector<Invited> invitations;

private:
    // --- people
    void settle_people();
    void invite();
    bool boot(sim::Node& node); // false: it failed, and will be tried again
    void equip(sim::Node& node);
    void join_who_does_not();
    ListenerRole* listener_of(const sim::Node& node);

    // --- what happens
    void later(Duration after, std::function<void()> what) { agenda_.emplace(world.time.now + after, std::move(what)); }
    void do_until(Instant end);
    void crash(sim::Node& node, Duration down);
    void fell(sim::Node& node, Duration down); // it is dead already
    void cut_power(Duration down);
    void pause(sim::Node& node, Duration length);
    void restart(ListenerRole& listener, Duration grace);
    void upset_provisioner(sim::Node& node, sim::SimulatedProvisioner::Mood mood, Duration delay, Duration length);
    void upset_verifier(ListenerRole& listener, SimulatedVerifier::Mood mood, Duration delay, Duration length);
    void revoke(const Event& event);
    void reload(const Event& event);
    void adopt(ListenerRole& role, session::Settings settings);
    void hurry(sim::Node& dialer, Duration session, Duration length);
    void interrupt(DialerRole& dialer);
    void slow_down(sim::Node& node, const Event& event);
    // What each fault does, by their kinds.
    void learn_network();
    void learn_processes();
    void learn_providers();
    void learn_stores();
    void learn_strangers();
    void learn_users();
    void on(Fault fault, std::function<void(const Event&)> what) {
        strikes_.at(static_cast<std::size_t>(fault)) = std::move(what);
    }
    std::string last_session() const;
    sim::Node& any_node(std::uint64_t who) { return *world.nodes[who % world.nodes.size()]; }
    ListenerRole& any_listener(std::uint64_t who) { return listeners_[who % listeners_.size()]; }
    DialerRole& any_dialer(std::uint64_t who) { return dialers_[who % dialers_.size()]; }

    // --- judgement
    void watch_bounds();
    void check_home(sim::Node& node);
    void judge_outcomes();
    void judge_guards();
    Facts facts();
    bool is_refused_rightly(const DialerRole& dialer, const session::JoinResult& result, const HomeView& home) const;

    std::array<std::function<void(const Event&)>, fault_count> strikes_;
    std::vector<ListenerRole> listeners_;
    std::vector<DialerRole> dialers_;
    std::multimap<Instant, std::function<void()>> agenda_;
    std::map<wire::PeerId, std::vector<std::pair<Instant, Instant>>> absences_;
    std::map<const sim::Node*, Instant> gone_since_;
    Duration turned_{}; // clocks, in all
    bool is_healed_ = false;
    Instant healed_at_;
};

} // namespace taleus::simulator
