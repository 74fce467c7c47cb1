#pragma once
// How a partner is told the secret of its login: sealed to the peer key that the secure channel proved, and bound to
// everything it belongs to (docs/protocol.md, "Draft tally"). Pure.

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "wire/keys.hpp"
#include "wire/messages.hpp"
#include "wire/peer_id.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::protocol {

inline constexpr std::size_t login_secret_bytes_max = 512;

// A password of 256 random bits, as base64url text.
Secret make_login_secret(Random& random);

// What a sealed secret belongs to: the message's tally and database.
struct SealedFor {
    std::string_view tally_id;
    const wire::DatabaseAccess& database;
};

// The text of `sealedCredentials`; nullopt where the key of `to` is no Ed25519 key, to which nothing can be sealed.
// `secret` is UTF-8 text.
std::optional<std::string> seal_credentials(const Secret& secret, const SealedFor& of, const wire::PeerId& from,
                                            const wire::PeerId& to, Random& random);

// `invalid_database` naming what is wrong with it. `from`: any one of these may have sealed.
Result<Secret> open_credentials(std::string_view sealed, const SealedFor& of, const std::vector<wire::PeerId>& from,
                                const wire::KeyPair& to);

} // namespace taleus::protocol
