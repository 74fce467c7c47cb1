#pragma once
// Holds the trails of a store against what was signed: the records, what is kept beside them, and what others hold
// (older checkpoints, receipts). Needs no secret: the key is the one that a trail's origin names. One thread.

#include "audit/verifier.hpp"
#include "store/trails.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace taleus::app {

// What others hold, checked by itself and with its source.
struct Evidence {
    std::vector<audit::Known> heads;
    std::vector<audit::Held> receipts;
};
// A file with a signed checkpoint.
Result<void> add_checkpoint(Evidence& evidence, const std::filesystem::path& file);
// A file with a receipt, or with lines of them: as `taleus tally show --receipt` prints them, or within an object that
// has a member `receipt`.
Result<void> add_receipts(Evidence& evidence, const std::filesystem::path& file);

struct TrailReport {
    std::string origin;
    std::uint64_t size = 0; // records
    Digest root{};          // over what is there
    std::uint64_t heads = 0;
    std::size_t evidence = 0;             // heads and receipts of others that are of this trail
    std::vector<audit::Finding> findings; // empty: all is as signed
};
struct StoreReport {
    std::vector<TrailReport> trails;
    std::vector<std::string> missing; // trails that the store does not have: who tells of them, and which
};

// `progress` is called now and then with the number of records read.
Result<StoreReport> check_trails(store::Database& database, const Evidence& evidence,
                                 const std::function<void(std::uint64_t)>& progress);

} // namespace taleus::app
