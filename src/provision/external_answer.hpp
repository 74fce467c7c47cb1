#pragma once
// What an external provisioner answers (docs/provisioning.md). Pure.

#include "base/result.hpp"
#include "provision/order.hpp"

#include <boost/json/object.hpp>

namespace taleus::provision {

// {"endpoint", "credentialsRef", "ownCredentialsRef"?, "logins"?: bool}, or {"error": TEXT, "retry"?: bool}.
// `provisioning_failed` for an error; `dependency_unavailable` where it may be retried, and for nonsense.
Result<Made> database_of_answer(const boost::json::object& answer);
// {"removed": true}, or an error as above.
Result<void> removal_of_answer(const boost::json::object& answer);

} // namespace taleus::provision
