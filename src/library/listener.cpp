#include "library/listener.hpp"

#include "library/invite.hpp"
#include "library/readings.hpp"
#include "library/records.hpp"
#include "library/terms.hpp"
#include "library/version.hpp"

#include <fmt/format.h>

#include <utility>

namespace taleus {

namespace {

std::vector<std::string> texts_of(const std::vector<wire::Multiaddr>& addresses) {
    std::vector<std::string> texts;
    for (const auto& address : addresses) texts.push_back(address.to_text());
    return texts;
}

async::awaitable<Result<Issued>> invite_by(library::Ground ground, std::vector<std::string> announced,
                                           protocol::Invitation invitation, std::string token) {
    auto finding = library::link_addresses(ground, std::move(announced));
    auto addresses = co_await std::move(finding);
    if (!addresses) co_return fail(addresses.error());
    auto issuing = library::issue(ground, invitation, std::move(token), std::move(*addresses));
    const auto link = co_await std::move(issuing);
    if (!link) co_return fail(link.error());
    co_return library::issued(*link, ground.key);
}

async::awaitable<Result<Issued>> link_by(library::Ground ground, std::vector<std::string> announced,
                                         protocol::Invitation invitation, std::string token) {
    auto finding = library::link_addresses(ground, std::move(announced));
    auto addresses = co_await std::move(finding);
    if (!addresses) co_return fail(addresses.error());
    co_return library::issued(library::link_of(invitation, std::move(token), std::move(*addresses)), ground.key);
}

async::awaitable<Result<bool>> revoke_by(library::Ground ground, std::string id) {
    auto revoking = library::revoke(ground, std::move(id));
    const auto revoked = co_await std::move(revoking);
    if (!revoked) co_return fail(revoked.error());
    co_return revoked->has_value();
}

// A value of the loop.
template <class Work> async::awaitable<Result<std::invoke_result_t<Work&>>> value_of(Work work) { co_return work(); }

} // namespace

std::string_view version() { return TALEUS_VERSION; }

// --- the core

Listener::Core::Core(std::unique_ptr<library::Premises> opened, library::FileLock lock, library::NodeSettings with,
                     const Hooks& hooks, std::function<void(library::NodeSettings&)> refine,
                     library::ControlPlane* plane)
    : premises{std::move(opened)}, settings{std::move(with)}, crew{*premises, hooks}, lock_{std::move(lock)},
      refine_{std::move(refine)}, plane_{plane} {}

Listener::Core::~Core() {
    stop(Duration::zero());
    premises->loop.end(); // nobody asks the application any more
    crew.callbacks.close();
}

Result<std::unique_ptr<Listener::Core>> Listener::Core::start(ListenerSettings settings, const Hooks& hooks,
                                                              library::Beyond beyond, library::ControlPlane* plane) {
    auto node_settings = library::node_settings(settings);
    if (!node_settings) return fail(std::move(node_settings.error()));
    if (beyond.refine) beyond.refine(*node_settings);
    auto premises = library::Premises::open(std::move(settings.party), beyond.log);
    if (!premises) return fail(std::move(premises.error()));
    auto lock = library::FileLock::try_lock((*premises)->party.home / library::listener_lock);
    if (!lock) return fail(std::move(lock.error()));
    if (!*lock)
        return fail(Code::conflict,
                    fmt::format("a listener is running in {} already", (*premises)->party.home.string()));
    auto core = std::make_unique<Core>(std::move(*premises), std::move(**lock), std::move(*node_settings), hooks,
                                       std::move(beyond.refine), plane);
    auto started = core->premises->loop.ask(
        [&core, sockets = std::move(settings.sockets)] { return core->start_here(sockets); }, std::nullopt);
    if (!started) return fail(std::move(started.error()));
    return core;
}

async::awaitable<Result<void>> Listener::Core::start_here(std::vector<int> sockets) {
    node.emplace(premises->ground(), crew.dependencies, settings, &crew.observer, [this] {
        vitals->lost();
        drain();
        if (plane_ != nullptr) plane_->lost();
    });
    vitals.emplace(premises->ground(), *node);
    if (plane_ != nullptr)
        if (auto begun = plane_->begin({.ground = premises->ground(),
                                        .node = *node,
                                        .vitals = *vitals,
                                        .metrics = crew.metrics,
                                        .events = crew.events,
                                        .settings = settings,
                                        .change = [this](const LiveSettings& live) { return change_here(live); }});
            !begun)
            co_return begun;
    auto starting = node->start(std::move(sockets));
    const auto announcing = co_await std::move(starting);
    if (!announcing) co_return fail(announcing.error());
    listening = texts_of(node->listening());
    announced = texts_of(node->announced());
    vitals->started();
    co_return Result<void>{};
}

void Listener::Core::drain() {
    premises->loop.post([this] {
        vitals->draining();
        node->drain();
    });
}

void Listener::Core::stop(Duration grace) {
    if (is_stopped_.exchange(true) || !vitals) return;
    premises->loop.finish([this, grace] { return stop_here(grace); });
}

async::awaitable<void> Listener::Core::stop_here(Duration grace) {
    vitals->draining();
    co_await node->stop(premises->loop.clock().now() + std::clamp(grace, Duration::zero(), library::time_max));
    if (plane_ != nullptr) co_await plane_->end();
    co_await vitals->close();
}

void Listener::Core::hurry() {
    premises->loop.post([this] { node->hurry(); });
}

Result<void> Listener::Core::change_here(const LiveSettings& live) {
    auto next = settings;
    if (auto applied = library::apply(live, next); !applied) return applied;
    if (refine_) refine_(next);
    settings = next;
    node->use(std::move(next));
    return {};
}

Counts Listener::Core::counts_here() {
    const auto now = node->counts();
    const auto sessions = crew.metrics.sessions();
    return {.serving = now.streams,
            .awaiting_database = now.waiting,
            .connections = node->host_counts().connections,
            .begun = sessions.begun,
            .active = sessions.active,
            .ended = sessions.ended,
            .left = sessions.left,
            .events_dropped = crew.observer.dropped()};
}

std::string Listener::Core::metrics_here() {
    crew.metrics.show(library::readings(*node, *premises->journal, settings, premises->loop.clock().now()));
    return crew.metrics.expose(ports::Control::Exposition::openmetrics);
}

Result<protocol::Invitation> Listener::Core::invitation_of(const Terms& terms, const std::string& token) const {
    if (terms.requirement == Requirement::external && !crew.dependencies.identity)
        return fail(Code::malformed, "no identity check was given that `external` could ask");
    if (auto good = library::check_token(token); !good) return fail(std::move(good.error()));
    return library::invitation_of(terms, protocol::hash_of_token(token), premises->loop.clock().utc());
}

// --- the interface

Listener::Listener(std::unique_ptr<Core> core) : core_{std::move(core)} {}
Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&&) noexcept = default;
Listener::~Listener() = default;

