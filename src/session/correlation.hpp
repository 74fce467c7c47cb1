#pragma once
// Which session a database result is for: the three rules of docs/protocol.md, over the sessions of its peer that await
// a database. Pure.

#include "base/code.hpp"
#include "ports/records.hpp"
#include "session/waiting_room.hpp"
#include "wire/messages.hpp"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace taleus::session {

struct Matched { // this one awaits it
    ports::Session session;
};
struct Unmatched { // ask for one that is done; without one, refuse with this
    Code code = Code::no_such_session;
};
using Correlated = std::variant<Matched, Unmatched, Code>; // Code: refuse with it at once

// `validating`: what is being validated of a session at this moment, nullptr: nothing.
Correlated correlate(const wire::DatabaseResult& result, std::vector<ports::Session> waiting,
                     const std::function<const Told*(const std::string& id)>& validating);

} // namespace taleus::session
