#pragma once
/// @file
/// How a listener is: checks for a load balancer or a supervisor, and numbers for a dashboard. Values; any thread.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace taleus {

/// One thing that must be so.
struct Check {
    std::string name{};   ///< what is looked at: `node`, `store`, `provisioner`, `event_loop`
    std::string code{};   ///< stable, for programs: `draining`, `store_unavailable`, …; empty: it is so
    std::string detail{}; ///< for people; empty: it is so
    /// Is it so?
    bool passed() const { return code.empty(); }
};

/// All that must be so.
struct Health {
    std::vector<Check> checks{}; ///< in a fixed order
    /// Is all so?
    bool is_good() const { return std::ranges::all_of(checks, &Check::passed); }
};

/// What a listener counts. Gauges are of the moment, totals since its start.
struct Counts {
    std::uint64_t serving = 0;           ///< gauge: streams being served
    std::uint64_t awaiting_database = 0; ///< gauge: foil sessions that await their database
    std::uint64_t connections = 0;       ///< gauge: open, both directions
    std::uint64_t begun = 0;             ///< total: sessions that began; always begun = active + ended + left
    std::uint64_t active = 0;            ///< gauge: of these, under way here
    std::uint64_t ended = 0;             ///< total: of these, at their end
    std::uint64_t left = 0;              ///< total: of these, answered from the record or taken over by a sister node
    std::uint64_t events_dropped = 0;    ///< total: events that the observer was too slow for
};

} // namespace taleus
