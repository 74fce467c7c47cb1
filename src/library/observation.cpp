#include "library/observation.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace taleus::library {

namespace {

double milliseconds(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

} // namespace

void Observation::moved(const session::Move& move) {
    metrics_.moved(move.session_id, move.side, move.from, move.to, move.spent);
    if (!events_.are_heard()) return;
    events_.tell("transition", boost::json::serialize(boost::json::object{{"sessionId", move.session_id},
                                                                          {"side", protocol::to_text(move.side)},
                                                                          {"from", protocol::to_text(move.from)},
                                                                          {"to", protocol::to_text(move.to)},
                                                                          {"cause", move.cause},
                                                                          {"spentMs", milliseconds(move.spent)}}));
}

void Observation::ended(const session::Ending& ending) {
    metrics_.ended(ending.session_id, ending.side, ending.role, ending.outcome, ending.code, ending.lasted);
    if (!events_.are_heard()) return;
    boost::json::object told{{"side", protocol::to_text(ending.side)},
                             {"outcome", protocol::outcome_text(ending.outcome)},
                             {"lastedMs", milliseconds(ending.lasted)}};
    if (!ending.session_id.empty()) told["sessionId"] = ending.session_id;
    if (ending.role) told["role"] = wire::to_text(*ending.role);
    if (ending.code) told["code"] = to_text(*ending.code);
    events_.tell("ended", boost::json::serialize(told));
}

void Observation::resumed(std::string_view session_id) { metrics_.resumed(session_id); }
void Observation::left(std::string_view session_id) { metrics_.left(session_id); }
void Observation::joined() { metrics_.joined(); }

void Observation::turned_away(Code why) {
    metrics_.turned_away(why);
    if (events_.are_heard())
        events_.tell("refused", boost::json::serialize(boost::json::object{{"code", to_text(why)}}));
}

} // namespace taleus::library
