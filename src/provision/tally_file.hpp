#pragma once
// A tally database as a file: one SQLite database, DIR/TALLYID.db, that begins with the draft of its tally
// (docs/storage.md). A file under its final name is always whole: it is written under a name of its own, flushed, and
// renamed without ever replacing another. Blocking; any thread, any process.

#include "base/digest.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace taleus::provision {

struct TallyFile {
    std::string tally_id;
    InstanceId instance;  // of the intent that it was made by
    std::string draft;    // JSON text as given: {"tally", "signer", "signature"}
    std::string identity; // the draft's tally as canonical JSON: what its id is the hash of
};

// May this text name a file? Letters, digits, - and _, at most 128, beginning with a letter or digit. Ids that we make
// are; what a partner sends never comes here, and if it did, it would end here.
bool is_file_name(std::string_view tally_id);
std::filesystem::path path_of(const std::filesystem::path& directory, std::string_view tally_id);

// Makes the file, or finds that this instance made it before. `provisioning_failed` when the name or the draft cannot
// be used, or the file is another instance's; `dependency_unavailable` when the disk is full, read-only or gone.
// `identity` of `file` is computed here.
Result<void> write_tally_file(const std::filesystem::path& directory, const TallyFile& file);
// `provisioning_failed` when there is none, or it is no tally database.
Result<TallyFile> read_tally_file(const std::filesystem::path& directory, std::string_view tally_id);
// Removes what this instance made, what it left half-made too; nothing is fine. `provisioning_failed` when the file is
// another instance's.
Result<void> remove_tally_file(const std::filesystem::path& directory, std::string_view tally_id,
                               const InstanceId& instance);

} // namespace taleus::provision
