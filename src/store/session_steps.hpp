#pragma once
// The steps that both sides take: record the tally, move, end. Each names the epoch and the state it comes from; no row
// matched means that another owner took the session.

#include "ports/journal.hpp"
#include "store/database.hpp"
#include "store/trail.hpp"

namespace taleus::store {

using Step = std::expected<void, ports::NotTaken>;

// A listener's first record is the only one; a dialer's may be repeated with what it learnt since.
Result<Step> record_tally(Database& database, const ports::Session& session, protocol::StateName from,
                          const ports::TallyRecord& tally, const Story& story);
Result<Step> move_session(Database& database, const std::string& id, std::uint64_t epoch, protocol::StateName from,
                          protocol::StateName to, bool delivered, const Story& story);
// `findings`: what is told in place of `story` where the session was lost to another owner.
Result<void> end_session(Database& database, const ports::Session& session, const Story& story, const Story& findings);

} // namespace taleus::store
