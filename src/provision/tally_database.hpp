#pragma once
// What is inside a tally database: the rows of the draft. Blocking; one thread at a time.

#include "base/result.hpp"
#include "provision/tally_file.hpp"

#include <filesystem>

namespace taleus::provision {

// Makes the tables in a file that is there and empty, and returns when they are on the disk.
Result<void> fill(const std::filesystem::path& path, const TallyFile& file);
Result<TallyFile> read(const std::filesystem::path& path);

} // namespace taleus::provision
