#pragma once
// The listener's durable steps, each inside the transaction of whoever calls.

#include "ports/journal.hpp"
#include "store/database.hpp"
#include "store/trail.hpp"

namespace taleus::store {

using Step = std::expected<void, ports::NotTaken>;

ports::TokenLookup look_up(Database& database, const TokenHash& token, const BootstrapKey& key,
                           const wire::PeerId& peer);
Result<std::expected<ports::Journal::Opened, ports::NotTaken>>
open_session(Database& database, const ports::Session& session, const std::optional<ports::Intent>& intent, UtcTime now,
             const Story& story, std::shared_ptr<std::string> receipt);

std::vector<ports::Session> waiting_sessions(Database& database, const std::optional<wire::PeerId>& peer);
std::optional<ports::Session> waiting_session(Database& database, const wire::PeerId& peer, const std::string& id);
std::optional<ports::Session> done_session(Database& database, const wire::PeerId& peer,
                                           const std::optional<std::string>& session_id, const std::string& tally_id);

} // namespace taleus::store
