#include "session/refusals.hpp"

namespace taleus::session {
namespace {

// People read these; none names a file, a host, a query or a key.
std::string_view detail_of(Code code) {
    switch (code) {
    case Code::message_too_large: return "Message too large";
    case Code::provisioning_failed: return "The database could not be provisioned";
    case Code::invalid_database: return "Invalid database result";
    case Code::no_such_session: return "No session of this peer awaits this database";
    case Code::ambiguous_session: return "Several sessions of this peer await a database; name one with sessionId";
    case Code::conflict: return "Differs from the database that this session has already";
    case Code::in_progress: return "Already in progress";
    case Code::role_mismatch: return "createdBy contradicts the session's role";
    case Code::timeout: return "Time is over";
    case Code::rate_limited: return "Too many requests";
    case Code::dependency_unavailable: return "Service temporarily unavailable";
    case Code::shutting_down: return "Listener is shutting down";
    case Code::internal: return "Internal error";
    case Code::malformed:
    case Code::invalid_token:
    case Code::token_expired:
    case Code::token_used:
    case Code::token_in_use:
    case Code::token_revoked:
    case Code::invalid_identity:
    case Code::not_acknowledged:
    case Code::peer_gone:
    case Code::unreachable:
    case Code::bad_link:
    case Code::overloaded:
    case Code::refused: return to_text(code);
    }
    return to_text(code);
}

// What is likely to be over soon is asked again soon.
std::chrono::milliseconds retry_of(Code code) {
    using namespace std::chrono_literals;
    return code == Code::in_progress ? 250ms : 1000ms;
}

} // namespace

wire::Refusal refusal_of(Code code, std::string_view detail, std::optional<std::chrono::milliseconds> retry_after) {
    wire::Refusal refusal{wire::reason_for(code, detail.empty() ? detail_of(code) : detail), code, std::nullopt};
    if (is_repeatable(code)) refusal.retry_after = retry_after.value_or(retry_of(code));
    return refusal;
}

} // namespace taleus::session
