#pragma once
// The outcome codes of the protocol: one enumeration shared by wire, records, audit, metrics and exit codes.
// docs/protocol.md lists what each one means; the text of a code is its name.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taleus {

enum class Code : std::uint8_t {
    malformed,
    message_too_large,
    invalid_token,
    token_expired,
    token_used,
    token_in_use,
    token_revoked,
    invalid_identity,
    provisioning_failed,
    invalid_database,
    no_such_session,
    ambiguous_session,
    conflict,
    in_progress,
    role_mismatch,
    not_acknowledged,
    peer_gone,
    unreachable,
    bad_link,
    timeout,
    rate_limited,
    overloaded,
    dependency_unavailable,
    shutting_down,
    refused,
    internal,
};

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

constexpr std::string_view to_text(Code code) { return code_texts[static_cast<std::size_t>(code)]; }

constexpr std::optional<Code> code_from_text(std::string_view text) {
    for (std::size_t i = 0; i < code_texts.size(); ++i)
        if (code_texts[i] == text) return static_cast<Code>(i);
    return std::nullopt;
}

// Codes after which a dialer tries again within its session deadline; exactly these carry `retryAfterMs`.
constexpr bool is_repeatable(Code code) {
    return code == Code::rate_limited || code == Code::overloaded || code == Code::dependency_unavailable ||
           code == Code::shutting_down || code == Code::in_progress || code == Code::token_in_use ||
           code == Code::timeout;
}

} // namespace taleus
