#pragma once
// The rules of invitations: what a token allows, to whom, when. Pure; the store supplies what is counted.

#include "base/code.hpp"
#include "base/digest.hpp"
#include "base/instant.hpp"
#include "wire/messages.hpp"
#include "wire/peer_id.hpp"

#include <taleus/vocabulary.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taleus::protocol {

using taleus::Requirement;
using taleus::requirement_from_text;
using taleus::to_text;

// An invitation as it is kept: never the token itself.
struct Invitation {
    TokenHash token;
    wire::Role role = wire::Role::stock;
    UtcTime created;
    UtcTime expiry;
    std::optional<std::uint64_t> uses;     // nullopt: unlimited
    std::optional<std::uint64_t> per_peer; // tallies a peer may have by it; nullopt: no limit but `uses`
    Requirement requirement = Requirement::any;
    std::string label; // private to the inviter
    std::optional<UtcTime> revoked;
};

// How much of it is gone, in all and to the peer that asks.
struct Usage {
    std::uint64_t spent = 0;
    std::uint64_t reserved = 0;
    std::uint64_t peer_spent = 0;
    std::uint64_t peer_reserved = 0;
};

// May a new session begin? nullopt: yes. In this order: token_revoked, token_expired, token_used (all uses spent, or
// the peer's), token_in_use (some merely reserved). K was looked up before: a retry never comes here.
std::optional<Code> judge(const Invitation& invitation, const Usage& usage, UtcTime now);

// The state of an invitation for lists: active, exhausted, expired, revoked.
std::string_view standing(const Invitation& invitation, const Usage& usage, UtcTime now);

TokenHash hash_of_token(std::string_view token);
BootstrapKey bootstrap_key(const TokenHash& token, const wire::PeerId& peer, std::string_view party_id);
// `provisioner` is who provisions: the stock role's listener or the foil role's dialer.
InstanceId instance_of(const BootstrapKey& key, std::string_view provisioner_side);

} // namespace taleus::protocol
