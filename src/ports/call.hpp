#pragma once
// On whose behalf a hook is called, and how long that one waits. A value.

#include "base/digest.hpp"
#include "base/instant.hpp"

namespace taleus::ports {

struct Call {
    BootstrapKey key; // of the session; zero where there is none, as when what nobody completed is removed
    Instant until;    // then the call is interrupted and its answer dropped
};

} // namespace taleus::ports
