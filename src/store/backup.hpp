#pragma once
// Copies of databases that others write to meanwhile: whole, of one moment, checked, and on stable storage.

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace taleus::store {

// A copy of the SQLite database `from` as the new file `to`, mode 0600; its directory is the caller's to flush. Writers
// are not held up. `conflict` where `to` exists; what was begun is removed again at an error.
Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

// The tallies whose databases were made, or may have been, by the home of this store.
Result<std::vector<std::string>> tallies_made_by(const std::filesystem::path& store);

// `internal`, naming the file and the first fault, where the file is damaged.
Result<void> check_database(const std::filesystem::path& path);

} // namespace taleus::store
