#include "store/filing.hpp"

#include "store/columns.hpp"

#include <algorithm>
#include <utility>

namespace taleus::store {

void Filing::add(std::uint64_t seq, std::string_view record, const Digest& leaf, const audit::Salt& salt,
                 std::string_view details, std::int64_t session) {
    if (bundle_.count() == bundle_records_max) end_bundle();
    if (bundle_.count() == 0) bundle_.first = seq;
    bundle_.add(record, leaf, salt, details);
    if (session != 0) sessions_.push_back(session);
}

void Filing::end_bundle() {
    if (bundle_.count() == 0) return;
    database_.post("INSERT INTO bundles (trail, first, leaves, details, records) VALUES (?1, ?2, ?3, ?4, ?5)", trail_,
                   bundle_.first, bundle_.leaves, bundle_.details, bundle_.records);
    std::ranges::sort(sessions_);
    const auto again = std::ranges::unique(sessions_);
    sessions_.erase(again.begin(), again.end());
    for (const auto session : sessions_)
        database_.post("INSERT INTO filed (session, trail, first) VALUES (?1, ?2, ?3)", session, trail_, bundle_.first);
    bundle_ = {};
    sessions_.clear();
}

} // namespace taleus::store
