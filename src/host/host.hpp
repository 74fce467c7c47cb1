#pragma once
// The network of a node: listens on TCP, dials, speaks libp2p over both, and hands inbound streams of the application's
// protocols to a handler. Owned by the composition root; what it is given by reference outlives it. One shard's thread.
// Before it is destroyed, `close` was awaited to its end and no `dial` is under way; streams and connections that
// somebody still holds may outlive it, dead.

#include "async/clock.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "guard/protection.hpp"
#include "host/counts.hpp"
#include "host/limits.hpp"
#include "p2p/connection.hpp"
#include "ports/stream.hpp"

#include <memory>
#include <string>
#include <vector>

namespace taleus::host {

struct HostSettings {
    HostLimits limits;
    p2p::ConnectionLimits connection;
    std::vector<std::string> protocols{"/taleus/bootstrap/1.0.0"};
    std::string agent = "taleus";
    bool mplex = true;
    std::size_t handshake_threads = 0;                 // that shake hands with who calls in; 0: the host's own does
    Duration stagger = std::chrono::milliseconds{250}; // between attempts at several addresses of one name
    Duration linger = std::chrono::seconds{1};         // a closed connection's wait for the peer's end
};

class Host final : public ports::Network {
public:
    // Without a handler inbound streams are reset. Whoever calls in is counted in `guards`.
    Host(async::Executor executor, async::Clock& clock, Random& random, const wire::KeyPair& identity,
         HostSettings settings, ports::StreamHandler* handler, guard::Protection& guards, Log log = {});
    ~Host() override;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    const wire::PeerId& peer() const;

    // Listens on all of them or on none, and answers with the real ports, each ending in /p2p and our id. /ip6/:: is
    // left out beside an /ip4 where there is no IPv6.
    Result<std::vector<wire::Multiaddr>> listen(const std::vector<wire::Multiaddr>& addresses);
    // The same with sockets that somebody else bound and listens on for us. They are ours to close, also at an error.
    Result<std::vector<wire::Multiaddr>> adopt(const std::vector<int>& listening);
    // What identify tells instead of the expanded listening addresses.
    void announce(std::vector<wire::Multiaddr> addresses);
    ports::awaitable<Result<std::unique_ptr<ports::Connection>>> dial(wire::Multiaddr address) override;

    // For connections and streams that come from now on.
    void set_limits(HostLimits limits, p2p::ConnectionLimits connection);

    // The first phase of shutting down: the listening sockets are closed, what is connected stays.
    void stop_accepting();
    // The second: every connection ends gracefully, streams under way run to their ends until `deadline`, then all is
    // cut off. Returns when nothing is left. Once; let no limit interrupt it.
    ports::awaitable<void> close(Instant deadline);

    const HostCounts& counts() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace taleus::host
