#pragma once
// What names people is kept as long as the operator wants (audit.keep_details) and erased after that; the trail's
// records and all proofs stay. One thread.

#include "async/clock.hpp"
#include "async/limit.hpp"
#include "base/log.hpp"
#include "store/journal.hpp"

namespace taleus::library {

// Erases all that is older, in small commits that others share. The number of rows looked through is bounded by what is
// there, so it ends; or after a commit, where there is a limit and it was stopped.
async::awaitable<Result<void>> erase_older(store::Journal& journal, async::Clock& clock, UtcTime before,
                                           const async::Limit* limit = nullptr);

// Erases what is over its time, now and from time to time, until `limit` is stopped. `keep` as it is at each time; it
// outlives the call; zero: for ever.
async::awaitable<void> keep_erasing(store::Journal& journal, async::Clock& clock, Log log, const Duration& keep,
                                    async::Limit& limit);

} // namespace taleus::library
