#pragma once
// `store.url` of a PostgreSQL store, as libpq reads it: postgres://USER@HOST1:PORT,HOST2:PORT/DATABASE?key=value.

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::store {

using PostgresHost = std::map<std::string, std::string>; // libpq's keywords for one server

// One for each host, in their order. Unless the URL says otherwise, only a server that can be written to will do.
// `malformed` when it cannot be read; the error repeats nothing of it, since a password may be in it.
Result<std::vector<PostgresHost>> postgres_hosts(const std::string& url);

} // namespace taleus::store
