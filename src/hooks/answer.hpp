#pragma once
// What hooks answer, parsed strictly: one JSON object, nothing after it, every known member of the right type and
// within its bounds. Errors are `dependency_unavailable`, name the member and hold nothing of the answer. Pure.

#include "base/instant.hpp"
#include "base/result.hpp"
#include "protocol/token.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace taleus::hooks {

Result<boost::json::object> parse_answer(std::string_view text);

// {"accepted": true} or {"accepted": false, "reason"?: …}. nullopt: accepted; else why not.
Result<std::optional<std::string>> identity_of_answer(const boost::json::object& answer);

// {"known": false} or {"known": true, "role", "expiresUtc", "uses"?: 1.., "perPeer"?: 1.., "identity"?: …}; without
// `uses` any number of them. The token itself is filled in by who asked.
Result<std::optional<protocol::Invitation>> invitation_of_answer(const boost::json::object& answer);

} // namespace taleus::hooks
