#pragma once
/// @file
/// A world of two or more parties in one process, for an application's own tests: no network, no clock but the one that
/// the test moves, and every way in which parties, connections, stores and databases fail. One seed makes one world:
/// the same seed and the same calls give the same events in the same order. What runs in it is what runs in production:
/// the same machines, rules, store (SQLite in a temporary directory) and hooks.
///
/// One thread, the test's: everything here is called on it, and hooks are called on it, within the calls that let time
/// pass, unless `Hooks::executor` says otherwise. A completion may be answered between such calls. One that is answered
/// from another thread is seen when time passes next, but then it is the machine that decides when, and not the seed.

#include <taleus/dialer.hpp>
#include <taleus/export.hpp>
#include <taleus/hooks.hpp>
#include <taleus/invitation.hpp>
#include <taleus/limits.hpp>
#include <taleus/result.hpp>
#include <taleus/tally.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::testing {

class World;

/// What a party is made with.
struct PartySettings {
    std::string party_id{};               ///< empty: `party-NAME`
    std::vector<std::string> cadre{};     ///< empty: one address that names the party
    ListenerTimeouts listener_timeouts{}; ///< of sessions that it answers
    DialerTimeouts dialer_timeouts{};     ///< of its joins
    Limits limits{};                      ///< on sessions that it answers
    Hooks
        hooks{}; ///< null ones: a provisioner in memory (`Party::set_provisioner`), no token source, no identity check
};

/// A join under way in the world, or over. A handle.
class TALEUS_EXPORT PendingJoin {
public:
    /// What came of it; nullopt: it is under way, or its party crashed.
    std::optional<JoinResult> result() const;
    /// Its steps so far.
    std::vector<JoinProgress> progress() const;
    /// As its user would: it ends `cancelled`, when time passes next.
    void cancel() const;

private:
    friend class Party;
    struct Parts;
    explicit PendingJoin(std::shared_ptr<Parts> parts);
    std::shared_ptr<Parts> parts_;
};

/// A party of the world: a home, a key, and a process that can end at any moment and begin again. Owned by its world;
/// what is said of a listener is for parties that listen, and a live process, except where a crash is the point. What
/// asks its store, as `invite`, `revoke`, `invitations` and `tallies` do, lets time pass until it has answered, five
/// seconds at most: nothing for hooks to call.
class TALEUS_EXPORT Party {
public:
    Party(const Party&) = delete;
    Party& operator=(const Party&) = delete;
    ~Party();

    /// As it was named.
    const std::string& name() const;
    /// Its node's peer id.
    std::string peer_id() const;

    /// Makes an invitation of this listener, as `Listener::invite` does.
    Result<Issued> invite(const Terms& terms = {}, std::string token = {});
    /// The link of an invitation that the test's `TokenSource` knows, as `Listener::link` makes it.
    Result<Issued> link(const Terms& terms, std::string token);
    /// Takes one back; false: there is none of that id.
    Result<bool> revoke(std::string id);
    /// What is on record, the newest first.
    std::vector<Invitation> invitations();
    /// What is on record, the newest first.
    std::vector<Tally> tallies();
    /// Begins a join; let time pass for it to happen. `bad_link` when the link is damaged, `in_progress` when this
    /// party is joining it already.
    Result<PendingJoin> begin_join(std::string_view link);

    /// What its own provisioner does when it is asked; a party with a provisioner hook has none.
    enum class Making : std::uint8_t {
        makes,       ///< a database in memory
        fails,       ///< `provisioning_failed`
        unavailable, ///< `dependency_unavailable`
        hangs,       ///< until it is cancelled; nothing is made
        overruns,    ///< makes it, heeds no cancellation, and answers after its delay
        nonsense     ///< names no database
    };
    /// From now on, each time after `delay`.
    void set_provisioner(Making making, Duration delay = std::chrono::milliseconds{5});
    /// How often it was asked.
    std::size_t provisioner_calls() const;
    /// How many databases there are that it made and did not remove.
    std::size_t databases() const;

