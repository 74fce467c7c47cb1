#pragma once
// Which libraries the store runs on, as they are at run time.

#include <string>

namespace taleus::store {

std::string library_versions(); // "SQLite 3.40.1, libpq 15.6"

} // namespace taleus::store
