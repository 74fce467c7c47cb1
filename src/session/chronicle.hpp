#pragma once
// What happened to one session since it was last written: its transitions and audit records, in the order of events.
// Every durable step takes them along, so that a step and its story are of one commit. No token, bundle, credentials or
// cadre ever enters it; a token is named by its id. One thread.

#include "async/clock.hpp"
#include "base/code.hpp"
#include "ports/journal.hpp"
#include "ports/records.hpp"
#include "protocol/states.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace taleus::session {

class Chronicle {
public:
    // `begun`: what an earlier write could not take.
    Chronicle(const async::Clock& clock, std::string session_id, std::string token_id, ports::Trail begun = {})
        : clock_{clock}, trail_{std::move(begun)} {
        trail_.session_id = std::move(session_id);
        trail_.token_id = std::move(token_id);
    }

    void note(std::string_view kind, boost::json::object body);
    // An arrow of the machine; `spent` in the state that it leaves.
    void moved(protocol::StateName from, protocol::StateName to, std::string_view cause, Duration spent);

    // For the next write; what is noted meanwhile stays for the one after it.
    struct Written {
        std::size_t transitions = 0;
        std::size_t audit = 0;
    };
    const ports::Trail& unwritten() const& { return trail_; }
    ports::Trail unwritten() && { return std::move(trail_); }
    Written size() const { return {trail_.transitions.size(), trail_.audit.size()}; }
    void drop(Written written);

private:
    const async::Clock& clock_;
    ports::Trail trail_;
};

// The body of an `ended` record.
boost::json::object ending_body(protocol::StateName outcome, std::optional<Code> code);

// One record on its own.
ports::AuditRecord audit_record(const async::Clock& clock, std::string_view kind, std::string session_id,
                                std::string token_id, boost::json::object body);

} // namespace taleus::session
