#include "session/chronicle.hpp"

#include "base/keeps_trail.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace taleus::session {

void Chronicle::note(std::string_view kind, boost::json::object body) {
    if (keeps_trail())
        trail_.audit.push_back(audit_record(clock_, kind, trail_.session_id, trail_.token_id, std::move(body)));
}

void Chronicle::moved(protocol::StateName from, protocol::StateName to, std::string_view cause, Duration spent) {
    const auto in_state = std::chrono::duration_cast<std::chrono::microseconds>(spent);
    trail_.transitions.push_back({clock_.utc(), from, to, std::string{cause}, in_state, trail_.audit.size()});
}

void Chronicle::drop(Written written) {
    const auto front = [](auto& records, std::size_t count) {
        records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(count));
    };
    front(trail_.transitions, written.transitions);
    front(trail_.audit, written.audit);
    for (auto& arrow : trail_.transitions) arrow.behind -= std::min(arrow.behind, written.audit);
}

boost::json::object ending_body(protocol::StateName outcome, std::optional<Code> code) {
    boost::json::object body{{"outcome", protocol::outcome_text(outcome)}};
    if (code) body["code"] = to_text(*code);
    return body;
}

ports::AuditRecord audit_record(const async::Clock& clock, std::string_view kind, std::string session_id,
                                std::string token_id, boost::json::object body) {
    return {clock.utc(), std::string{kind}, std::move(session_id), std::move(token_id), std::move(body)};
}

} // namespace taleus::session
