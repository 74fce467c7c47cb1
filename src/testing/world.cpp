#include "testing/world.hpp"

#include "library/invite.hpp"
#include "library/terms.hpp"
#include "protocol/token.hpp"
#include "wire/link.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace taleus::testing {

namespace {

constexpr Duration time_max = std::chrono::days{366};

} // namespace

// --- a life of a party

Calls::Calls(sim::Node& node, const Hooks& hooks)
    : callbacks{hooks.executor ? hooks.executor : [](Task task) { task(); }},
      questions{node.process().executor(), node.process().clock, callbacks},
      observer{observation, hooks.observer, callbacks, hooks.events_waiting_max} {
    if (hooks.tokens) tokens.emplace(questions, hooks.tokens);
    if (hooks.identity) identity.emplace(questions, hooks.identity);
    if (hooks.provisioner) provisioner.emplace(questions, hooks.provisioner, node.store_key().copy());
}

void Party::Parts::begin_life() {
    joins.clear();
    node.boot();
    calls = std::make_unique<Calls>(node, hooks);
    node.token_hook = calls->tokens ? &*calls->tokens : nullptr;
    node.identity_hook = calls->identity ? &*calls->identity : nullptr;
    node.provisioner_hook = calls->provisioner ? &*calls->provisioner : nullptr;
    node.observer = &calls->observer;
    if (listens) node.serve();
}

bool Party::Parts::is_joining(const TokenHash& token) const {
    const auto found = joins.find(token);
    if (found == joins.end()) return false;
    const auto joining = found->second.lock();
    return joining && !joining->result;
}

// --- joins

PendingJoin::PendingJoin(std::shared_ptr<Parts> parts) : parts_{std::move(parts)} {}

std::optional<JoinResult> PendingJoin::result() const {
    const auto& end = parts_->joining->result;
    if (!end) return std::nullopt;
    return library::shown(*end);
}

std::vector<JoinProgress> PendingJoin::progress() const {
    std::vector<JoinProgress> steps;
    for (const auto& step : parts_->joining->progress)
        steps.push_back({.state = step.state, .address = step.address, .text = step.text});
    return steps;
}

void PendingJoin::cancel() const {
    auto& joining = *parts_->joining;
    joining.is_cancelled = true;
    if (joining.limit != nullptr) joining.limit->stop();
}

// --- parties

