#include "protocol/token.hpp"

#include "protocol/framing.hpp"
#include "wire/hash.hpp"

#include <array>

namespace taleus::protocol {
namespace {

constexpr std::string_view key_domain = "taleus-key/1\n";
constexpr std::string_view instance_domain = "taleus-instance/1\n";

bool is_spent(std::optional<std::uint64_t> allowed, std::uint64_t spent) { return allowed && spent >= *allowed; }

// Not spent, but what is left is reserved. Subtracting cannot wrap: less than allowed is spent.
bool is_reserved(std::optional<std::uint64_t> allowed, std::uint64_t spent, std::uint64_t reserved) {
    return allowed && reserved >= *allowed - spent;
}

} // namespace

std::optional<Code> judge(const Invitation& invitation, const Usage& usage, UtcTime now) {
    if (invitation.revoked) return Code::token_revoked;
    if (now >= invitation.expiry) return Code::token_expired;
    if (is_spent(invitation.uses, usage.spent) || is_spent(invitation.per_peer, usage.peer_spent))
        return Code::token_used;
    if (is_reserved(invitation.uses, usage.spent, usage.reserved) ||
        is_reserved(invitation.per_peer, usage.peer_spent, usage.peer_reserved))
        return Code::token_in_use;
    return std::nullopt;
}

std::string_view standing(const Invitation& invitation, const Usage& usage, UtcTime now) {
    if (invitation.revoked) return "revoked";
    if (now >= invitation.expiry) return "expired";
    return is_spent(invitation.uses, usage.spent) ? "exhausted" : "active";
}

TokenHash hash_of_token(std::string_view token) { return {wire::sha256(as_bytes(token))}; }

BootstrapKey bootstrap_key(const TokenHash& token, const wire::PeerId& peer, std::string_view party_id) {
    auto bytes = to_bytes(key_domain);
    append_counted(bytes, token.view());
    append_counted(bytes, peer.bytes());
    append_counted(bytes, as_bytes(party_id));
    return {wire::sha256(bytes)};
}

InstanceId instance_of(const BootstrapKey& key, std::string_view provisioner_side) {
    return {wire::sha256({as_bytes(instance_domain), as_bytes(provisioner_side), key.view()})};
}

} // namespace taleus::protocol
