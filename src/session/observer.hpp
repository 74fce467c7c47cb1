#pragma once
// Who watches sessions live: metrics, the event stream, `session` lists. What must not be lost is in the journal; an
// observer is told, asked nothing, and must neither block nor throw. One shard's thread.

#include "base/code.hpp"
#include "base/instant.hpp"
#include "protocol/states.hpp"
#include "wire/messages.hpp"

#include <optional>
#include <string_view>

namespace taleus::session {

struct Move {                    // one arrow that a session took
    std::string_view session_id; // empty before a stream carried a contact
    protocol::Side side = protocol::Side::listener;
    protocol::StateName from = protocol::StateName::reading_request;
    protocol::StateName to = protocol::StateName::reading_request;
    std::string_view cause; // the event's name
    Duration spent{};       // in `from`
};

struct Ending { // of a session, or of a stream that never had one
    std::string_view session_id;
    protocol::Side side = protocol::Side::listener;
    std::optional<wire::Role> role; // known once a token was
    protocol::StateName outcome = protocol::StateName::done;
    std::optional<Code> code;
    Duration lasted{};
};

class Observer {
public:
    virtual ~Observer() = default;
    virtual void moved(const Move& move) = 0;
    virtual void ended(const Ending& ending) = 0;
    // A session that waited for its database before this node started, and does so here from now on.
    virtual void resumed(std::string_view session_id) = 0;
    // It is over here without an end of its own: a retry that was answered from the record, or a sister node's now.
    virtual void left(std::string_view session_id) = 0;
    virtual void joined() = 0;              // a contact waits for the answer of its key's live session
    virtual void turned_away(Code why) = 0; // refused before anything was read of it
};

} // namespace taleus::session
