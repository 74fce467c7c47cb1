#pragma once
// A database to be made where the maker gives its logins the passwords that this side chose, and what was made. Values.

#include "base/digest.hpp"
#include "provision/logins.hpp"
#include "wire/messages.hpp"

#include <string>

namespace taleus::provision {

struct Order {
    InstanceId instance; // the same one makes the same database
    std::string tally_id;
    std::string draft; // JSON text
    Passwords passwords;
};

struct Made {
    wire::DatabaseAccess access; // as the partner is told
    std::string own_login;
    bool has_logins = false; // it made logins with the passwords that it was told
};

} // namespace taleus::provision
