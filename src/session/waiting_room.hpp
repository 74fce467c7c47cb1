#pragma once
// The foil sessions that await their database: no stream, no coroutine, one small entry and one timer each. Their truth
// is in the journal; this is what this process must remember to end them in time and to validate one result at a time.
// One thread; the clock outlives it.

#include "async/clock.hpp"
#include "async/one_shot.hpp"
#include "base/instant.hpp"
#include "guard/scopes.hpp"
#include "ports/journal.hpp"
#include "ports/records.hpp"
#include "wire/messages.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

namespace taleus::session {

// What equality of two database results is judged by.
struct Told {
    wire::Tally tally;
    wire::DatabaseAccess database;
    bool operator==(const Told&) const = default;
};
inline Told told_by(const wire::DatabaseResult& result) {
    return {result.provisioned.tally, result.provisioned.database};
}

class WaitingRoom {
public:
    struct Over {               // a wait that is
        ports::Session session; // as the store last knew it
        ports::Trail unwritten;
        Duration waited{};
    };
    using OnExpired = std::move_only_function<void(Over over)>;
    // Puts down that a session waits, and calls `written` at the end.
    using OnUnwritten = std::move_only_function<void(ports::Session session, ports::Trail unwritten)>;

    WaitingRoom(async::Clock& clock, async::Executor executor, OnExpired on_expired, OnUnwritten on_unwritten)
        : clock_{clock}, executor_{executor}, on_expired_{std::move(on_expired)},
          on_unwritten_{std::move(on_unwritten)}, write_timer_{clock, [this] { write_due(clock_.now()); }} {}

    // A decided session whose response is still being sent (`settle` follows), or one that the journal had.
    void add(const ports::Session& session, guard::Scopes::Permit seat, Instant deadline, bool is_settled);
    // Its response was sent or not. Its row does not say so yet: `unwritten` does, and whoever writes of it next takes
    // that along, which is mostly who takes its database; if nobody has in 100 ms, it is written by itself. Of one that
    // was renewed meanwhile it is dropped: the store knows that it waits.
    void settle(const std::string& id, bool delivered, ports::Trail unwritten);
    // The end of what `OnUnwritten` began: the row says that it waits, or could not be written.
    void written(const std::string& id, bool is_written);
    void write_all(); // what is to be written some time is written now

    // One result of a session is validated at a time; also of one that another node opened.
    class Claim {
    public:
        Claim(Claim&& other) noexcept : room_{std::exchange(other.room_, nullptr)}, id_{std::move(other.id_)} {}
        Claim& operator=(Claim&&) = delete;
        ~Claim() {
            if (room_ != nullptr) room_->release(id_);
        }
        // Returns when the session's response is off our hands. Cancellable by the task's limit.
        async::awaitable<void> settled();
        // What this process knows of it, else nullptr: newer than what was read from the store.
        const ports::Session* known() const;
        ports::Trail take_unwritten(); // for whoever writes next
        void keep_unwritten(ports::Trail trail);
        void written();                       // its row says that it waits
        std::optional<Instant> since() const; // when its wait began, where this process knows
        void ended();                         // it waits no longer

    private:
        friend class WaitingRoom;
        Claim(WaitingRoom& room, std::string id) : room_{&room}, id_{std::move(id)} {}
        WaitingRoom* room_;
        std::string id_;
    };
    // Must not be claimed.
    Claim claim(const std::string& id, Told told);
    const Told* validating(const std::string& id) const;

    std::size_t size() const { return entries_.size(); }
    // True: it waits here already. Where a sister node had it meanwhile, it goes by what is stored from now on.
    bool renew(const ports::Session& stored);
    // What is left of its time: by this process's own clock, where it waits here, so that no jump of the wall clock
    // lengthens or shortens a wait; else by the deadline on record. Not negative.
    Duration left_of(const ports::Session& session) const;
    // Forgets all; their rows stay as they are.
    void close();

private:
    struct Entry {
        Entry(async::Clock& clock, ports::Session s, guard::Scopes::Permit share, std::move_only_function<void()> fire)
            : session{std::move(s)}, seat{std::move(share)}, since{clock.now()}, timer{clock, std::move(fire)} {}
        ports::Session session; // without what the store has when it is asked for: response, receipt, cadre
        guard::Scopes::Permit seat;
        ports::Trail unwritten;
        Instant since;
        Instant deadline;
        bool is_settled = false;
        bool is_over = false; // its time is, but it is not ready to end
        std::unique_ptr<async::OneShot<std::monostate>> on_settled;
        async::Clock::Timer timer;
    };

    void expire(const std::string& id);
    void write_due(Instant until);
    void write(const std::string& id);
    void ready(const std::string& id, Entry& entry); // whoever waits for it goes on
    void release(const std::string& id);

    async::Clock& clock_;
    async::Executor executor_;
    OnExpired on_expired_;
    OnUnwritten on_unwritten_;
    struct Due {
        Instant at;
        std::string id;
    };
    std::deque<Due> due_; // in order
    async::Clock::Timer write_timer_;
    std::unordered_map<std::string, Entry> entries_;
    std::unordered_map<std::string, Told> claims_;
};

} // namespace taleus::session
