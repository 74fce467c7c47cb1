#pragma once
// What commands list and show.

#include "base/digest.hpp"
#include "base/secret.hpp"
#include "ports/journal.hpp"
#include "store/database.hpp"

namespace taleus::store {

std::vector<ports::TallyRecord> all_tallies(Database& database);
std::optional<ports::TallyRecord> tally_by_id(Database& database, const std::string& id); // or a unique prefix
std::optional<ports::TallyRecord> tally_of_session(Database& database, const std::string& session_id);
std::vector<ports::Session> newest_sessions(Database& database, const ports::SessionFilter& filter);
std::optional<ports::SessionView> session_view(Database& database, const std::string& id); // or a unique prefix

// The key under which secrets are kept: the first one that was offered stands.
using StoreKeyBytes = TaggedDigest<struct StoreKeyTag>;
std::optional<StoreKeyBytes> store_key(Database& database);
StoreKeyBytes offer_store_key(Database& database, const Secret& fresh); // of 32 bytes

} // namespace taleus::store
