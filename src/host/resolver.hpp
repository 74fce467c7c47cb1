#pragma once
// Addresses to TCP endpoints; names by the system's resolver, which blocks. An interrupted question is abandoned with
// its thread: its answer comes to nobody, and nobody waits for it.

#include "host/shard.hpp"

#include <netinet/in.h>

#include <optional>
#include <vector>

namespace taleus::host {

// All endpoints that `address` stands for, in the system's order of preference, at most 16. /dnsaddr stands for the
// addresses of the same peer in TXT records, which may lead to further names, eight at most. `unreachable` when there
// is none, or the address is of no kind that this program dials. `server` answers for TXT records instead of the
// system's own. Cancellable.
async::awaitable<Result<std::vector<tcp::endpoint>>> resolve(async::Executor executor, wire::Multiaddr address,
                                                             std::optional<sockaddr_in> server = {});

} // namespace taleus::host