Result<Listener> Inside::start(ListenerSettings settings, const Hooks& hooks, const library::Beyond& beyond,
                               library::ControlPlane* plane) {
    auto core = Listener::Core::start(std::move(settings), hooks, beyond, plane);
    if (!core) return fail(std::move(core.error()));
    return Listener{std::move(*core)};
}

Result<Listener> Listener::start(ListenerSettings settings, Hooks hooks) {
    return Inside::start(std::move(settings), hooks, {}, nullptr);
}

std::string Listener::peer_id() const { return core_->premises->ground().peer().to_text(); }
std::vector<std::string> Listener::listening() const { return core_->listening; }
std::vector<std::string> Listener::announced() const { return core_->announced; }

Result<Issued> Listener::invite(const Terms& terms, std::string token) {
    if (token.empty()) token = library::new_token(core_->premises->random);
    auto invitation = core_->invitation_of(terms, token);
    if (!invitation) return fail(std::move(invitation.error()));
    return core_->ask([this, invitation = std::move(*invitation), token = std::move(token)] {
        return invite_by(core_->premises->ground(), core_->settings.announce, invitation, token);
    });
}

Result<Issued> Listener::link(const Terms& terms, std::string token) {
    auto invitation = core_->invitation_of(terms, token);
    if (!invitation) return fail(std::move(invitation.error()));
    return core_->ask([this, invitation = std::move(*invitation), token = std::move(token)] {
        return link_by(core_->premises->ground(), core_->settings.announce, invitation, token);
    });
}

Result<std::vector<Invitation>> Listener::invitations() {
    return core_->ask([this] { return library::invitations(core_->premises->ground()); });
}
Result<bool> Listener::revoke(std::string id) {
    return core_->ask([this, id = std::move(id)] { return revoke_by(core_->premises->ground(), id); });
}
Result<std::vector<Tally>> Listener::tallies() {
    return core_->ask([this] { return library::tallies(core_->premises->ground()); });
}
Result<std::optional<Login>> Listener::login(std::string tally_id) {
    return core_->ask([this, id = std::move(tally_id)] { return library::login(core_->premises->ground(), id); });
}

Health Listener::health() const { return core_->vitals->ready(); }
Result<Counts> Listener::counts() {
    return core_->ask([this] { return value_of([this] { return core_->counts_here(); }); });
}
Result<std::string> Listener::metrics() {
    return core_->ask([this] { return value_of([this] { return core_->metrics_here(); }); });
}

Result<void> Listener::change(const LiveSettings& live) {
    const auto changed =
        core_->ask([this, live] { return value_of([this, live] { return core_->change_here(live); }); });
    if (!changed) return fail(changed.error());
    return *changed;
}

void Listener::drain() { core_->drain(); }
void Listener::stop(Duration grace) { core_->stop(grace); }
void Listener::hurry() { core_->hurry(); }

} // namespace taleus
