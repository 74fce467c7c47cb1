#pragma once
// Runs the listener's machine for one contact: performs the effect of the state within its deadline, steps, notes, and
// repeats until an end or until the session waits for its database. Owned by the frame of the task that serves the
// stream; the key's lead is given back when its books are closed. One shard's thread.

#include "protocol/listener.hpp"
#include "session/chronicle.hpp"
#include "session/conversation.hpp"
#include "session/live_keys.hpp"
#include "session/pending.hpp"
#include "session/shop.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace taleus::session {

class ContactSession {
public:
    // `respond_at`: counted from when the contact had arrived whole, also where it waited for another one's answer.
    ContactSession(Conversation& talk, LiveKeys::Lead lead, wire::Contact contact, const BootstrapKey& key,
                   const TokenHash& token, Instant respond_at);

    async::awaitable<void> run();

private:
    using State = protocol::listener::State;
    using Event = protocol::listener::Event;

    // --- the loop
    Instant deadline() const;
    void advance(Event event);
    void note_step();
    void give_up();
    async::awaitable<bool> close_safely();
    async::awaitable<Event> perform(protocol::listener::Effect effect);
    async::awaitable<Event> perform_safely(protocol::listener::Effect effect);

    // --- VALIDATING_TOKEN
    async::awaitable<Event> validate_token();
    async::awaitable<std::expected<ports::TokenLookup, Event>> look_up();
    async::awaitable<std::optional<Event>> learn_token();
    Event admit(const ports::TokenFound& found);
    Event found_decision(const ports::Session& decided);
    async::awaitable<Event> wait_for_decision_elsewhere();

    // --- VALIDATING_IDENTITY
    async::awaitable<Event> validate_identity();
    async::awaitable<std::optional<Event>> refused_identity();
    async::awaitable<std::optional<Event>> asked_hook(const wire::Contact& contact);
    async::awaitable<Event> open();
    async::awaitable<Event> opened(Result<std::expected<ports::Journal::Opened, ports::NotTaken>> answer);
    std::optional<Event> prepare(const wire::Contact& contact);

    // --- PROVISIONING_DATABASE
    async::awaitable<Event> provision_database();
    async::awaitable<Event> record_tally(const wire::Contact& contact, const ports::MadeDatabase& made);
    async::awaitable<Event> settle_unknown(Error error);

    // --- SENDING_RESPONSE, SENDING_REFUSAL
    async::awaitable<Event> send_response();
    async::awaitable<Event> send_refusal();

    // --- the end
    async::awaitable<void> close_books();
    async::awaitable<void> learn_late_opening();
    void begin_wait();
    async::awaitable<void> record_end();
    void note_lapse();
    void record_replay();

    Event interrupted(async::Interrupted why) const;
    Event own_failure(const Error& error, Code told_as);
    // Before anything is reserved: a dependency that this session will need is known to be down.
    std::optional<Event> is_hopeless(const protocol::Invitation& invitation);
    protocol::listener::Decision decision() const;

    Shop& shop_;
    Conversation& talk_;
    LiveKeys::Lead lead_;
    ports::Session row_; // as it is, or is about to be, in the journal
    Chronicle chronicle_;
    State state_ = protocol::listener::ReadingRequest{};
    protocol::StateName noted_ = protocol::StateName::reading_request; // as far as it is on record
    std::string_view cause_;                                           // of the last step
    Instant entered_;
    Instant respond_at_;
    Instant session_at_;
    Instant awaited_until_{}; // foil, once it is prepared: its database, whatever is done to the calendar

    Reservations::Hold hold_;        // of a use, until the store has it
    guard::Scopes::Permit seat_;     // to wait for a database in
    std::optional<wire::Role> role_; // once the token is known
    bool is_single_use_ = false;
    bool has_identity_ = false;
    bool is_replay_ = false; // answered from an earlier session's record: this is none
    bool is_open_ = false;   // the journal has it
    std::optional<ports::Intent> intent_;
    Pending<std::expected<ports::Journal::Opened, ports::NotTaken>> opening_;
    Chronicle::Written opening_trail_; // what it takes along
    bool is_delivered_ = false;
    bool is_end_told_ = false;
};

} // namespace taleus::session
