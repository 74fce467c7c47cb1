#pragma once
// What names people is kept as long as the operator wants (audit.keep_details) and erased after that; the trail's
// records and all proofs stay. One thread.

#include "app/open_home.hpp"
#include "async/limit.hpp"

namespace taleus::app {

// Erases all that is older, in small commits that others share. The number of rows looked through is bounded by what is
// there, so it ends.
async::awaitable<Result<void>> erase_older(OpenHome& home, UtcTime before);

// Erases what is over its time, now and from time to time, until `limit` is stopped. The setting as it is at each time.
async::awaitable<void> keep_erasing(OpenHome& home, async::Limit& limit);

} // namespace taleus::app
