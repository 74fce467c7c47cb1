#pragma once
// Makes invitations: the record, and the link that is handed over. One thread, the ground's.

#include "library/ground.hpp"
#include "protocol/token.hpp"
#include "wire/link.hpp"

#include <taleus/invitation.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::library {

// 128 bits of chance, as text.
std::string new_token(Random& random);
// 1 to 512 bytes of UTF-8; `malformed` otherwise.
Result<void> check_token(std::string_view token);

// The addresses a link carries, 16 at most: what is announced, else what the listener registered, this node's own
// first; then those of the inviter's other nodes that are alive. `internal` when none is known of this node.
async::awaitable<Result<std::vector<wire::Multiaddr>>> link_addresses(Ground ground, std::vector<std::string> announce);

// The link of it, for the node's own key.
wire::Link link_of(const protocol::Invitation& invitation, std::string token, std::vector<wire::Multiaddr> addresses);
Issued issued(const wire::Link& link, const wire::KeyPair& key);

// Puts it on record, and in the trail. `conflict` when the token was used before.
async::awaitable<Result<wire::Link>> issue(Ground ground, protocol::Invitation invitation, std::string token,
                                           std::vector<wire::Multiaddr> addresses);
// Takes the one of this id, or prefix of one, back. Its id; nullopt: there is none.
async::awaitable<Result<std::optional<std::string>>> revoke(Ground ground, std::string id);

} // namespace taleus::library
