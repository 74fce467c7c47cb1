#pragma once
// A trail for other programs: JSON lines, CSV, or the static files of C2SP tlog-tiles. One thread.

#include "store/trails.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace taleus::app {

// An event of a record, for people and for lists: its members, the personal ones among those of its body.
struct ShownEvent {
    std::uint64_t seq = 0; // of the record
    std::string at;
    std::string kind;
    std::string session;
    std::string token;
    boost::json::object body;
};
// Of one record, in order. `malformed` where it was altered so that it cannot be read.
Result<std::vector<ShownEvent>> shown(const store::KeptRecord& record);
boost::json::object json_of(const ShownEvent& event);

// Each returns when all is written to `out`, whose state says whether it was.
// A record a line, as it is hashed: SHA-256 over a zero byte and the line is its leaf.
Result<void> export_json_lines(store::Database& database, const store::KeptTrail& trail, std::ostream& out);
// An event a line, with a heading; RFC 4180.
Result<void> export_csv(store::Database& database, const store::KeptTrail& trail, std::ostream& out);
// Files below `directory`, which is made where it is not there; those of an earlier, smaller export of the same trail
// are kept, and the checkpoint comes last. The number of files written.
Result<std::size_t> export_tiles(store::Database& database, const store::KeptTrail& trail,
                                 const std::filesystem::path& directory);

} // namespace taleus::app
