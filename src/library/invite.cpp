#include "library/invite.hpp"

#include "library/presence.hpp"
#include "wire/base_text.hpp"
#include "wire/utf8.hpp"

#include <utility>

namespace taleus::library {
namespace {

constexpr std::size_t token_bytes_max = 512;
constexpr std::size_t addresses_max = 16;

} // namespace

std::string new_token(Random& random) { return wire::to_base64url(random.bytes<16>()); }

Result<void> check_token(std::string_view token) {
    if (token.empty() || token.size() > token_bytes_max || !wire::is_utf8(token))
        return fail(Code::malformed, "a token has 1 to 512 bytes of UTF-8");
    return {};
}

async::awaitable<Result<std::vector<wire::Multiaddr>>> link_addresses(Ground ground,
                                                                      std::vector<std::string> announce) {
    const auto own = ground.peer();
    std::vector<wire::Multiaddr> addresses;
    for (const auto& text : announce)
        if (const auto address = wire::Multiaddr::from_text(text)) addresses.push_back(address->with_peer(own));
    const auto nodes = co_await ground.journal.nodes();
    if (!nodes) co_return fail(nodes.error());
    for (const bool of_own : {true, false})
        for (const auto& node : *nodes) {
            const bool is_alive = !node.boot.empty() && node.seen >= ground.clock.utc() - node_silent_max;
            if ((node.peer == own) != of_own || (of_own && !announce.empty())) continue;
            if (!of_own && !is_alive) continue;
            for (const auto& text : node.addresses)
                if (const auto address = wire::Multiaddr::from_text(text)) addresses.push_back(*address);
        }
    if (addresses.empty() || addresses.front().peer() != own)
        co_return fail(Code::internal, "no address is known under which this node can be reached");
    if (addresses.size() > addresses_max) addresses.resize(addresses_max);
    co_return addresses;
}

wire::Link link_of(const protocol::Invitation& invitation, std::string token, std::vector<wire::Multiaddr> addresses) {
    wire::Link link;
    link.addresses = std::move(addresses);
    link.token = std::move(token);
    link.expiry = invitation.expiry;
    link.role = invitation.role;
    if (invitation.requirement != protocol::Requirement::any) link.requirement = to_text(invitation.requirement);
    return link;
}

Issued issued(const wire::Link& link, const wire::KeyPair& key) {
    return {.id = id_of(protocol::hash_of_token(link.token)),
            .uri = wire::to_uri(link, key),
            .json = wire::to_json(link, key),
            .expiry = link.expiry};
}

async::awaitable<Result<wire::Link>> issue(Ground ground, protocol::Invitation invitation, std::string token,
                                           std::vector<wire::Multiaddr> addresses) {
    auto link = link_of(invitation, std::move(token), std::move(addresses));
    ports::AuditRecord audit{.at = invitation.created,
                             .kind = "invitation_created",
                             .session_id = {},
                             .token_id = id_of(invitation.token),
                             .body = {{"role", to_text(invitation.role)},
                                      {"uses", invitation.uses ? std::to_string(*invitation.uses) : "unlimited"},
                                      {"expires", to_text(invitation.expiry)},
                                      {"identity", to_text(invitation.requirement)}}};
    auto creating = ground.journal.create_invitation(std::move(invitation), std::move(audit));
    const auto created = co_await std::move(creating);
    if (!created) co_return fail(created.error());
    co_return link;
}

async::awaitable<Result<std::optional<std::string>>> revoke(Ground ground, std::string id) {
    auto looking = ground.journal.invitation(std::move(id));
    const auto view = co_await std::move(looking);
    if (!view) co_return fail(view.error());
    if (!*view) co_return std::optional<std::string>{};
    const auto now = ground.clock.utc();
    const auto full = id_of((*view)->invitation.token);
    ports::AuditRecord audit{.at = now, .kind = "invitation_revoked", .session_id = {}, .token_id = full, .body = {}};
    auto revoking = ground.journal.revoke(full, now, std::move(audit));
    const auto revoked = co_await std::move(revoking);
    if (!revoked) co_return fail(revoked.error());
    co_return std::optional{full};
}

} // namespace taleus::library
