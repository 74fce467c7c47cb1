#include "host/host.hpp"

#include "base/descriptor.hpp"
#include "host/connection.hpp"
#include "host/dialer.hpp"
#include "host/handshakes.hpp"
#include "host/interfaces.hpp"
#include "host/shard.hpp"
#include "host/tcp_listener.hpp"
#include "p2p/noise_payload.hpp"
#include "p2p/proven_keys.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <optional>
#include <utility>

namespace taleus::host {

namespace {

bool is_ip4(const wire::Multiaddr& address) {
    const auto target = address.as_tcp();
    return target && target->kind == wire::Multiaddr::Host::ip4;
}
bool is_all_of_ip6(const wire::Multiaddr& address) {
    const auto target = address.as_tcp();
    return target && target->kind == wire::Multiaddr::Host::ip6 && target->host == "::";
}

// A kernel may have been started without IPv6, and a service be kept from it (RestrictAddressFamilies=).
bool has_ip6() {
    const Descriptor probe{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return probe || errno != EAFNOSUPPORT;
}

} // namespace

struct Host::Parts {
    Parts(async::Executor executor, async::Clock& clock, p2p::ConnectionContext context, HostSettings settings_,
          ports::StreamHandler* handler, guard::Protection& guards, Log log)
        : settings{std::move(settings_)}, peer{wire::PeerId::of(context.identity.public_key())},
          proven{handler != nullptr ? std::make_unique<p2p::ProvenKeys>() : nullptr},
          shard{executor, clock, std::move(context), handler, guards, settings.limits, settings.linger, log} {
        shard.context.proven = proven.get();
        if (settings.handshake_threads == 0) return;
        handshakes = std::make_unique<Handshakes>(settings.handshake_threads, executor, shard.context, guards.work,
                                                  [this](Newcomer newcomer) { shard.welcome(std::move(newcomer)); });
        shard.handshakes = handshakes.get();
    }
    void tell_handshakes() {
        if (handshakes) handshakes->use(shard.context);
    }

    // From now on; answers with what is bound as others may dial it.
    std::vector<wire::Multiaddr> accept_from(std::list<TcpListener> opened, std::vector<wire::Multiaddr> bound) {
        for (auto& listener : opened) listener.start();
        listeners.splice(listeners.end(), opened);
        if (!announced)
            for (auto& address : expanded(bound)) shard.context.listen_addrs.push_back(std::move(address));
        tell_handshakes();
        for (auto& address : bound) address = address.with_peer(peer);
        return bound;
    }

    const HostSettings settings;
    const wire::PeerId peer;
    std::unique_ptr<p2p::ProvenKeys> proven; // of who calls in
    Shard shard;
    std::unique_ptr<Handshakes> handshakes;
    std::list<TcpListener> listeners;
    bool announced = false;
};

Host::Host(async::Executor executor, async::Clock& clock, Random& random, const wire::KeyPair& identity,
           HostSettings settings, ports::StreamHandler* handler, guard::Protection& guards, Log log) {
    p2p::ConnectionContext context{.identity = identity,
                                   .random = random,
                                   .limits = settings.connection,
                                   .protocols = settings.protocols,
                                   .listen_addrs = {},
                                   .agent = settings.agent,
                                   .mplex = settings.mplex,
                                   .noise = p2p::NoiseIdentity::make(identity, random)};
    if (handler == nullptr) context.protocols.clear();
    parts_ = std::make_unique<Parts>(executor, clock, std::move(context), std::move(settings), handler, guards, log);
}

Host::~Host() = default;

const wire::PeerId& Host::peer() const { return parts_->peer; }
const HostCounts& Host::counts() const { return parts_->shard.counts; }

Result<std::vector<wire::Multiaddr>> Host::listen(const std::vector<wire::Multiaddr>& addresses) {
    std::list<TcpListener> opened;
    std::vector<wire::Multiaddr> actual;
    const bool is_without_ip6 = std::ranges::any_of(addresses, is_ip4) && !has_ip6();
    for (const auto& address : addresses) {
        if (is_without_ip6 && is_all_of_ip6(address)) {
            parts_->shard.log.warn("this machine has no IPv6: {} is left out", address.to_text());
            continue;
        }
        opened.emplace_back(parts_->shard);
        auto bound = opened.back().open(address);
        if (!bound) return fail(std::move(bound.error()));
        actual.push_back(std::move(*bound));
    }
    return parts_->accept_from(std::move(opened), std::move(actual));
}

Result<std::vector<wire::Multiaddr>> Host::adopt(const std::vector<int>& listening) {
    std::list<TcpListener> opened;
    std::vector<wire::Multiaddr> actual;
    std::optional<Error> refused;
    for (const int descriptor : listening) { // all of them, so that each has an owner
        opened.emplace_back(parts_->shard);
        auto bound = opened.back().adopt(descriptor);
        if (bound)
            actual.push_back(std::move(*bound));
        else if (!refused)
            refused = std::move(bound.error());
    }
    if (refused) return fail(std::move(*refused));
    return parts_->accept_from(std::move(opened), std::move(actual));
}

void Host::announce(std::vector<wire::Multiaddr> addresses) {
    parts_->announced = true;
    for (auto& address : addresses) address = address.without_peer();
    parts_->shard.context.listen_addrs = std::move(addresses);
    parts_->tell_handshakes();
}

ports::awaitable<Result<std::unique_ptr<ports::Connection>>> Host::dial(wire::Multiaddr address) {
    co_return co_await host::dial(parts_->shard, std::move(address), parts_->settings.stagger);
}

void Host::set_limits(HostLimits limits, p2p::ConnectionLimits connection) {
    auto& shard = parts_->shard;
    if (limits.rates != shard.limits.rates) shard.guards.connects.use(limits.rates, shard.clock.now());
    shard.limits = limits;
    shard.context.limits = connection;
    parts_->tell_handshakes();
}

void Host::stop_accepting() {
    for (auto& listener : parts_->listeners) listener.close();
}

ports::awaitable<void> Host::close(Instant deadline) {
    parts_->shard.begin_closing();
    stop_accepting();
    if (parts_->handshakes) parts_->handshakes->stop();
    for (auto& connection : parts_->shard.connections) connection.close();
    async::Clock::Timer cut_off{parts_->shard.clock, [this] {
                                    for (auto& connection : parts_->shard.connections)
                                        connection.abort({Code::shutting_down, "this node is shutting down"});
                                }};
    cut_off.set(deadline);
    co_await parts_->shard.quiet();
}

} // namespace taleus::host
