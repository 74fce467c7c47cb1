#pragma once
// Names to TCP endpoints by the system's resolver, which blocks. An interrupted question is abandoned with its thread:
// its answer comes to nobody, and nobody waits for it.

#include "host/shard.hpp"

#include <vector>

namespace taleus::host {

// All endpoints that `address` stands for, in the system's order of preference, at most 16. `unreachable` when there is
// none. Cancellable.
async::awaitable<Result<std::vector<tcp::endpoint>>> resolve(async::Executor executor, wire::Multiaddr::Tcp address);

} // namespace taleus::host
