#pragma once
// What an external provisioner answers (docs/provisioning.md). Pure.

#include "base/result.hpp"
#include "wire/messages.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace taleus::provision {

struct ExternalDatabase {
    wire::DatabaseAccess access;
    std::string own_login;
    bool has_logins = false; // it made logins with the passwords that it was told
};

// {"endpoint", "credentialsRef", "ownCredentialsRef"?, "logins"?: bool}, or {"error": TEXT, "retry"?: bool}.
// `provisioning_failed` for an error; `dependency_unavailable` where it may be retried, and for nonsense.
Result<ExternalDatabase> database_of_answer(const boost::json::object& answer);
// {"removed": true}, or an error as above.
Result<void> removal_of_answer(const boost::json::object& answer);

} // namespace taleus::provision
