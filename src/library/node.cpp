#include "library/node.hpp"

#include "host/interfaces.hpp"
#include "library/retention.hpp"
#include "library/version.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace taleus::library {

namespace {

std::vector<wire::Multiaddr> addresses_of(const std::vector<std::string>& texts) {
    std::vector<wire::Multiaddr> addresses;
    for (const auto& text : texts)
        if (const auto address = wire::Multiaddr::from_text(text)) addresses.push_back(*address); // checked at load
    return addresses;
}

std::vector<std::string> texts_of(const std::vector<wire::Multiaddr>& addresses) {
    std::vector<std::string> texts;
    for (const auto& address : addresses) texts.push_back(address.to_text());
    return texts;
}

ports::AuditRecord process_record(UtcTime now, std::string kind) {
    return {
        .at = now, .kind = std::move(kind), .session_id = {}, .token_id = {}, .body = {{"version", TALEUS_VERSION}}};
}

// What sessions pin: whose they are, and where its nodes are.
session::SettingsSnapshot snapshot_of(const NodeSettings& settings, const std::string& party, const wire::PeerId& peer,
                                      const std::vector<wire::Multiaddr>& announced) {
    auto snapshot = std::make_shared<session::Settings>(settings.session);
    if (!party.empty()) snapshot->party_id = party;
    if (snapshot->party_id.empty()) snapshot->party_id = peer.to_text();
    if (snapshot->cadre.empty()) snapshot->cadre = texts_of(announced);
    return snapshot;
}

// What the settings name, behind its breaker.
template <class Guarded, class Real>
std::optional<Guarded> guarded(Real* real, guard::Breaker& breaker, async::Clock& clock) {
    if (real == nullptr) return std::nullopt;
    return std::optional<Guarded>{std::in_place, *real, breaker, clock};
}

} // namespace

session::RemovalWorld removal_world(const Ground& ground, const Dependencies& dependencies, Duration time_to_live) {
    return {.clock = ground.clock,
            .journal = ground.journal,
            .provisioner = *dependencies.provisioner,
            .log = ground.log_of("provision"),
            .time_to_live = time_to_live};
}

Outfit::Outfit(Ground ground, const Dependencies& dependencies, NodeSettings settings)
    : ground_{ground}, settings_{std::move(settings)}, guards_{random_, {}}, dependencies_{dependencies},
      host_{ground.executor, ground.clock, random_, ground.key,
            settings_.host,  nullptr,      guards_, ground.log_of("host")} {}

session::JoinWorld Outfit::join_world(session::Observer* observer) {
    return {.clock = ground_.clock,
            .random = random_,
            .network = host_,
            .journal = ground_.journal,
            .provisioner = *dependencies_.provisioner,
            .node = ground_.key,
            .store_key = ground_.store_key,
            .settings = snapshot_of(settings_, {}, ground_.peer(), {}),
            .log = ground_.log_of("join"),
            .observer = observer,
            .reader = dependencies_.reader.get()};
}

async::awaitable<void> Outfit::close() { return host_.close(ground_.clock.now() + std::chrono::seconds{1}); }

Node::Node(Ground ground, const Dependencies& dependencies, NodeSettings settings, session::Observer* observer,
           std::function<void()> lost)
    : ground_{ground}, settings_{std::move(settings)}, lost_{std::move(lost)}, guards_{random_, settings_.session.work},
      breakers_{settings_.session.breaker, random_}, journal_{ground.journal, breakers_.store, ground.clock},
      provisioner_{*dependencies.provisioner, breakers_.provisioner, ground.clock},
      identity_{guarded<session::GuardedIdentity>(dependencies.identity.get(), breakers_.identity, ground.clock)},
      tokens_{guarded<session::GuardedTokens>(dependencies.tokens.get(), breakers_.identity, ground.clock)},
      listener_{{.executor = ground.executor,
                 .clock = ground.clock,
                 .random = random_,
                 .journal = journal_,
                 .provisioner = provisioner_,
                 .node = ground.key,
                 .store_key = ground.store_key,
                 .guards = guards_,
                 .log = ground.log_of("session"),
                 .identity = identity_ ? &*identity_ : nullptr,
                 .tokens = tokens_ ? &*tokens_ : nullptr,
                 .observer = observer,
                 .reader = dependencies.reader.get(),
                 .breakers = &breakers_},
                snapshot_of(settings_, party_id_, ground.peer(), {})},
      host_{ground.executor, ground.clock, random_, ground.key,
            settings_.host,  &listener_,   guards_, ground.log_of("host")},
      presence_{ground.executor, ground.clock, ground.journal, ground.log_of("node")},
      removal_{removal_world(ground, dependencies, settings_.time_to_live)},
      background_{ground.executor, ground.clock} {}

