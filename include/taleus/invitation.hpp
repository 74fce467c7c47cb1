#pragma once
/// @file
/// Invitations: what the inviter grants, the link that is handed over, and what is on record of it. Values; any thread.

#include <taleus/export.hpp>
#include <taleus/limits.hpp>
#include <taleus/result.hpp>
#include <taleus/vocabulary.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus {

/// What an invitation grants. The defaults: one tally, within a day, to whoever has the link.
struct Terms {
    Role role = Role::stock;               ///< the inviter's side; stock: the inviter provisions
    std::optional<std::uint64_t> uses = 1; ///< tallies in all, from 1; nullopt: any number, a standing invitation
    std::optional<std::uint64_t> per_peer =
        std::nullopt; ///< tallies of one peer id, from 1; nullopt: no limit but `uses`
    /// From now, in whole milliseconds: more than zero, and at most a hundred years.
    Duration valid_for = std::chrono::hours{24};
    /// When it is over, in place of `valid_for`. To come, and in the year 9999 at the latest; a `TokenSource` may also
    /// tell of what is over, or of a later time, which is taken for the end of that year.
    std::optional<UtcTime> expiry = std::nullopt;
    Requirement requirement = Requirement::any; ///< what the respondent has to prove
    std::string label{};                        ///< private to the inviter; UTF-8, at most 256 bytes
};

/// An invitation that was made. Both forms carry the token: who has either can answer it.
struct Issued {
    std::string id{};   ///< its public name, 16 hex digits
    std::string uri{};  ///< the signed link for chats and QR codes: `taleus:1…`
    std::string json{}; ///< the same link as a JSON object
    UtcTime expiry{};   ///< from then on it is refused with `token_expired`
};

/// How an invitation stands.
enum class Standing : std::uint8_t {
    active,    ///< it can be answered
    exhausted, ///< all uses are spent
    expired,   ///< its time is over
    revoked    ///< the inviter took it back
};
/// `active`, `exhausted`, `expired` or `revoked`. Static storage.
TALEUS_EXPORT std::string_view to_text(Standing standing);

/// What is on record of an invitation: never the token.
struct Invitation {
    std::string id{};                           ///< its public name, 16 hex digits
    Role role = Role::stock;                    ///< the inviter's side
    std::optional<std::uint64_t> uses{};        ///< as granted
    std::optional<std::uint64_t> per_peer{};    ///< as granted
    Requirement requirement = Requirement::any; ///< as granted
    std::string label{};                        ///< private to the inviter
    UtcTime created{};                          ///< when it was made
    UtcTime expiry{};                           ///< from then on it is refused
    std::optional<UtcTime> revoked{};           ///< since when it is; nullopt: it is not
    std::uint64_t spent = 0;                    ///< uses that became tallies
    std::uint64_t reserved = 0;                 ///< uses of sessions that are durably under way
    Standing standing = Standing::active;       ///< as of when it was asked for
};

/// A link, taken apart.
struct Link {
    std::vector<std::string> addresses{}; ///< multiaddrs of the inviter's nodes, each ending in /p2p; 1 to 16
    std::string token{};                  ///< the secret, 1 to 512 bytes
    UtcTime expiry{};                     ///< as stated; the listener's record decides
    Role role = Role::stock;              ///< the inviter's side
    std::string requirement{};            ///< as stated, at most 1 KiB; empty: none
    std::string signer{};                 ///< the peer id that signed it, and whose signature holds; empty: nobody did
};

/// Reads a link in any form: `taleus:1…`, case and white space ignored, or a JSON object. `bad_link`, with a sentence
/// for people, when it is damaged, or altered after it was signed. Nothing is sent and no clock is asked.
TALEUS_EXPORT Result<Link> parse_link(std::string_view text);

} // namespace taleus
