#pragma once
// What one process is protected by: everything that its host and its sessions hold, how fast they may be asked, and how
// much may be under way. The composition root owns it; whoever holds permits ends first. One thread.

#include "guard/scopes.hpp"
#include "guard/throttle.hpp"
#include "guard/work_limit.hpp"

namespace taleus::guard {

struct Protection {
    // `rows` of each table of rates: more cost memory, fewer let peers who fall together share what they may.
    Protection(Random& random, const WorkLimitSettings& limits, std::size_t rows = 4096)
        : connects{random, rows}, contacts{random, rows}, work{limits} {}

    Scopes scopes;
    Throttle connects; // connections accepted
    Throttle contacts; // messages to be read
    WorkLimit work;    // messages that have been
};

} // namespace taleus::guard