    /// How long each call of its store takes: evenly spread between the two.
    void set_store_delay(Duration least, Duration most);
    /// Its store answers no more, until `resume_store`; what was asked is done then. Calls of the test fail with
    /// `timeout`, or show nothing.
    void stall_store();
    /// A call of a store, by what a session does with it.
    enum class StoreCall : std::uint8_t {
        any,          ///< whichever comes next, of tests too
        look_up,      ///< listener: what is known of a contact's token and session?
        open_session, ///< listener: the session begins, a use is reserved
        begin_join,   ///< dialer: the session begins, or is taken up
        record_tally, ///< both: the tally, and with it the decision that is told
        end_session   ///< both: how it ended
    };
    /// Its next calls of this kind fail, so many of them or until `resume_store`: `dependency_unavailable`, as when the
    /// disk is full, and nothing was written. One kind at a time.
    void fail_store(StoreCall which = StoreCall::any, std::optional<std::size_t> times = std::nullopt);
    /// Ends `stall_store` and `fail_store`.
    void resume_store();

    /// How the network answers whoever dials this listener from now on.
    enum class Reach : std::uint8_t {
        answers, ///< as ever
        refuses, ///< nobody is there
        hangs,   ///< packets are lost: neither yes nor no
        leaves   ///< the connection is taken and closed
    };
    /// Connections that are up stay so.
    void set_reach(Reach reach);
    /// Every connection of it is reset, now.
    void cut();
    /// On every connection of it nothing arrives any more, and nobody is told.
    void silence();

    /// Its process ends as by a power cut: nothing under way goes on, connections are lost. What is durable stays.
    void crash();
    /// The process begins again after `crash` or `stop`: opens its home, and listens if it did.
    void restart();
    /// It ends in order: joins are cancelled, and a listener has `grace` for the sessions under way; time passes
    /// meanwhile, and its store answers again.
    void stop(Duration grace = std::chrono::seconds{30});
    /// New sessions are refused with `shutting_down`.
    void drain();
    /// Is its process there?
    bool is_alive() const;

private:
    friend class World;
    struct Parts;
    explicit Party(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

/// The parties, the network between them, and the time of all.
class TALEUS_EXPORT World {
public:
    /// An empty one. `seed`: every delay and every random number comes of it.
    explicit World(std::uint64_t seed = 1);
    /// Ends every party in order. A session that was lost, or holds something when it is over, aborts the process: that
    /// would be a fault of the library's.
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// A new party that listens, and can join as well. The name: letters, digits, `-`; each once.
    Party& add_listener(std::string name, PartySettings settings = {});
    /// A new party that only joins.
    Party& add_dialer(std::string name, PartySettings settings = {});

    /// The calendar.
    UtcTime utc() const;
    /// How much time has passed.
    Duration elapsed() const;
    /// Sets the calendar of all, as an administrator would; deadlines do not move.
    void jump_calendar(Duration by);

    /// Lets this much time pass, a year at most and none where it is negative, with all that happens in it.
    void run_for(Duration length);
    /// Lets time pass until it is so. False: nothing can happen any more, or a year has passed, and it is not.
    bool run_until(const std::function<bool()>& is_so);
    /// Begins a join and lets time pass until it is over. `bad_link` when the link is damaged, `internal` when the
    /// party crashed.
    Result<JoinResult> join(Party& who, std::string_view link);

    /// Between these two nothing arrives any more, and nobody is told: connections that are up fall silent for good,
    /// new ones hang. Others reach both.
    void partition(Party& one, Party& other);
    /// They reach each other again, by new connections.
    void heal(Party& one, Party& other);
    /// How long a packet travels: evenly spread between the two. From 0.1 ms to 2 ms unless set.
    void set_network_delay(Duration least, Duration most);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace taleus::testing
