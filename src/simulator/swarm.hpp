#pragma once
// Runs many worlds in processes of their own, so that one which ends its process (a broken invariant, a sanitizer) is a
// failure of its seed and no more, and what crashed nodes leave behind is freed.

#include "simulator/counters.hpp"
#include "simulator/plan.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace taleus::simulator {

struct Failure {
    std::uint64_t seed = 0;
    std::string check; // "process_lives" when it ended its process
    std::string what;
};

struct Sum {
    std::vector<Failure> failures; // the first of each seed
    Counts met;
    std::uint64_t worlds = 0;
    std::uint64_t sessions = 0;
    std::uint64_t lived_s = 0; // of simulated time
};

struct Job {
    std::uint64_t first = 1;
    std::uint64_t count = 1;
    Reduction left_out{};
};

// `jobs` processes at once. Ends early after `failures_max` failures.
Sum run_all(const Job& job, unsigned jobs, std::size_t failures_max);

// Leaves out what it can of a seed's plan while the same check fails. `tried` is told of each step.
Reduction shrink(const Failure& failure, const std::function<void(const std::string&)>& tried);

} // namespace taleus::simulator
