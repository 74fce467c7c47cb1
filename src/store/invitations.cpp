#include "store/invitations.hpp"

#include "store/columns.hpp"
#include "store/prefix.hpp"
#include "store/trail.hpp"

namespace taleus::store {
namespace {

std::string select_invitations(std::string_view rest) {
    return "SELECT token, role, created, expiry, uses, per_peer, requirement, label, revoked, spent, reserved "
           "FROM invitations " +
           std::string{rest};
}

ports::InvitationView read_view(Statement& row) {
    ports::InvitationView view;
    auto& invitation = view.invitation;
    row.read(invitation.token, invitation.role, invitation.created, invitation.expiry, invitation.uses,
             invitation.per_peer, invitation.requirement, invitation.label, invitation.revoked, view.usage.spent,
             view.usage.reserved);
    return view;
}

void change_uses(Database& database, const TokenHash& token, const wire::PeerId& peer, std::int64_t spent,
                 std::int64_t reserved) {
    const auto found = database.run(
        "UPDATE invitations SET spent = spent + ?2, reserved = reserved + ?3 WHERE token = ?1", token, spent, reserved);
    if (found != 1) database.set_fault(Code::internal, "a use of an unknown invitation was counted");
    database.post("UPDATE peer_uses SET spent = spent + ?3, reserved = reserved + ?4 WHERE token = ?1 AND peer = ?2",
                  token, peer, spent, reserved);
}

} // namespace

Result<void> create_invitation(Database& database, const protocol::Invitation& invitation, ports::AuditRecord audit) {
    const auto id = id_of(invitation.token);
    if (database.value<std::int64_t>("SELECT 1 FROM invitations WHERE token = ?1 OR id = ?2", invitation.token, id))
        return fail(Code::conflict, "an invitation with this token exists");
    database.run("INSERT INTO invitations (id, token, role, created, expiry, uses, per_peer, requirement, label, "
                 "revoked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                 id, invitation.token, invitation.role, invitation.created, invitation.expiry, invitation.uses,
                 invitation.per_peer, invitation.requirement, invitation.label, invitation.revoked);
    append_audit(database, {std::move(audit)});
    return {};
}

// Revoking again changes nothing: the first time stands.
Result<bool> revoke_invitation(Database& database, const std::string& id, UtcTime at, ports::AuditRecord audit) {
    const auto found = invitation_by_id(database, id);
    if (!found) return false;
    if (found->invitation.revoked) return true;
    database.run("UPDATE invitations SET revoked = ?2 WHERE token = ?1", found->invitation.token, at);
    audit.token_id = id_of(found->invitation.token);
    append_audit(database, {std::move(audit)});
    return true;
}

std::vector<ports::InvitationView> all_invitations(Database& database) {
    std::vector<ports::InvitationView> found;
    static const auto sql = select_invitations("ORDER BY number DESC");
    auto rows = database.ask(sql);
    while (rows.next()) found.push_back(read_view(rows));
    return found;
}

std::optional<ports::InvitationView> invitation_by_id(Database& database, const std::string& id) {
    if (id.empty()) return std::nullopt; // the beginning of all, and not of the one that there may be
    static const auto sql = select_invitations("WHERE id >= ?1 AND id < ?2 LIMIT 2");
    auto rows = database.ask(sql, id, after_prefix(id));
    if (!rows.next()) return std::nullopt;
    auto view = read_view(rows);
    if (rows.next()) return std::nullopt; // not unique
    return view;
}

std::optional<ports::InvitationView> invitation_for(Database& database, const TokenHash& token,
                                                    const wire::PeerId& peer, Hold hold) {
    static const auto looked = select_invitations("WHERE token = ?1");
    static const auto held = select_invitations("WHERE token = ?1 /*FOR UPDATE*/");
    auto rows = database.ask(hold == Hold::yes ? held : looked, token);
    if (!rows.next()) return std::nullopt;
    auto view = read_view(rows);
    if (view.invitation.per_peer) {
        auto uses = database.ask("SELECT spent, reserved FROM peer_uses WHERE token = ?1 AND peer = ?2", token, peer);
        if (uses.next()) uses.read(view.usage.peer_spent, view.usage.peer_reserved);
    }
    return view;
}

void take_use(Database& database, const TokenHash& token, const wire::PeerId& peer) {
    database.post("INSERT INTO peer_uses (token, peer) SELECT token, ?2 FROM invitations WHERE token = ?1 "
                  "AND per_peer IS NOT NULL ON CONFLICT DO NOTHING",
                  token, peer);
    change_uses(database, token, peer, 0, 1);
}
void spend_use(Database& database, const TokenHash& token, const wire::PeerId& peer) {
    change_uses(database, token, peer, 1, -1);
}
void return_use(Database& database, const TokenHash& token, const wire::PeerId& peer) {
    change_uses(database, token, peer, 0, -1);
    database.post("DELETE FROM peer_uses WHERE token = ?1 AND peer = ?2 AND spent = 0 AND reserved = 0", token, peer);
}

} // namespace taleus::store
