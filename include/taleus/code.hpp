#pragma once
/// @file
/// The outcome codes: one enumeration shared by the wire, the records, the audit trail, the metrics, the program's exit
/// codes and this interface. docs/protocol.md lists what each one means to the two parties. Values; any thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taleus {

/// Why something was not done. A later version of the library may add codes, at the end.
enum class Code : std::uint8_t {
    malformed,              ///< a message, link or setting that cannot be read
    message_too_large,      ///< a message larger than the listener takes
    invalid_token,          ///< the listener does not know this token
    token_expired,          ///< the invitation was over before the contact came
    token_used,             ///< all uses of the invitation are spent
    token_in_use,           ///< the uses that are left are reserved by sessions under way
    token_revoked,          ///< the inviter revoked the invitation
    invalid_identity,       ///< the claim of who the respondent is was refused
    provisioning_failed,    ///< the tally's database cannot be made
    invalid_database,       ///< the database is there and does not hold the draft that it should
    no_such_session,        ///< a database result that belongs to no session that waits
    ambiguous_session,      ///< a database result that may belong to several sessions
    conflict,               ///< it exists already, or something that excludes it is under way
    in_progress,            ///< the same bootstrap is under way elsewhere
    role_mismatch,          ///< the listener acts in another role than the link says
    not_acknowledged,       ///< the database was delivered and the listener did not confirm that it has it on record
    peer_gone,              ///< the other side went away in the middle
    unreachable,            ///< no address of the link could be reached
    bad_link,               ///< the link is damaged, altered, or signed by somebody else
    timeout,                ///< it was not done in the time that it had
    rate_limited,           ///< the partner asks more often than it may
    overloaded,             ///< there is no room for more at the moment
    dependency_unavailable, ///< a store, provisioner or hook failed or did not answer
    shutting_down,          ///< the listener is ending and begins nothing new
    refused,                ///< the partner refused for a reason that it did not name by a code
    internal,               ///< a fault of this program or of its machine
};

/// The names of all codes, in the order of the enumeration.
inline constexpr std::array<std::string_view, 26> code_texts{"malformed",
                                                             "message_too_large",
                                                             "invalid_token",
                                                             "token_expired",
                                                             "token_used",
                                                             "token_in_use",
                                                             "token_revoked",
                                                             "invalid_identity",
                                                             "provisioning_failed",
                                                             "invalid_database",
                                                             "no_such_session",
                                                             "ambiguous_session",
                                                             "conflict",
                                                             "in_progress",
                                                             "role_mismatch",
                                                             "not_acknowledged",
                                                             "peer_gone",
                                                             "unreachable",
                                                             "bad_link",
                                                             "timeout",
                                                             "rate_limited",
                                                             "overloaded",
                                                             "dependency_unavailable",
                                                             "shutting_down",
                                                             "refused",
                                                             "internal"};

/// The code's name, as it stands in records and metrics: `token_expired`. Static storage.
constexpr std::string_view to_text(Code code) { return code_texts[static_cast<std::size_t>(code)]; }

/// The code of this name; nullopt: there is none.
constexpr std::optional<Code> code_from_text(std::string_view text) {
    for (std::size_t i = 0; i < code_texts.size(); ++i)
        if (code_texts[i] == text) return static_cast<Code>(i);
    return std::nullopt;
}

/// Is it worth trying again in a moment? A dialer does so by itself, within its session's deadline.
constexpr bool is_repeatable(Code code) {
    return code == Code::rate_limited || code == Code::overloaded || code == Code::dependency_unavailable ||
           code == Code::shutting_down || code == Code::in_progress || code == Code::token_in_use ||
           code == Code::timeout;
}

} // namespace taleus
