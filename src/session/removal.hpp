#pragma once
// Clears away databases that were provisioned for sessions which never completed. Owned by who runs it; one shard's
// thread.

#include "async/clock.hpp"
#include "async/limit.hpp"
#include "base/log.hpp"
#include "ports/journal.hpp"
#include "ports/provisioner.hpp"

#include <cstddef>

namespace taleus::session {

struct RemovalWorld {
    async::Clock& clock;
    ports::Journal& journal;
    ports::Provisioner& provisioner;
    Log log{};
    Duration time_to_live = std::chrono::hours{24};
    Duration step = std::chrono::seconds{10}; // for one removal
};

// One round: claims what is older than the time to live, removes it, and forgets it once it is gone, one after another
// until `until`, and no longer than the claim lasts. What cannot be removed stays claimed, and its key unprovisioned,
// until a later round of whoever comes first; one whose removal may be under way still, until the claim is over. The
// number of those that are gone.
async::awaitable<std::size_t> remove_abandoned(RemovalWorld& world, async::Limit& limit, Instant until);

// Rounds for as long as the limit is not stopped, the first one at once.
async::awaitable<void> keep_removing(RemovalWorld& world, async::Limit& limit);

} // namespace taleus::session
