#include "sim/node.hpp"

#include "base/ensure.hpp"
#include "sim/blocking.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace taleus::sim {
namespace {

wire::KeyPair key_of(std::uint64_t seed) {
    SeededRandom random{seed};
    return wire::KeyPair::generate(random);
}

// In memory where the system has a file system for that.
std::filesystem::path new_home() {
    const std::filesystem::path memory{"/dev/shm"};
    std::error_code ignored;
    const auto base = std::filesystem::is_directory(memory, ignored) ? memory : std::filesystem::temp_directory_path();
    auto name = (base / "taleus-sim-XXXXXX").string();
    ensure(::mkdtemp(name.data()) != nullptr, "no temporary directory");
    return name;
}

async::awaitable<void> run_join(session::JoinWorld world, wire::Link link, std::shared_ptr<Joining> joining,
                                async::Limit& limit) {
    joining->limit = &limit;
    if (joining->is_cancelled) limit.stop();
    session::JoinRequest request{std::move(link),
                                 [joining](const session::JoinProgress& step) { joining->progress.push_back(step); }};
    auto work = session::join(world, std::move(request), limit);
    joining->result = co_await std::move(work);
    joining->limit = nullptr;
}

// A listener that does not resume ends, as the program does.
async::awaitable<void> resume(session::Listener& listener, Process& process) {
    const auto resumed = co_await listener.resume();
    if (!resumed) process.is_doomed = true;
}

// A store as the first start leaves it, made once: most of what a world costs would be to make it again.
const Bytes& fresh_store() {
    static const Bytes content = [] {
        Disk disk{0};
        Disk::Mount mount{disk};
        SeededRandom random{0};
        const auto key = wire::KeyPair::generate(random);
        store::Journal::Options options;
        options.database.vfs = mount.vfs();
        ensure(store::Journal::open("/taleus.db", {key, random}, options).has_value(), "a new store is made");
        return disk.content("/taleus.db");
    }();
    return content;
}

} // namespace

Node::Node(std::string name, const Time& time, Network& network, std::uint64_t seed, int number, Disk* disk)
    : name_{std::move(name)}, time_{time}, network_{network}, seed_{seed}, disk_{disk},
      own_home_{disk != nullptr ? std::filesystem::path{"/" + name_} : new_home()}, home_{own_home_},
      key_{key_of(seed)}, store_key_{key_.x25519_secret()}, peer_{wire::PeerId::of(key_.public_key())},
      address_{wire::Multiaddr::tcp(fmt::format("10.0.{}.{}", number / 250, number % 250 + 1), 9000).with_peer(peer_)} {
    settings.party_id = "party-" + name_;
    settings.cadre = {"cadre-of-" + name_ + ".example.com"};
    if (disk_ != nullptr) disk_->put(home_ / "taleus.db", fresh_store());
}

Node::~Node() {
    life_.reset();
    if (disk_ != nullptr) return;
    std::error_code ignored;
    std::filesystem::remove_all(own_home_, ignored);
}

void Node::boot() { ensure(try_boot().has_value(), "the store does not open"); }

Result<void> Node::try_boot() {
    ensure(!life_, "a node has one life at a time");
    life_ = std::make_unique<Life>(time_, calendar, network_, peer_);
    life_->random = std::make_unique<SeededRandom>(seed_ + ++lives_);
    life_->trail_random = std::make_unique<SeededRandom>(~seed_ + lives_);
    store::Journal::Options options;
    options.writes.has_thread = false;
    options.database.log_pages = log_pages;
    if (disk_ != nullptr) {
        life_->mount = std::make_unique<Disk::Mount>(*disk_);
        options.database.vfs = life_->mount->vfs();
        if (const auto after = std::exchange(dies_after, std::nullopt)) life_->mount->die_after(*after);
    }
    was_stopped_at_flush = false;
    Result<std::unique_ptr<store::Journal>> opened = fail(Code::internal, "stopped at a failed flush");
    try {
        opened = store::Journal::open(home_ / "taleus.db", {key_, *life_->trail_random}, options);
    } catch (const StoppedAtFlush&) {
        was_stopped_at_flush = !life_->mount->is_dead();
    }
    if (!opened || (life_->mount && life_->mount->is_dead())) {
        life_->real = opened ? std::move(*opened) : nullptr;
        crash();
        return fail(opened ? Error{Code::internal, "died while it opened its store"} : opened.error());
    }
    life_->real = std::move(*opened);
    life_->journal =
        std::make_unique<SimulatedJournal>(*life_->real, life_->process, *life_->random, life_->mount.get());
    life_->provisioner = std::make_unique<SimulatedProvisioner>(life_->process, *made_);
    return {};
}

void Node::serve(Home home) { ensure(try_serve(home).has_value(), "the store does not recover"); }

