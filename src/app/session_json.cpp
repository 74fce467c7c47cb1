#include "app/session_json.hpp"

#include <boost/json/array.hpp>

namespace taleus::app {

boost::json::object json_of(const ports::Session& session) {
    boost::json::object out{{"sessionId", session.id},
                            {"side", protocol::to_text(session.side)},
                            {"role", wire::to_text(session.role)},
                            {"state", protocol::to_text(session.state)},
                            {"peer", session.peer.to_text()},
                            {"partyId", session.party_id},
                            {"invitation", id_of(session.token)},
                            {"opened", to_text(session.opened)}};
    if (protocol::is_terminal(session.state)) out["outcome"] = protocol::outcome_text(session.state);
    if (session.deadline) out["deadline"] = to_text(*session.deadline);
    if (session.ended) out["ended"] = to_text(*session.ended);
    if (session.code) out["code"] = to_text(*session.code);
    if (!session.tally_id.empty()) out["tallyId"] = session.tally_id;
    out["delivered"] = session.delivered;
    return out;
}

boost::json::object json_of(const ports::SessionView& view) {
    auto out = json_of(view.session);
    boost::json::array transitions;
    for (const auto& step : view.transitions)
        transitions.push_back(boost::json::object{{"at", to_text(step.at)},
                                                  {"from", protocol::to_text(step.from)},
                                                  {"to", protocol::to_text(step.to)},
                                                  {"cause", step.cause},
                                                  {"spentUs", step.spent.count()}});
    out["transitions"] = std::move(transitions);
    return out;
}

} // namespace taleus::app
