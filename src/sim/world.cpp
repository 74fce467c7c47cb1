#include "sim/world.hpp"

#include "base/ensure.hpp"
#include "sim/blocking.hpp"

#include <algorithm>

namespace taleus::sim {
namespace {

async::awaitable<bool> stop_listener(session::Listener& listener, Instant grace_until) {
    auto stopping = listener.stop(grace_until);
    co_await std::move(stopping);
    co_return true;
}

} // namespace

World::World(std::uint64_t seed, Medium medium)
    : random{seed}, wire{time}, network{wire, random},
      disk{medium == Medium::disk ? std::make_unique<Disk>(~seed) : nullptr}, seed_{seed} {}

World::~World() {
    for (auto& node : nodes) {
        if (node->is_alive()) node->rest();
        if (node->is_serving()) stop(*node, Duration::zero());
    }
    for (const auto& pipe : network.live_pipes()) pipe->break_off(); // scripted peers may wait for ever
    run_dry();
    for (auto& node : nodes) {
        ensure(!node->is_alive() || node->joins_under_way() == 0, "a join was lost");
        if (node->is_serving()) {
            const auto counts = node->listener().counts();
            ensure(counts.streams + counts.waiting + counts.tasks + counts.keys + counts.reserved + counts.seats == 0,
                   "a listener that was stopped holds something");
        }
        if (node->is_alive()) {
            ensure(node->process().clock.timer_count() == 0, "a timer outlived what it was for");
            node->shut_down();
        }
    }
}

Node& World::add(std::string name) {
    const auto number = static_cast<int>(nodes.size());
    nodes.push_back(std::make_unique<Node>(std::move(name), time, network, seed_ * 1'000'003 + nodes.size() * 1009,
                                           number, disk.get()));
    return *nodes.back();
}

Node& World::dialer(std::string name) {
    auto& node = add(std::move(name));
    node.boot();
    return node;
}

Node& World::listener(std::string name) {
    auto& node = dialer(std::move(name));
    node.serve();
    return node;
}

wire::Link World::invite(Node& node, InviteOptions options) {
    if (options.token.empty()) options.token = to_hex(random.bytes<16>());
    protocol::Invitation invitation;
    invitation.token = protocol::hash_of_token(options.token);
    invitation.role = options.role;
    invitation.created = time.utc();
    invitation.expiry = time.utc() + std::chrono::floor<std::chrono::milliseconds>(options.expires);
    invitation.uses = options.uses;
    invitation.per_peer = options.per_peer;
    invitation.requirement = options.requirement;
    ports::AuditRecord record{
        time.utc(), "invitation_created", {}, id_of(invitation.token), {{"role", to_text(options.role)}}};
    const auto made = ask(node, node.journal().create_invitation(invitation, record));
    ensure(made.has_value(), "the invitation was not made");
    wire::Link link;
    link.addresses = {node.address()};
    link.token = options.token;
    link.expiry = invitation.expiry;
    link.role = options.role;
    return link;
}

session::JoinResult World::join(Node& node, const wire::Link& link) {
    const auto joining = node.join(link);
    run_until([&] { return joining->result.has_value(); });
    return *joining->result;
}

void World::stop(Node& node, Duration grace) {
    static_cast<void>(ask(node, stop_listener(node.listener(), time.now + grace)));
}

// Runs what is ready, in the order of the nodes. False: nothing was.
bool World::poll() {
    std::size_t ran = 0;
    const auto poll_one = [&](Process& process) {
        const Turn turn{&process};
        process.context.restart();
        ran += process.context.poll();
    };
    poll_one(wire);
    for (auto& node : nodes)
        if (node->is_running()) poll_one(node->process());
    bury();
    return ran > 0;
}

void World::settle() {
    while (poll()) {
    }
    if (on_moment) on_moment();
}

void World::bury() {
    for (auto& node : nodes) {
        if (!node->is_alive() || !node->process().is_doomed) continue;
        node->crash();
        if (on_death) on_death(*node);
    }
}

// To the next deadline of anybody, but not beyond `limit`. False: there is none.
bool World::advance(std::optional<Instant> limit) {
    auto next = wire.clock.next();
    for (auto& node : nodes)
        if (node->is_running())
            if (const auto at = node->process().clock.next()) next = next ? std::min(*next, *at) : *at;
    if (!next || (limit && *next > *limit)) return false;
    time.now = std::max(time.now, *next);
    wire.clock.expire(time.now);
    for (auto& node : nodes) { // in its loop, as a real clock's timer does: who cancels there does it at once
        if (!node->is_running()) continue;
        auto& process = node->process();
        if (const auto due = process.clock.next(); due && *due <= time.now)
            async::asio::post(process.context, [&process, now = time.now] { process.clock.expire(now); });
    }
    return true;
}

void World::run_until(const std::function<bool()>& is_done) {
    ensure(reach(is_done), "nothing can happen any more, and what was waited for has not: a task was lost");
}

bool World::reach(const std::function<bool()>& is_done) {
    for (;;) {
        settle();
        if (is_done()) return true;
        if (!advance(std::nullopt)) return false;
    }
}

void World::run_for(Duration length) {
    const auto end = time.now + length;
    do {
        settle();
    } while (advance(end));
    time.now = end;
}

void World::run_dry() {
    do {
        settle();
    } while (advance(std::nullopt));
}

} // namespace taleus::sim
