#pragma once
// Invitations and the count of their uses. The counts stand in the invitation's row and change in the transaction of
// the session that takes, spends or returns a use; the table itself refuses more than there are.

#include "ports/journal.hpp"
#include "store/session_rows.hpp"

#include <optional>
#include <string>
#include <vector>

namespace taleus::store {

Result<void> create_invitation(Database& database, const protocol::Invitation& invitation, ports::AuditRecord audit);
Result<bool> revoke_invitation(Database& database, const std::string& id, UtcTime at, ports::AuditRecord audit);

std::vector<ports::InvitationView> all_invitations(Database& database);
std::optional<ports::InvitationView> invitation_by_id(Database& database, const std::string& id); // or unique prefix
// `usage` counts `peer` too, where the invitation limits what a peer may have.
std::optional<ports::InvitationView> invitation_for(Database& database, const TokenHash& token,
                                                    const wire::PeerId& peer, Hold hold);

void take_use(Database& database, const TokenHash& token, const wire::PeerId& peer);   // reserves one
void spend_use(Database& database, const TokenHash& token, const wire::PeerId& peer);  // a reserved one
void return_use(Database& database, const TokenHash& token, const wire::PeerId& peer); // a reserved one

} // namespace taleus::store
