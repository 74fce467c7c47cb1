#pragma once
// Runs the dialer's machine for one `join`: performs the effect of the state within its deadline, steps, records, and
// repeats until an end. What it makes is durable before it is told. Owned by the frame of `join`. One shard's thread.

#include "async/limit.hpp"
#include "audit/receipt.hpp"
#include "protocol/dialer.hpp"
#include "protocol/draft.hpp"
#include "session/chronicle.hpp"
#include "session/join.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::session {

// The listener's name for a dialer's session, where its response told one; else this home's.
std::string listener_session_of(const ports::Session& session);

class JoinSession {
public:
    JoinSession(JoinWorld& world, JoinRequest request, async::Limit& limit);
    async::awaitable<JoinResult> run();

private:
    using State = protocol::dialer::State;
    using Event = protocol::dialer::Event;
    using Effect = protocol::dialer::Effect;

    // --- before and after the machine
    async::awaitable<std::optional<JoinResult>> answered_by_record();
    async::awaitable<std::optional<JoinResult>> begin();
    async::awaitable<void> record_end();
    bool is_expired() const;
    JoinResult result_of_record(const ports::Journal::Joined& joined) const;
    static JoinResult failure(const Error& error);
    JoinResult result() const;

    // --- the loop
    struct Deadline {
        Instant at;
        bool is_of_session = false;
    };
    Deadline deadline() const;
    Event interrupted(async::Interrupted why) const;
    void advance(Event event);
    void report(protocol::StateName to) const;
    async::awaitable<Event> perform(Effect effect);
    async::awaitable<Event> perform_safely(Effect effect);
    template <class T> async::awaitable<std::expected<T, async::Interrupted>> bounded(async::awaitable<T> work) {
        return async::within(limit_, deadline().at, std::move(work));
    }

    // --- effects
    async::awaitable<Event> connect();
    async::awaitable<std::optional<Event>> race(bool& was_there); // set when somebody was
    async::awaitable<std::optional<Event>> pause(Duration length);
    async::awaitable<Event> send_contact();
    async::awaitable<Event> read_response();
    async::awaitable<Event> validate_response();
    async::awaitable<Event> accept_stock(wire::Approved approved);
    async::awaitable<void> try_access(const wire::Provisioned& provisioned);
    std::vector<wire::PeerId> inviters() const;
    Event accept_foil(wire::Approved approved);
    async::awaitable<Event> provision_database();
    async::awaitable<std::optional<Event>> make_intent(const wire::Approved& approved);
    async::awaitable<Event> record_made(const wire::Approved& approved, const ports::MadeDatabase& made);
    async::awaitable<Event> send_database();
    async::awaitable<Event> read_acknowledgement();
    async::awaitable<Event> record_acknowledged(bool acknowledged, bool draft_verified);

    std::string fault_of_receipt(const Result<audit::Receipt>& opened, const std::string& session) const;
    void check_receipt(const std::optional<boost::json::value>& given, const std::string& session);
    void note_refusal(const wire::Refusal& refusal);
    ports::TallyRecord begun_tally(const wire::Approved& approved) const;
    protocol::dialer::Database made_database(std::optional<std::string> session_id) const;
    async::awaitable<bool> write_on_new_stream(std::string text); // false: lost
    async::awaitable<std::optional<Error>> record_tally(protocol::StateName state, std::string_view cause = {});
    std::optional<std::string> draft_fault(const wire::Provisioned& provisioned,
                                           const protocol::Parties& parties) const;
    std::string contact_text() const;

    JoinWorld& world_;
    JoinRequest request_;
    async::Limit& limit_;
    const Settings& settings_;
    wire::PeerId own_peer_;
    std::string own_party_;
    TokenHash token_;
    ports::Session row_;
    std::optional<Chronicle> chronicle_;
    State state_ = protocol::dialer::Connecting{};
    Instant began_;
    Instant entered_;
    Instant response_at_; // when the response had arrived

    std::vector<wire::Multiaddr> addresses_; // in the order of trying; one that sent us away goes last
    std::unique_ptr<ports::Connection> connection_;
    std::unique_ptr<ports::Stream> stream_;
    std::string address_; // where we are
    wire::PeerId reached_;
    bool is_sent_away_ = false; // the listener that is reached does not want us now
    std::string why_repeated_;  // the contact, and once that is accepted, the database

    std::optional<ports::Intent> intent_;     // foil: durable
    std::optional<ports::TallyRecord> tally_; // foil: made and durable; stock: received
    ReceiptCheck receipt_ = ReceiptCheck::none;
    bool is_wait_unstated_ = false; // the listener did not say how long it waits for the database made now
    bool is_resumed_ = false;
    bool is_end_recorded_ = false; // DONE, with the tally
};

} // namespace taleus::session
