#pragma once
// What a dialer remembers between two calls of `join`: one session per key, its intent, its tally.

#include "ports/journal.hpp"
#include "store/database.hpp"
#include "store/session_steps.hpp"
#include "store/trail.hpp"

namespace taleus::store {

std::optional<ports::Journal::Joined> joined(Database& database, const BootstrapKey& key);
Result<ports::Journal::Joined> begin_join(Database& database, const ports::Session& session, const Story& story);
Result<Step> record_intent(Database& database, const std::string& session_id, std::uint64_t epoch,
                           const ports::Intent& intent, const Story& story);

} // namespace taleus::store
