#pragma once
// The tables of a store and how they came to be: forward-only migrations, written once for both engines and numbered,
// by SQLite's user_version or by a table.
// docs/storage.md describes the tables for people.

#include "base/result.hpp"
#include "store/database.hpp"

#include <cstdint>

namespace taleus::store {

inline constexpr std::int64_t schema_application = 0x54414C53; // "TALS", in the file's header

std::int64_t schema_version(); // the newest that this program knows

// Brings the file to the newest version, in one transaction. Refused, with a sentence for people, where the file is of
// a newer version or of another program.
Result<void> migrate(Database& database);  // SQLite
void migrate_postgres(Database& database); // inside a transaction; refuses with a fault
// These change nothing, hold no row, and so wait for no sister. 0: there is no store yet.
Result<std::int64_t> postgres_version(Database& database);
// Is it the newest?
Result<void> check_schema(Database& database); // SQLite
Result<void> check_postgres_schema(Database& database);

} // namespace taleus::store
