#pragma once
// Writes a transaction's records in bundles, each filed under the sessions that it tells of. One thread.

#include "store/bundle.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace taleus::store {

class Filing {
public:
    Filing(Database& database, std::int64_t trail) : database_{database}, trail_{trail} {}

    // In the order of their numbers, without gaps within a bundle. `session`: the number of the row of the session that
    // it tells of, or 0.
    void add(std::uint64_t seq, std::string_view record, const Digest& leaf, const audit::Salt& salt,
             std::string_view details, std::int64_t session);
    void end_bundle(); // and at the end of the transaction

private:
    Database& database_;
    std::int64_t trail_;
    Bundle bundle_;
    std::vector<std::int64_t> sessions_; // of the bundle
};

} // namespace taleus::store