async::awaitable<Result<std::vector<wire::Multiaddr>>> Node::start(std::vector<int> sockets) {
    has_no_port_ = sockets.empty() && settings_.listen.empty();
    if (has_no_port_) co_return fail(Code::malformed, "p2p.listen names no address");
    if (auto begun = co_await presence_.begin(ground_.peer(), settings_.place, random_); !begun)
        co_return fail(begun.error());
    const auto now = ground_.clock.utc(); // which follows the store's from here on
    auto party = co_await ground_.journal.inviter_party(settings_.session.party_id);
    if (!party) co_return fail(party.error());
    party_id_ = std::move(*party);
    if (auto recovered = co_await ground_.journal.recover(now); !recovered) co_return fail(recovered.error());
    if (auto resumed = co_await listener_.resume(); !resumed) co_return fail(resumed.error());

    auto listening = sockets.empty() ? host_.listen(addresses_of(settings_.listen)) : host_.adopt(sockets);
    has_no_port_ = !listening;
    if (!listening) co_return fail(listening.error());
    listening_ = std::move(*listening);

    announced_ = addresses_of(settings_.announce);
    for (auto& address : announced_) address = address.with_peer(ground_.peer());
    if (announced_.empty()) announced_ = host::expanded(listening_);
    host_.announce(announced_);
    use(settings_);

    Presence::Events events{.taken_over = [this] { ground_.tasks.spawn([this](async::Limit&) { return take_up(); }); },
                            .lost = lost_};
    if (auto told = co_await presence_.announce(texts_of(announced_), std::move(events)); !told)
        co_return fail(told.error());
    std::vector<ports::AuditRecord> audit{process_record(now, "started")};
    if (auto written = co_await ground_.journal.append_audit(std::move(audit)); !written)
        co_return fail(written.error());
    background_.spawn([this](async::Limit& limit) { return session::keep_removing(removal_, limit); });
    background_.spawn([this](async::Limit& limit) {
        return keep_erasing(ground_.journal, ground_.clock, ground_.log_of("audit"), settings_.keep_details, limit);
    });
    co_return announced_;
}

void Node::use(NodeSettings settings) {
    settings_ = std::move(settings);
    listener_.use(snapshot_of(settings_, party_id_, ground_.peer(), announced_));
    host_.set_limits(settings_.host.limits, settings_.host.connection);
}

async::awaitable<Result<void>> Node::beat() {
    const auto written = co_await presence_.write();
    if (!written) co_return fail(written.error());
    co_return Result<void>{};
}

async::awaitable<void> Node::take_up() {
    if (const auto resumed = co_await listener_.resume(); !resumed)
        ground_.log_of("node").warn("sessions that await a database are not watched: {}", resumed.error().context);
}

void Node::hurry() {
    listener_.hurry();
    ground_.journal.hurry();
}

async::awaitable<void> Node::stop(Instant grace_until) {
    async::Clock::Timer grace{ground_.clock, [this] { ground_.journal.hurry(); }};
    grace.set(grace_until);
    draining_ = true;
    background_.stop();
    host_.stop_accepting();
    co_await listener_.stop(grace_until);
    co_await background_.join();
    co_await presence_.end();
    co_await host_.close(ground_.clock.now() + std::chrono::seconds{1});
    std::vector<ports::AuditRecord> audit{process_record(ground_.clock.utc(), "stopped")};
    if (auto written = co_await ground_.journal.append_audit(std::move(audit)); !written)
        ground_.log_of("node").error("the stop is not in the audit trail: {}", written.error().context);
}

} // namespace taleus::library