Party::Party(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Party::~Party() = default;

const std::string& Party::name() const { return parts_->node.name(); }
std::string Party::peer_id() const { return parts_->node.peer().to_text(); }

Result<Issued> Party::invite(const Terms& terms, std::string token) {
    if (token.empty()) token = to_hex(parts_->node.random().bytes<16>());
    auto made = link(terms, token);
    if (!made) return made;
    const auto now = parts_->world.time.utc();
    auto invitation = library::invitation_of(terms, protocol::hash_of_token(token), now);
    ports::AuditRecord record{now, "invitation_created", {}, made->id, {{"role", to_text(terms.role)}}};
    const auto recorded =
        parts_->ask(parts_->node.journal().create_invitation(std::move(*invitation), std::move(record)));
    if (!recorded) return fail(recorded.error());
    return made;
}

Result<Issued> Party::link(const Terms& terms, std::string token) {
    if (auto good = library::check_token(token); !good) return fail(std::move(good.error()));
    const auto invitation = library::invitation_of(terms, protocol::hash_of_token(token), parts_->world.time.utc());
    if (!invitation) return fail(invitation.error());
    return library::issued(library::link_of(*invitation, std::move(token), {parts_->node.address()}),
                           parts_->node.key());
}

Result<bool> Party::revoke(std::string id) {
    const auto now = parts_->world.time.utc();
    ports::AuditRecord record{now, "invitation_revoked", {}, id, {}};
    return parts_->ask(parts_->node.journal().revoke(id, now, std::move(record)));
}

std::vector<Invitation> Party::invitations() {
    std::vector<Invitation> all;
    const auto views = parts_->ask(parts_->node.journal().invitations());
    if (!views) return all;
    for (const auto& view : *views) all.push_back(library::shown(view, parts_->world.time.utc()));
    return all;
}

std::vector<Tally> Party::tallies() {
    std::vector<Tally> all;
    const auto records = parts_->ask(parts_->node.journal().tallies());
    if (!records) return all;
    for (const auto& record : *records) all.push_back(library::shown(record));
    return all;
}

Result<PendingJoin> Party::begin_join(std::string_view text) {
    auto link = wire::parse_link(text);
    if (!link) return fail(std::move(link.error()));
    const auto token = protocol::hash_of_token(link->token);
    if (parts_->is_joining(token)) return fail(Code::in_progress, "another join of this link is running in this home");
    auto joining = parts_->node.join(std::move(*link));
    parts_->joins.insert_or_assign(token, joining);
    return PendingJoin{std::make_shared<PendingJoin::Parts>(&parts_->node, std::move(joining))};
}

void Party::set_provisioner(Making making, Duration delay) {
    using Mood = sim::SimulatedProvisioner::Mood;
    auto& provisioner = parts_->node.provisioner();
    switch (making) {
    case Making::makes: provisioner.mood = Mood::makes; break;
    case Making::fails: provisioner.mood = Mood::fails; break;
    case Making::unavailable: provisioner.mood = Mood::unavailable; break;
    case Making::hangs: provisioner.mood = Mood::hangs; break;
    case Making::overruns: provisioner.mood = Mood::overruns; break;
    case Making::nonsense: provisioner.mood = Mood::nonsense; break;
    }
    provisioner.delay = delay;
}

std::size_t Party::provisioner_calls() const { return parts_->node.provisioner().asked; }
std::size_t Party::databases() const { return parts_->node.provisioner().made.size(); }

void Party::set_store_delay(Duration least, Duration most) { parts_->node.journal().set_delay(least, most); }
void Party::stall_store() { parts_->node.journal().stall(); }
void Party::fail_store(StoreCall which, std::optional<std::size_t> times) {
    constexpr std::size_t ever = std::numeric_limits<int>::max();
    std::string_view name;
    switch (which) {
    case StoreCall::any: break;
    case StoreCall::look_up: name = "look_up"; break;
    case StoreCall::open_session: name = "open_session"; break;
    case StoreCall::begin_join: name = "begin_join"; break;
    case StoreCall::record_tally: name = "record_tally"; break;
    case StoreCall::end_session: name = "end_session"; break;
    }
    parts_->node.journal().fail_next(name, static_cast<int>(std::min(times.value_or(ever), ever)));
}
void Party::resume_store() {
    parts_->node.journal().fail_next({}, 0);
    parts_->node.journal().go_on();
}

void Party::set_reach(Reach reach) {
    using Behaviour = sim::Network::Behaviour;
    auto behaviour = Behaviour::answers;
    switch (reach) {
    case Reach::answers: break;
    case Reach::refuses: behaviour = Behaviour::refuses; break;
    case Reach::hangs: behaviour = Behaviour::hangs; break;
    case Reach::leaves: behaviour = Behaviour::leaves; break;
    }
    parts_->world.network.set_behaviour(parts_->node.address(), behaviour);
}

void Party::cut() { parts_->world.network.cut(parts_->node.peer()); }
void Party::silence() { parts_->world.network.silence(parts_->node.peer()); }

void Party::crash() {
    if (!is_alive()) return;
    parts_->node.crash();
    parts_->buried.push_back(std::move(parts_->calls));
}

void Party::restart() {
    if (is_alive()) return;
    parts_->begin_life();
}

void Party::stop(Duration grace) {
    if (!is_alive()) return;
    resume_store(); // an end in order waits for it
    if (parts_->node.is_serving()) parts_->world.stop(parts_->node, std::clamp(grace, Duration::zero(), time_max));
    parts_->node.cancel_joins();
    static_cast<void>(parts_->world.reach([this] { return parts_->node.joins_under_way() == 0; }));
    parts_->world.run_for(Duration::zero());
    parts_->node.shut_down();
    parts_->calls.reset();
}

void Party::drain() {
    if (parts_->node.is_serving()) parts_->node.listener().drain();
}

bool Party::is_alive() const { return parts_->node.is_alive(); }

// --- the world

World::World(std::uint64_t seed) : parts_{std::make_unique<Parts>(seed)} {}
World::~World() = default;

Party& World::add_listener(std::string name, PartySettings settings) {
    auto& party = add_dialer(std::move(name), std::move(settings));
    party.parts_->listens = true;
    party.parts_->node.serve();
    return party;
}

Party& World::add_dialer(std::string name, PartySettings settings) {
    auto& node = parts_->world->add(std::move(name));
    if (!settings.party_id.empty()) node.settings.party_id = std::move(settings.party_id);
    if (!settings.cadre.empty()) node.settings.cadre = std::move(settings.cadre);
    node.settings.listener = settings.listener_timeouts;
    node.settings.dialer = settings.dialer_timeouts;
    node.settings.limits = settings.limits;
    auto party = std::make_unique<Party::Parts>(
        Party::Parts{.world = *parts_->world, .node = node, .hooks = std::move(settings.hooks), .listens = false});
    party->begin_life();
    parts_->parties.push_back(std::unique_ptr<Party>{new Party{std::move(party)}}); // NOLINT: private constructor
    return *parts_->parties.back();
}

UtcTime World::utc() const { return parts_->world->time.utc(); }
Duration World::elapsed() const { return parts_->world->time.now.time_since_epoch(); }
void World::jump_calendar(Duration by) { parts_->world->jump_calendar(by); }
void World::run_for(Duration length) { parts_->world->run_for(std::clamp(length, Duration::zero(), time_max)); }

bool World::run_until(const std::function<bool()>& is_so) {
    auto& world = *parts_->world;
    const auto end = world.time.now + time_max;
    bool has_come = false;
    const bool went_on = world.reach([&] {
        has_come = is_so();
        return has_come || world.time.now > end;
    });
    return went_on && has_come;
}

Result<JoinResult> World::join(Party& who, std::string_view link) {
    const auto joining = who.begin_join(link);
    if (!joining) return fail(joining.error());
    if (!run_until([&] { return joining->result().has_value() || !who.is_alive(); }) || !joining->result())
        return fail(Code::internal, "the join was not brought to an end");
    return *joining->result();
}

void World::partition(Party& one, Party& other) {
    parts_->world->network.part(one.parts_->node.peer(), other.parts_->node.peer());
}
void World::heal(Party& one, Party& other) {
    parts_->world->network.join(one.parts_->node.peer(), other.parts_->node.peer());
}

void World::set_network_delay(Duration least, Duration most) { parts_->world->network.set_delay(least, most); }

} // namespace taleus::testing
