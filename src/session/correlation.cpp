#include "session/correlation.hpp"

#include <utility>

namespace taleus::session {
namespace {

// Of a session that is named: it awaits this result, or it is at work with one.
Correlated of_named(const wire::DatabaseResult& result, std::vector<ports::Session> waiting, const auto& validating) {
    for (auto& session : waiting) {
        if (session.id != *result.session_id) continue;
        const auto* told = validating(session.id);
        if (told == nullptr) return Matched{std::move(session)};
        return *told == told_by(result) ? Code::in_progress : Code::conflict;
    }
    return Unmatched{Code::no_such_session};
}

} // namespace

Correlated correlate(const wire::DatabaseResult& result, std::vector<ports::Session> waiting,
                     const std::function<const Told*(const std::string& id)>& validating) {
    if (result.session_id) return of_named(result, std::move(waiting), validating);
    const auto told = told_by(result);
    std::vector<ports::Session> free;
    bool is_other_validated = false;
    for (auto& session : waiting) {
        const auto* other = validating(session.id);
        if (other == nullptr) {
            free.push_back(std::move(session));
            continue;
        }
        if (*other == told) return Code::in_progress;
        if (other->tally.tally_id == told.tally.tally_id) return Code::conflict;
        is_other_validated = true;
    }
    if (free.size() == 1) return Matched{std::move(free.front())};
    if (free.size() > 1) return Unmatched{Code::ambiguous_session};
    if (is_other_validated) return Unmatched{Code::conflict}; // unequal to the one that is being validated
    return Unmatched{Code::no_such_session};
}

} // namespace taleus::session
