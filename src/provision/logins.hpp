#pragma once
// The names of what an instance is made of, and the passwords of its logins: both of the intent alone, so that a
// repeated call makes the same. Nothing of a partner's text is in them. Pure.

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "ports/journal.hpp"
#include "protocol/store_key.hpp"

#include <string>

namespace taleus::provision {

struct ObjectNames {
    std::string schema;  // taleus_ and 32 hex digits
    std::string own;     // login of the side that provisions
    std::string partner; // and of the other one
};
ObjectNames names_of(const InstanceId& instance);

struct Passwords {
    Secret own;
    Secret partner;
};
// From the intent's secret. `internal` when it is not of this store's key.
Result<Passwords> passwords_of(const ports::Intent& intent, const protocol::StoreKey& store_key);

} // namespace taleus::provision
