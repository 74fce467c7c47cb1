#include "simulator/run.hpp"

#include "simulator/scene.hpp"

namespace taleus::simulator {

Outcome run(const Plan& plan) {
    Scene scene{plan};
    scene.play();
    scene.heal();
    scene.come_to_end();
    scene.judge();
    Outcome outcome{scene.report.violations, scene.witness.counts, 0, scene.world.time.now.time_since_epoch()};
    for (const auto& [number, talk] : scene.witness.talks) outcome.sessions += talk.arrived ? 1 : 0;
    return outcome;
}

} // namespace taleus::simulator
