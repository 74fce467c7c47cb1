#pragma once
// A home in a directory of its own, and back. What a backup holds: identity.key, config.toml, taleus.db, tallies/, all
// of mode 0600 below a directory of mode 0700, and SHA256SUMS over them, which `sha256sum -c` reads too. It holds the
// node's secret key: who has it can be this node.

#include "app/home.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace taleus::app {

struct BackupContent {
    std::size_t tallies = 0;  // databases
    std::uintmax_t bytes = 0; // of all files
};

// While the home is in use or not: the store as of one moment, and the database of every tally that it made. The
// directory `to` appears whole or not at all; `conflict` where it exists. Refused where the store is on a server
// (`store.url`, as the home's settings under `flags` say).
Result<BackupContent> back_up(const Home& home, const Flags& flags, const std::filesystem::path& to);

// Checks sums, databases, key and schema, then makes the home, whole or not at all. Its settings are for whoever starts
// it: what was allowed when the backup was made may be refused by now, and is mended in the home. `conflict` where the
// home is there and not empty.
Result<BackupContent> restore(const std::filesystem::path& from, const Home& home);

} // namespace taleus::app
