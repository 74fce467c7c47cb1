#pragma once
// A node of the simulated world: an identity, a home on a real file system, and a life that can end at any moment and
// begin again. Listens, joins, or both. Owned by the world.

#include "async/task_group.hpp"
#include "base/random.hpp"
#include "session/guarded_journal.hpp"
#include "session/join.hpp"
#include "session/listener.hpp"
#include "session/removal.hpp"
#include "sim/disk.hpp"
#include "sim/journal.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"
#include "sim/provisioner.hpp"
#include "store/journal.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace taleus::sim {

// One call of `join`, under way or over.
struct Joining {
    std::optional<session::JoinResult> result;
    std::vector<session::JoinProgress> progress;
    async::Limit* limit = nullptr; // while it runs
    bool is_cancelled = false;     // perhaps before it ran
};

class Node {
public:
    // Its home is on `disk`; without one, in a folder of the system.
    Node(std::string name, const Time& time, Network& network, std::uint64_t seed, int number, Disk* disk = nullptr);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    // From now on it lives in the home of another, as a sister node of the same inviter.
    void move_in_with(const Node& sister) {
        home_ = sister.home_;
        made_ = sister.made_;
    }
    // The next life: opens the home. `serve` brings the store to order, where it is alone, and listens.
    void boot();
    enum class Home : bool { own, shared };
    void serve(Home home = Home::own);
    // The same where anything may fail: what was begun is dead then, and why.
    Result<void> try_boot();
    Result<void> try_serve(Home home = Home::own);
    // Ends like a power cut: nothing that is under way goes on, connections are lost.
    void crash();
    // Stops what it does by itself while it serves, so that a world can come to rest.
    void rest() {
        async::asio::post(life_->process.context, [life = life_.get()] { life->background.stop(); });
    }
    // Nothing is under way in it: it may be shut down.
    bool is_idle() const { return life_->joins.size() + life_->background.size() == 0; }

    std::shared_ptr<Joining> join(wire::Link link);
    session::Listener& listener() { return *life_->listener; }
    SimulatedJournal& journal() { return *life_->journal; }
    store::Journal& store() { return *life_->real; } // under it: answers at once
    SimulatedProvisioner& provisioner() { return *life_->provisioner; }
    guard::Protection& guards() { return *life_->guards; }
    session::Breakers& breakers() { return *life_->breakers; }
    Process& process() { return life_->process; }
    Random& random() { return *life_->random; }
    ports::Network& network() { return life_->network; }
    sim::Network& simulated_network() { return network_; }
    bool is_serving() const { return life_ && life_->listener != nullptr; }
    bool is_alive() const { return life_ != nullptr; }
    void cancel_joins() { life_->joins.stop(); }
    bool is_running() const { return life_ && !life_->process.is_paused; }
    Disk::Mount* mount() { return life_->mount.get(); } // nullptr: a folder of the system
    const std::filesystem::path& home() const { return home_; }
    std::size_t joins_under_way() const { return life_ ? life_->joins.size() : 0; }

    // Pinned by the next boot; `apply` lets new sessions of this life have them.
    session::Settings settings;
    std::size_t rate_rows = 4096; // of tables whose making costs more than all else of a boot
    int log_pages = store::SqliteDatabase::Options{}.log_pages; // of its store, copied back at so many
    void apply();
    ports::IdentityHook* identity_hook = nullptr;
    session::Observer* observer = nullptr;
    LogSink* log = nullptr;
    std::optional<Duration> time_to_live{};  // of databases that nobody completes; none: they are not removed
    Calendar calendar;                       // of its machine
    bool was_stopped_at_flush = false;       // its last life
    std::optional<std::uint64_t> dies_after; // so many operations on the disk, from its next boot on; once
    const std::map<std::string, wire::DatabaseAccess>& databases() const { return *made_; }
    ports::TokenHook* token_hook = nullptr;
    ports::DraftReader* reader = nullptr;
    ports::Provisioner* provisioner_hook = nullptr; // instead of the simulated one

    const std::string& name() const { return name_; }
    const wire::KeyPair& key() const { return key_; }
    const protocol::StoreKey& store_key() const { return store_key_; }
    const wire::PeerId& peer() const { return peer_; }
    const wire::Multiaddr& address() const { return address_; } // ends in /p2p

    // What its home holds, read past every simulated delay.
    std::vector<ports::Session> sessions();
    std::vector<ports::TallyRecord> tallies();
    std::vector<ports::AuditRecord> audit();
    protocol::Usage usage(const TokenHash& token);
    std::string trail(); // of audit records, a line each

    // May end with a live process only when everything in it is over.
    void shut_down();

private:
    ports::Provisioner& own_or_hook() { return provisioner_hook != nullptr ? *provisioner_hook : *life_->provisioner; }
    struct Life {
        Life(const Time& time, const Calendar& calendar, Network& net, const wire::PeerId& peer)
            : process{time, calendar}, network{net, peer, process}, joins{process.executor(), process.clock},
              background{process.executor(), process.clock} {}
        Process process;
        std::unique_ptr<Disk::Mount> mount;
        bool is_stopped = false; // at a failed flush
        NetworkOf network;
        std::unique_ptr<Random> random;
        std::unique_ptr<Random> trail_random; // of the journal's writer
        std::unique_ptr<store::Journal> real;
        std::unique_ptr<guard::Protection> guards;
        std::unique_ptr<session::Breakers> breakers;
        std::unique_ptr<SimulatedJournal> journal;
        std::unique_ptr<SimulatedProvisioner> provisioner;
        std::unique_ptr<session::GuardedJournal> guarded_journal;
        std::unique_ptr<session::GuardedProvisioner> guarded_provisioner;
        std::unique_ptr<session::GuardedIdentity> guarded_identity;
        std::unique_ptr<session::GuardedTokens> guarded_tokens;
        std::unique_ptr<session::Listener> listener;
        std::unique_ptr<session::RemovalWorld> removal;
        async::TaskGroup joins;
        async::TaskGroup background;
    };

    std::string name_;
    const Time& time_;
    Network& network_;
    std::uint64_t seed_;
    std::uint64_t lives_ = 0;
    Disk* disk_;
    std::filesystem::path own_home_;
    std::filesystem::path home_;
    wire::KeyPair key_;
    protocol::StoreKey store_key_;
    wire::PeerId peer_;
    wire::Multiaddr address_;
    // Databases outlive processes, and sisters share them.
    std::shared_ptr<std::map<std::string, wire::DatabaseAccess>> made_ =
        std::make_shared<std::map<std::string, wire::DatabaseAccess>>();
    std::unique_ptr<Life> life_;
};

} // namespace taleus::sim
