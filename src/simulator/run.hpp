#pragma once
// Lets a planned world happen and judges it.

#include "simulator/checks.hpp"
#include "simulator/plan.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace taleus::simulator {

struct Outcome {
    std::vector<Violation> violations;
    std::map<std::string, std::uint64_t, std::less<>> met; // what was, how often
    std::uint64_t sessions = 0;
    Duration lived{};         // of simulated time
    std::vector<bool> served; // the plan's dialers, before anything was healed
};

// Many worlds in one process: what crashes in them is never freed.
Outcome run(const Plan& plan);
// The world of a seed. One in eight happens twice more, with nothing that goes wrong but what strangers do, and without
// that: how somebody fares depends on nobody with whom he shares no token (`isolation`).
Outcome run(std::uint64_t seed, const Reduction& left_out);

} // namespace taleus::simulator
