// taleus-sim: simulated worlds, one seed each. docs/testing.md says what they prove.

#include "simulator/run.hpp"
#include "simulator/swarm.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace taleus::simulator;

constexpr std::uint64_t worlds_that_meet_all = 10'000;
constexpr std::size_t failures_max = 10;

struct Options {
    std::uint64_t seed = 0;
    std::uint64_t runs = 0;
    std::uint64_t from = 1;
    unsigned jobs = 2;
    bool is_shrinking = false;
    bool is_shown = false;
    bool must_meet = false;
    bool has_table = false;
    std::vector<std::string> without;
    std::vector<std::size_t> drop;
    std::vector<std::size_t> absent;
    std::string seeds;
};

Reduction reduction_of(const Options& options) {
    Reduction left_out;
    for (const auto& name : options.without) {
        const auto fault = fault_from_text(name);
        if (!fault) throw CLI::ValidationError{"--without", name + " is no fault"};
        left_out.faults.insert(*fault);
    }
    left_out.events.insert(options.drop.begin(), options.drop.end());
    left_out.dialers.insert(options.absent.begin(), options.absent.end());
    return left_out;
}

void print_failure(const Failure& failure, const Reduction& left_out) {
    fmt::print("FAILED {}: {}\n  again: taleus-sim --seed {}{}\n", failure.check, failure.what, failure.seed,
               left_out.options());
}

void print_smaller(const Failure& failure) {
    const auto smaller = shrink(failure, [](const std::string&) {});
    fmt::print("  smaller: taleus-sim --seed {}{}\n{}", failure.seed, smaller.options(),
               draw(failure.seed, smaller).text());
}

// In this process, for a debugger.
int run_one(const Options& options) {
    const auto left_out = reduction_of(options);
    if (options.is_shown) fmt::print("{}", draw(options.seed, left_out).text());
    std::fflush(stdout);
    const auto outcome = run(options.seed, left_out);
    for (const auto& violation : outcome.violations) fmt::print("FAILED {}: {}\n", violation.check, violation.what);
    if (options.is_shown) fmt::print("{}", table(outcome.met));
    if (outcome.violations.empty()) fmt::print("seed {} passes: {} streams\n", options.seed, outcome.sessions);
    return outcome.violations.empty() ? 0 : 1;
}

int run_many(const Options& options) {
    const auto began = std::chrono::steady_clock::now();
    const auto left_out = reduction_of(options);
    const auto sum = run_all({options.from, options.runs, left_out}, options.jobs, failures_max);
    const auto took = std::chrono::duration<double>{std::chrono::steady_clock::now() - began}.count();
    for (const auto& failure : sum.failures) {
        print_failure(failure, left_out);
        if (options.is_shrinking) print_smaller(failure);
    }
    if (options.has_table) fmt::print("{}", table(sum.met));
    bool is_good = sum.failures.empty();
    if (options.must_meet || options.runs >= worlds_that_meet_all)
        for (const auto& name : never_met(sum.met)) {
            fmt::print("NEVER MET {}\n", name);
            is_good = false;
        }
    fmt::print("{} worlds, {} sessions, {} simulated hours in {:.1f} s: {}\n", sum.worlds, sum.sessions,
               sum.lived_s / 3600, took, is_good ? "all pass" : "FAILED");
    return is_good ? 0 : 1;
}

// A file of seeds that once failed, a line each: SEED [# STORY].
int run_file(const Options& options) {
    std::ifstream file{options.seeds};
    if (!file) throw CLI::ValidationError{"--seeds", options.seeds + " cannot be read"};
    std::size_t failed = 0;
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        ++count;
        const auto sum = run_all({std::stoull(line), 1}, 1, 1);
        for (const auto& failure : sum.failures) print_failure(failure, {});
        failed += sum.failures.size();
    }
    fmt::print("{} of {} kept seeds pass\n", count - failed, count);
    return failed == 0 && count > 0 ? 0 : 1;
}

int run_as_told(int argc, char** argv) {
    Options options;
    CLI::App app{
        "Simulated worlds: listeners, dialers, a network, a disk, and everything that can go wrong, from a seed"};
    auto* seed = app.add_option("--seed", options.seed, "one world, in this process");
    auto* runs = app.add_option("--runs", options.runs, "as many worlds");
    auto* seeds = app.add_option("--seeds", options.seeds, "the worlds of a file of seeds");
    seed->excludes(runs, seeds);
    runs->excludes(seeds);
    app.add_option("--from", options.from, "their first seed")->needs(runs);
    app.add_option("--jobs", options.jobs, "processes at once")->check(CLI::Range(1, 256));
    app.add_flag("--shrink", options.is_shrinking, "make failures smaller");
    app.add_flag("--show", options.is_shown, "print the world's plan and what it met")->needs(seed);
    app.add_flag("--must-meet", options.must_meet, "fail when something was never met (default from 10000 worlds on)");
    app.add_flag("--table", options.has_table, "print what was met, how often");
    app.add_option("--without", options.without, "faults to leave out")->delimiter(',');
    app.add_option("--drop", options.drop, "events to leave out, by number")->delimiter(',');
    app.add_option("--absent", options.absent, "dialers to leave out, by number")->delimiter(',');
    CLI11_PARSE(app, argc, argv);
    if (!options.seeds.empty()) return run_file(options);
    if (options.runs > 0) return run_many(options);
    if (seed->count() == 0) throw CLI::CallForHelp{};
    const int status = run_one(options);
    if (status != 0 && options.is_shrinking) {
        const auto sum = run_all({options.seed, 1}, 1, 1);
        for (const auto& failure : sum.failures) print_smaller(failure);
    }
    return status;
}

} // namespace

// Worlds come and go by the thousand: their memory is kept.
extern "C" [[gnu::visibility("default")]] const char* malloc_conf;
const char* malloc_conf = "narenas:1,dirty_decay_ms:-1,muzzy_decay_ms:-1";

int main(int argc, char** argv) {
    // There is one thread: SQLite need not lock anything.
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD); // NOLINT: variadic by SQLite, as below
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // NOLINT
    int status = 1;
    try {
        status = run_as_told(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "taleus-sim: {}\n", error.what());
    }
    return status;
}