Result<void> Node::try_serve(Home home) {
    if (home == Home::own) {
        const auto recovered = finish_unless_stopped(life_->real->recover(life_->process.clock.utc()));
        life_->is_stopped = !recovered;
        if (!recovered || !*recovered || (life_->mount && life_->mount->is_dead())) {
            crash();
            return fail(Code::dependency_unavailable, "the store does not recover");
        }
    }
    auto& life = *life_;
    const auto& clock = life.process.clock;
    life.guards = std::make_unique<guard::Protection>(*life.random, settings.work, rate_rows);
    life.breakers = std::make_unique<session::Breakers>(settings.breaker, *life.random);
    life.guarded_journal = std::make_unique<session::GuardedJournal>(*life.journal, life.breakers->store, clock);
    life.guarded_provisioner =
        std::make_unique<session::GuardedProvisioner>(own_or_hook(), life.breakers->provisioner, clock);
    if (identity_hook != nullptr)
        life.guarded_identity =
            std::make_unique<session::GuardedIdentity>(*identity_hook, life.breakers->identity, clock);
    if (token_hook != nullptr)
        life.guarded_tokens = std::make_unique<session::GuardedTokens>(*token_hook, life.breakers->identity, clock);
    session::ListenerWorld world{.executor = life_->process.executor(),
                                 .clock = life_->process.clock,
                                 .random = *life_->random,
                                 .journal = *life.guarded_journal,
                                 .provisioner = *life.guarded_provisioner,
                                 .node = key_,
                                 .store_key = store_key_,
                                 .guards = *life.guards,
                                 .log = log != nullptr ? Log{*log, "session"} : Log{},
                                 .identity = life.guarded_identity.get(),
                                 .tokens = life.guarded_tokens.get(),
                                 .observer = observer,
                                 .reader = reader,
                                 .breakers = life.breakers.get()};
    life_->listener =
        std::make_unique<session::Listener>(std::move(world), std::make_shared<const session::Settings>(settings));
    life_->joins.spawn([&](async::Limit&) { return resume(*life_->listener, life_->process); });
    if (time_to_live) {
        life.removal =
            std::make_unique<session::RemovalWorld>(session::RemovalWorld{.clock = life.process.clock,
                                                                          .journal = *life.guarded_journal,
                                                                          .provisioner = *life.guarded_provisioner,
                                                                          .time_to_live = *time_to_live});
        life.background.spawn([&](async::Limit& limit) { return session::keep_removing(*life.removal, limit); });
    }
    network_.listen(address_, peer_, life_->process, life_->listener.get());
    return {};
}

void Node::apply() { life_->listener->use(std::make_shared<const session::Settings>(settings)); }

void Node::crash() {
    // What a dead process holds is neither run nor destroyed: its coroutines are suspended for ever.
    struct Grave {
        std::unique_ptr<Life> life;
        std::vector<std::shared_ptr<Pipe>> pipes; // which its coroutines wait for
    };
    static auto& graves = *new std::vector<Grave>;
    network_.stop_listening(address_);
    network_.cut(peer_);
    life_->process.is_alive = false;
    const bool is_stopped = life_->is_stopped || (life_->journal && life_->journal->is_stopped());
    const bool is_killed = life_->mount && life_->mount->is_dead(); // then its flush failed because it had died
    was_stopped_at_flush = was_stopped_at_flush || (is_stopped && !is_killed);
    if (life_->mount) life_->mount->kill();
    life_->real.reset();
    graves.push_back({std::move(life_), network_.live_pipes()});
}

std::shared_ptr<Joining> Node::join(wire::Link link) {
    session::JoinWorld world{.clock = life_->process.clock,
                             .random = *life_->random,
                             .network = life_->network,
                             .journal = *life_->journal,
                             .provisioner = own_or_hook(),
                             .node = key_,
                             .store_key = store_key_,
                             .settings = std::make_shared<const session::Settings>(settings),
                             .log = log != nullptr ? Log{*log, "join"} : Log{},
                             .observer = observer,
                             .reader = reader};
    auto joining = std::make_shared<Joining>();
    life_->joins.spawn([&](async::Limit& limit) { return run_join(world, std::move(link), joining, limit); });
    return joining;
}

void Node::shut_down() {
    network_.stop_listening(address_);
    network_.cut(peer_); // a process takes its connections with it: what is under way on them reaches no later life
    life_.reset();
}

// --- what its home holds

std::vector<ports::Session> Node::sessions() { return finish_now(life_->real->sessions({.limit = 100'000})).value(); }
std::vector<ports::TallyRecord> Node::tallies() { return finish_now(life_->real->tallies()).value(); }
std::vector<ports::AuditRecord> Node::audit() { return finish_now(life_->real->audit(std::nullopt)).value(); }

protocol::Usage Node::usage(const TokenHash& token) {
    const auto view = finish_now(life_->real->invitation(id_of(token))).value();
    return view ? view->usage : protocol::Usage{};
}

std::string Node::trail() {
    std::string text;
    for (const auto& record : audit())
        text += fmt::format("{} {} {} {} {}\n", to_text(record.at), record.kind, record.session_id, record.token_id,
                            boost::json::serialize(record.body));
    return text;
}

} // namespace taleus::sim
