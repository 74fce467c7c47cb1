#include "store/versions.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sqlite3.h>

namespace taleus::store {

std::string library_versions() {
    const int server = PQlibVersion(); // 150006: 15.6
    return fmt::format("SQLite {}, libpq {}.{}", sqlite3_libversion(), server / 10'000, server % 10'000);
}

} // namespace taleus::store
