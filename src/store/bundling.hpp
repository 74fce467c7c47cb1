#pragma once
// A store of version 3 or 4 had a row a record. Part of the migration to version 5; records keep their places, so that
// what was wrong with a trail before is found after.

#include "store/database.hpp"

namespace taleus::store {

// Puts the rows of `records` into bundles, one for what each signed head added, and drops their table.
void bundle_records(Database& database);

} // namespace taleus::store
