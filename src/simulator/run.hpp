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
    Duration lived{}; // of simulated time
};

// Many worlds in one process: what crashes in them is never freed.
Outcome run(const Plan& plan);

} // namespace taleus::simulator
