#include "app/node.hpp"

#include "app/retention.hpp"
#include "host/interfaces.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <utility>

namespace taleus::app {

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

} // namespace

session::SettingsSnapshot session_settings(const OpenHome& home, const std::vector<wire::Multiaddr>& announced) {
    auto settings = std::make_shared<session::Settings>();
    const auto& config = home.config;
    settings->listener = config.listener;
    settings->dialer = config.dialer;
    settings->limits = config.limits;
    settings->rates = config.rates;
    settings->work = config.work;
    settings->breaker = config.breaker;
    settings->party_id = !home.party_id.empty()    ? home.party_id
                         : config.party_id.empty() ? home.peer().to_text()
                                                   : config.party_id;
    settings->read_back = config.verify.timeout;
    settings->cadre = config.party_cadre.empty() ? texts_of(announced) : config.party_cadre;
    return settings;
}

host::HostSettings host_settings(const Config& config) {
    host::HostSettings settings;
    settings.limits = config.host;
    settings.connection = config.connection;
    settings.connection.mplex_streams_max = config.connection.streams_max;
    settings.agent = "taleus/" TALEUS_VERSION;
    settings.mplex = config.mplex;
    return settings;
}

Outfit::Outfit(OpenHome& home, Dependencies& dependencies)
    : home_{home}, guards_{random_, {}}, dependencies_{dependencies},
      host_{
          home.engine.executor(), home.engine.clock(), random_, home.key, host_settings(home.config), nullptr, guards_,
          Log{*home.log, "host"}} {}

session::JoinWorld Outfit::join_world() {
    return {.clock = home_.engine.clock(),
            .random = random_,
            .network = host_,
            .journal = *home_.journal,
            .provisioner = *dependencies_.provisioner,
            .node = home_.key,
            .store_key = *home_.store_key,
            .settings = session_settings(home_, {}),
            .log = Log{*home_.log, "join"},
            .reader = dependencies_.reader.get()};
}

void Outfit::close() { home_.engine.run(host_.close(home_.engine.clock().now() + std::chrono::seconds{1})); }

namespace {

// What the settings name, behind its breaker.
template <class Guarded, class Real>
std::optional<Guarded> guarded(Real* real, guard::Breaker& breaker, OpenHome& home) {
    if (real == nullptr) return std::nullopt;
    return std::optional<Guarded>{std::in_place, *real, breaker, home.engine.clock()};
}

} // namespace

Node::Node(OpenHome& home, Dependencies& dependencies, session::Observer* observer)
    : home_{home}, guards_{random_, home.config.work}, breakers_{home.config.breaker, random_},
      journal_{*home.journal, breakers_.store, home.engine.clock()},
      provisioner_{*dependencies.provisioner, breakers_.provisioner, home.engine.clock()},
      identity_{guarded<session::GuardedIdentity>(dependencies.identity.get(), breakers_.identity, home)},
      tokens_{guarded<session::GuardedTokens>(dependencies.tokens.get(), breakers_.identity, home)},
      listener_{{.executor = home.engine.executor(),
                 .clock = home.engine.clock(),
                 .random = random_,
                 .journal = journal_,
                 .provisioner = provisioner_,
                 .node = home.key,
                 .store_key = *home.store_key,
                 .guards = guards_,
                 .log = Log{*home.log, "session"},
                 .identity = identity_ ? &*identity_ : nullptr,
                 .tokens = tokens_ ? &*tokens_ : nullptr,
                 .observer = observer,
                 .reader = dependencies.reader.get(),
                 .breakers = &breakers_},
                session_settings(home, {})},
      host_{home.engine.executor(),     home.engine.clock(), random_, home.key,
            host_settings(home.config), &listener_,          guards_, Log{*home.log, "host"}},
      presence_{home.engine.executor(), home.engine.clock(), *home.journal, Log{*home.log, "node"}},
      removal_{removal_world(home, dependencies)}, background_{home.engine.executor(), home.engine.clock()} {}

async::awaitable<Result<std::vector<wire::Multiaddr>>> Node::start(std::vector<int> sockets) {
    if (sockets.empty() && home_.config.listen.empty()) co_return fail(Code::malformed, "p2p.listen names no address");
    const auto now = home_.engine.clock().utc();
    // A store in the home is used by nobody but who holds the home's lock, wherever it was moved to.
    const auto place = home_.config.store_url.empty() ? std::string{} : place_of(home_.home.path());
    if (auto begun = co_await presence_.begin(home_.peer(), place, random_); !begun) co_return fail(begun.error());
    auto party = co_await home_.journal->inviter_party(home_.config.party_id);
    if (!party) co_return fail(party.error());
    home_.party_id = std::move(*party);
    if (auto recovered = co_await home_.journal->recover(now); !recovered) co_return fail(recovered.error());
    if (auto resumed = co_await listener_.resume(); !resumed) co_return fail(resumed.error());

    auto listening = sockets.empty() ? host_.listen(addresses_of(home_.config.listen)) : host_.adopt(sockets);
    if (!listening) co_return fail(listening.error());
    listening_ = std::move(*listening);

    announced_ = addresses_of(home_.config.announce);
    for (auto& address : announced_) address = address.with_peer(home_.peer());
    if (announced_.empty()) announced_ = host::expanded(listening_);
    host_.announce(announced_);
    use_settings();

    Presence::Events events{
        .taken_over = [this] { home_.engine.tasks().spawn([this](async::Limit&) { return take_up(); }); },
        .lost = [] { std::raise(SIGTERM); }}; // NOLINT(cert-err33-c): of a signal that exists
    if (auto told = co_await presence_.announce(texts_of(announced_), std::move(events)); !told)
        co_return fail(told.error());
    std::vector<ports::AuditRecord> audit{process_record(now, "started")};
    if (auto written = co_await home_.journal->append_audit(std::move(audit)); !written)
        co_return fail(written.error());
    background_.spawn([this](async::Limit& limit) { return session::keep_removing(removal_, limit); });
    background_.spawn([this](async::Limit& limit) { return keep_erasing(home_, limit); });
    co_return announced_;
}

void Node::use_settings() {
    const auto& config = home_.config;
    listener_.use(session_settings(home_, announced_));
    const auto host = host_settings(config);
    host_.set_limits(host.limits, host.connection);
    if (auto levels = LogLevels::parse(config.log_level, config.log_levels)) home_.log->use(std::move(*levels));
}

async::awaitable<Result<void>> Node::beat() {
    const auto written = co_await presence_.write();
    if (!written) co_return fail(written.error());
    co_return Result<void>{};
}

async::awaitable<void> Node::take_up() {
    if (const auto resumed = co_await listener_.resume(); !resumed)
        Log{*home_.log, "node"}.warn("sessions that await a database are not watched: {}", resumed.error().context);
}

async::awaitable<void> Node::stop(Instant grace_until) {
    draining_ = true;
    background_.stop();
    host_.stop_accepting();
    co_await listener_.stop(grace_until);
    co_await background_.join();
    co_await presence_.end();
    co_await host_.close(home_.engine.clock().now() + std::chrono::seconds{1});
    std::vector<ports::AuditRecord> audit{process_record(home_.engine.clock().utc(), "stopped")};
    if (auto written = co_await home_.journal->append_audit(std::move(audit)); !written)
        Log{*home_.log, "node"}.error("the stop is not in the audit trail: {}", written.error().context);
}

} // namespace taleus::app
