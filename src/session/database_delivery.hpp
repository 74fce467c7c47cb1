#pragma once
// One database result (message 3): finds the session it is for, validates it, records the tally, acknowledges. The
// stream has no session of its own; from the match on, the waiting session's machine decides. Owned by the frame of the
// task that serves the stream. One shard's thread.

#include "protocol/listener.hpp"
#include "session/chronicle.hpp"
#include "session/conversation.hpp"
#include "session/shop.hpp"

#include <optional>
#include <string>
#include <variant>

namespace taleus::session {

class DatabaseDelivery {
public:
    DatabaseDelivery(Conversation& talk, wire::DatabaseResult result);
    async::awaitable<void> run();

private:
    struct Repeat { // of a result that was accepted before
        std::string session_id;
        TokenHash token;
        std::string acknowledgement;
    };
    using Found = std::variant<ports::Session, Repeat, wire::Refusal>;

    async::awaitable<Found> find();
    async::awaitable<Result<std::vector<ports::Session>>> candidates();
    async::awaitable<Found> find_done(Code otherwise);
    async::awaitable<void> refuse(wire::Refusal refusal);
    async::awaitable<void> repeat(Repeat earlier);
    wire::Refusal refusal_of_interrupt(async::Interrupted why) const;

    Shop& shop_;
    Conversation& talk_;
    wire::DatabaseResult result_;
    Instant deadline_; // to find its session
};

// The validation of a result that was matched to its session.
class DatabaseValidation {
public:
    DatabaseValidation(Conversation& talk, ports::Session session, WaitingRoom::Claim claim);
    // False: the session was lost to somebody faster, and nothing was changed or told.
    async::awaitable<bool> run(wire::DatabaseResult result);

private:
    using State = protocol::listener::State;
    using Event = protocol::listener::Event;

    void advance(Event event);
    Instant deadline() const;
    async::awaitable<std::optional<Event>> validate(); // nullopt: lost
    std::optional<wire::Refusal> fault_of(const wire::DatabaseResult& result);
    ports::TallyRecord tally_of(const wire::DatabaseResult& result) const;
    async::awaitable<void> try_access(const wire::Provisioned& provisioned, ports::TallyRecord& tally);
    async::awaitable<std::optional<Event>> record(const wire::DatabaseResult& result);
    async::awaitable<void> finish();
    async::awaitable<void> record_attempt();
    async::awaitable<void> record_end(std::optional<Code> code);

    Shop& shop_;
    Conversation& talk_;
    ports::Session row_;
    WaitingRoom::Claim claim_;
    Chronicle chronicle_;
    State state_ = protocol::listener::AwaitingDatabase{};
    Instant entered_;
    bool is_draft_verified_ = false;
};

} // namespace taleus::session
