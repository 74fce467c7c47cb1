#pragma once
// What an invitation grants, between the public interface and the records. Pure.

#include "ports/journal.hpp"
#include "protocol/token.hpp"
#include "session/join.hpp"

#include <taleus/dialer.hpp>
#include <taleus/invitation.hpp>
#include <taleus/tally.hpp>

namespace taleus::library {

// `malformed`, with a sentence, when the terms make no sense.
Result<protocol::Invitation> invitation_of(const Terms& terms, const TokenHash& token, UtcTime now);
// The same of one that somebody else made, which may be over already, or be meant to last for ever: it ends when the
// last of links does.
Result<protocol::Invitation> known_invitation_of(const Terms& terms, const TokenHash& token, UtcTime now);
Invitation shown(const ports::InvitationView& view, UtcTime now);
Tally shown(const ports::TallyRecord& record);
JoinResult shown(const session::JoinResult& end);

} // namespace taleus::library
