#pragma once
// What all sessions of one listener share: the world, the settings of the day, what is counted, who is alive, and the
// groups that own every task. Owned by the listener; sessions refer to it. One shard's thread.

#include "async/task_group.hpp"
#include "session/chronicle.hpp"
#include "session/flood.hpp"
#include "session/listener.hpp"
#include "session/live_keys.hpp"
#include "session/reservations.hpp"
#include "session/waiting_room.hpp"
#include "wire/peer_id.hpp"

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace taleus::session {

// What a record says beside its kind.
struct About {
    std::string session_id{};
    std::string token_id{};
    boost::json::object body{};
};

struct Shop {
    Shop(ListenerWorld with, SettingsSnapshot at_first);

    // A record that belongs to no stored session. Under flood it is only counted, by `code`, and `about` is not asked.
    template <std::invocable<> Telling> void record(std::string_view kind, std::string_view code, Telling&& about) {
        if (flood.admits(kind, code)) write_record(kind, about());
    }
    // Ends a session durably; tried again while the store is unavailable, for as long as `limit` is not stopped: one
    // that the store has open until it is written, for its key, its use and its database are locked till then, with a
    // warning after 26 s; another, of which there may be any number, for 26 s.
    enum class Stored : bool { no, open };
    async::awaitable<void> write_end(ports::Session session, ports::Trail trail, Stored stored, async::Limit& limit);
    // Until its end is recorded, a session that was refused or is over keeps its key from others; nullopt: somebody
    // else has the key already.
    std::optional<LiveKeys::Lead> keep_key(const BootstrapKey& key, wire::Refusal refusal);
    // The wait of a foil session is over: it ends TIMED_OUT.
    void end_wait(WaitingRoom::Over over);

    // Whoever begins from now on pins these; an empty party id means the node's peer id.
    void use(SettingsSnapshot next);

    // A place for a stream among those that may begin something; nullopt: there is none.
    std::optional<guard::Scopes::Permit> ordinary_place(const wire::PeerId& peer, const std::string& block);
    // One beyond, for what is half done.
    std::optional<guard::Scopes::Permit> spare_place(const wire::PeerId& peer);
    // A seat to wait for a database in.
    std::optional<guard::Scopes::Permit> seat(const wire::PeerId& peer, const TokenHash& token, const Limits& limits);
    // Measures how late the loop is for as long as something is served.
    void watch_loop();

    // To those who watch.
    void tell(const Move& move) const;
    void tell(const Ending& ending) const;
    void tell_left(std::string_view session_id) const;

    ListenerWorld world;
    SettingsSnapshot settings;
    wire::PeerId node;
    bool is_draining = false;
    bool is_closed = false;

    Reservations reservations;
    LiveKeys keys;
    WaitingRoom waiting;
    Flood flood;
    Instant tick_due;
    async::Clock::Timer tick;

    // Tasks. Stopped in this order: sessions when the grace is over; the rest ends by itself in a moment.
    async::TaskGroup serving;
    async::TaskGroup hooks;     // calls of the application's code, each interrupted at its session's deadline
    async::TaskGroup farewells; // refusals on their way out, each a second at most
    async::TaskGroup books;     // calls of the journal, which nothing interrupts

private:
    void write_record(std::string_view kind, About about);
};

} // namespace taleus::session
