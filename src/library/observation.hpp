#pragma once
// Tells the metrics and the stream of events what happens in the sessions of a node. The node's thread.

#include "ops/events.hpp"
#include "ops/metrics.hpp"
#include "session/observer.hpp"

namespace taleus::library {

class Observation final : public session::Observer {
public:
    Observation(ops::Metrics& metrics, ops::Events& events) : metrics_{metrics}, events_{events} {}

    void moved(const session::Move& move) override;
    void ended(const session::Ending& ending) override;
    void resumed(std::string_view session_id) override;
    void left(std::string_view session_id) override;
    void joined() override;
    void turned_away(Code why) override;

private:
    ops::Metrics& metrics_;
    ops::Events& events_;
};

} // namespace taleus::library
