#pragma once
// The key under which the nodes of one inviter keep secrets in their store: passwords of tally databases stand there
// encrypted and bound to their place, so that a table, an export or a log shows nothing of them. Pure.

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace taleus::protocol {

class StoreKey {
public:
    static constexpr std::size_t size = 32;
    static Secret generate(Random& random);
    // `key` has `size` bytes.
    explicit StoreKey(Secret key);
    StoreKey copy() const { return StoreKey{key_.copy()}; }

    // XChaCha20-Poly1305 as base64url text. `place` says what the secret is of; another place does not reveal it.
    std::string keep(const Secret& secret, std::string_view place, Random& random) const;
    // `internal` when it was kept under another key or place, or is damaged.
    Result<Secret> reveal(std::string_view kept, std::string_view place) const;

private:
    Secret key_;
};

} // namespace taleus::protocol
