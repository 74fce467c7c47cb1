#pragma once
// What one commit appended to a trail, as one row keeps it: texts of a line a record, so that a commit costs one row
// however many sessions share it, and a person with the sqlite3 shell reads the trail as it is exported. Canonical JSON
// has no newline of its own; a byte that was altered spoils no record but its own, a newline the two that it parts.
// Values; any thread.

#include "audit/record.hpp"
#include "base/bytes.hpp"
#include "base/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::store {

inline constexpr std::size_t bundle_records_max = 256; // what is more goes into the next one of the same commit

struct KeptRecord {
    std::uint64_t seq = 0; // by the place it stands at; its own number is in `bytes`
    std::string bytes;
    std::optional<Digest> leaf; // the hash kept beside it
    Bytes salt;                 // empty: none, or erased
    std::string details;        // likewise
};

struct Bundle {
    std::uint64_t first = 0; // number of its first record
    std::string records;     // canonical JSON and a newline, each
    std::string details; // of each: the salt in base64url, a space, canonical JSON; a newline. Or empty: nobody has any
    Bytes leaves;        // hashes of the records, 32 bytes each

    std::size_t count() const { return leaves.size() / sizeof(Digest); }
    // `salt` counts only where there are details.
    void add(std::string_view record, const Digest& leaf, const audit::Salt& salt, std::string_view details_of_it);
};

// Its records, as well as they can be told apart: where there are not as many lines as hashes, those that fit each
// other from either end do, and what lies between is damaged.
std::vector<KeptRecord> unpack(const Bundle& bundle);
// Its details without those of records before `seq`.
std::string details_from(const Bundle& bundle, std::uint64_t seq);

} // namespace taleus::store
