#include "protocol/dialer.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

// The transition table: one arrow of docs/states/dialer.md a function, in the order of the states; the catch-alls at
// the end give every other pair of state and event its meaning.
namespace taleus::protocol::dialer {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds wait_first{100};
constexpr milliseconds wait_min{50};
constexpr milliseconds wait_max{30'000};

template <class S>
concept Terminal = one_of<S, Done, Rejected, Failed, TimedOut, Cancelled>;
template <class S>
concept Live = !Terminal<S>;
// A message is on its way to the listener, or its answer is: the connection matters.
template <class S>
concept Conversing = one_of<S, SendingContact, AwaitingResponse, SendingDatabase, AwaitingAcknowledgement>;
template <class S>
concept OfDatabase = one_of<S, SendingDatabase, AwaitingAcknowledgement>;
template <class S>
concept OfContact = one_of<S, SendingContact, AwaitingResponse>;

StateName name(const Connecting&) { return StateName::connecting; }
StateName name(const SendingContact&) { return StateName::sending_contact; }
StateName name(const AwaitingResponse&) { return StateName::awaiting_response; }
StateName name(const ValidatingResponse&) { return StateName::validating_response; }
StateName name(const ProvisioningDatabase&) { return StateName::provisioning_database; }
StateName name(const SendingDatabase&) { return StateName::sending_database; }
StateName name(const AwaitingAcknowledgement&) { return StateName::awaiting_acknowledgement; }
StateName name(const Done&) { return StateName::done; }
StateName name(const Rejected&) { return StateName::rejected; }
StateName name(const Failed&) { return StateName::failed; }
StateName name(const TimedOut&) { return StateName::timed_out; }
StateName name(const Cancelled&) { return StateName::cancelled; }

// What has been made is kept, so that however often this is repeated, one database is told of.
State repeat(Live auto state, std::optional<milliseconds> retry_after) {
    const auto attempt = state.attempt + 1;
    Connecting next{std::nullopt, backoff(attempt, retry_after), attempt};
    if constexpr (OfDatabase<decltype(state)>) next.database = std::move(state.database);
    return next;
}

State refused(Live auto state, wire::Refusal refusal) {
    const auto code = wire::code_of(refusal);
    if (is_repeatable(code)) return repeat(std::move(state), refusal.retry_after);
    return Rejected{code, std::move(refusal.reason)};
}

State done(Database database, const Acknowledged& event) {
    return Done{std::move(database.provisioned), std::move(database.session_id), event.acknowledged,
                event.draft_verified};
}

// --- CONNECTING
State on(Connecting state, Connected) {
    if (state.database) return SendingDatabase{*std::move(state.database), state.attempt};
    return SendingContact{state.attempt};
}
State on(Connecting, Unreachable event) { return Failed{Code::unreachable, std::move(event.reason)}; }
State on(Connecting, DeadlinePassed) { return Failed{Code::unreachable, "no address answered in time"}; }

// --- SENDING_CONTACT, AWAITING_RESPONSE. A listener may answer before it has read everything.
State on(SendingContact state, ContactSent) { return AwaitingResponse{state.attempt}; }
State on(OfContact auto state, ResponseRead event) {
    if (auto* refusal = std::get_if<wire::Refusal>(&event.response)) return refused(state, std::move(*refusal));
    return ValidatingResponse{std::move(event.response), state.attempt};
}

// --- VALIDATING_RESPONSE
State on(ValidatingResponse, StockAccepted event) {
    return Done{std::move(event.provisioned), std::move(event.session_id), false, event.draft_verified};
}
State on(ValidatingResponse state, FoilAccepted event) {
    return ProvisioningDatabase{std::move(event.approved), state.attempt};
}
// It was made by an earlier attempt: told at once, whatever is left of the listener's wait.
State on(ValidatingResponse state, Provisioned event) {
    return SendingDatabase{std::move(event.database), state.attempt};
}
State on(ValidatingResponse, ResponseInvalid event) { return Failed{event.code, std::move(event.reason)}; }

// --- PROVISIONING_DATABASE
State on(ProvisioningDatabase state, Provisioned event) {
    return SendingDatabase{std::move(event.database), state.attempt};
}

// --- SENDING_DATABASE, AWAITING_ACKNOWLEDGEMENT
State on(SendingDatabase state, DatabaseSent) {
    return AwaitingAcknowledgement{std::move(state.database), state.attempt};
}
State on(OfDatabase auto state, Acknowledged event) { return done(std::move(state.database), event); }
State on(OfDatabase auto, NotAcknowledged) {
    return Failed{Code::not_acknowledged, "the listener did not acknowledge the database"};
}
State on(OfDatabase auto, ResponseInvalid event) { return Failed{event.code, std::move(event.reason)}; }
State on(AwaitingAcknowledgement, DeadlinePassed) {
    return Failed{Code::not_acknowledged, "the listener did not answer in time"};
}

// --- wherever a listener is being talked to
State on(Conversing auto state, RefusedByPeer event) { return refused(std::move(state), std::move(event.refusal)); }
State on(Conversing auto, ResponseUnreadable event) { return Failed{Code::malformed, std::move(event.reason)}; }
State on(Conversing auto state, ConnectionLost) { return repeat(std::move(state), std::nullopt); }
// What arrived whole is worked on; whether the connection still stands shows when it is needed.
State on(ValidatingResponse state, ConnectionLost) { return state; }
State on(ProvisioningDatabase state, ConnectionLost) { return state; }

// --- from any live state
State on(Live auto, OwnFailure event) { return Failed{event.code, std::move(event.reason)}; }
State on(Live auto state, DeadlinePassed) { return TimedOut{name(state)}; }
State on(Live auto state, SessionDeadlinePassed) { return TimedOut{name(state)}; }
State on(Live auto, ShutDown) { return Cancelled{}; }
State on(Live auto, auto) { return Failed{Code::internal, "an event that does not belong to the state"}; }

// --- terminal: what arrives late changes nothing.
State on(Terminal auto state, auto) { return state; }

constexpr std::array<std::string_view, std::variant_size_v<Event>> event_names{
    "Connected",     "Unreachable",     "ContactSent", "ResponseRead",   "ResponseUnreadable",    "StockAccepted",
    "FoilAccepted",  "ResponseInvalid", "Provisioned", "DatabaseSent",   "Acknowledged",          "NotAcknowledged",
    "RefusedByPeer", "ConnectionLost",  "OwnFailure",  "DeadlinePassed", "SessionDeadlinePassed", "ShutDown"};

// Until shortly before the listener stops waiting. Of a wait that the peer does not state, a tenth is for sending.
Duration provisioning_time(const wire::Approved& approved, const DialerTimeouts& timeouts) {
    if (!approved.expires_in) return timeouts.provision_unknown - timeouts.provision_unknown / 10;
    return std::max<Duration>(*approved.expires_in - timeouts.provision_margin, Duration::zero());
}

// --- effects
std::optional<Effect> effect(const Connecting&) { return Effect::connect; }
std::optional<Effect> effect(const SendingContact&) { return Effect::send_contact; }
std::optional<Effect> effect(const AwaitingResponse&) { return Effect::read_response; }
std::optional<Effect> effect(const ValidatingResponse&) { return Effect::validate_response; }
std::optional<Effect> effect(const ProvisioningDatabase&) { return Effect::provision_database; }
std::optional<Effect> effect(const SendingDatabase&) { return Effect::send_database; }
std::optional<Effect> effect(const AwaitingAcknowledgement&) { return Effect::read_acknowledgement; }
std::optional<Effect> effect(const Terminal auto&) { return std::nullopt; }

// --- times
std::optional<Duration> time(const Connecting& one, const DialerTimeouts& timeouts) {
    return one.wait + timeouts.connect;
}
std::optional<Duration> time(const SendingContact&, const DialerTimeouts& timeouts) { return timeouts.step; }
std::optional<Duration> time(const AwaitingResponse&, const DialerTimeouts& timeouts) { return timeouts.response; }
std::optional<Duration> time(const ValidatingResponse&, const DialerTimeouts& timeouts) { return timeouts.step; }
std::optional<Duration> time(const ProvisioningDatabase& one, const DialerTimeouts& timeouts) {
    return provisioning_time(one.approved, timeouts);
}
std::optional<Duration> time(const SendingDatabase&, const DialerTimeouts& timeouts) { return timeouts.step; }
std::optional<Duration> time(const AwaitingAcknowledgement&, const DialerTimeouts& timeouts) {
    return timeouts.response;
}
std::optional<Duration> time(const Terminal auto&, const DialerTimeouts&) { return std::nullopt; }

} // namespace

State step(State state, Event event) {
    return std::visit([](auto from, auto what) -> State { return on(std::move(from), std::move(what)); },
                      std::move(state), std::move(event));
}

StateName name_of(const State& state) {
    return std::visit([](const auto& one) { return name(one); }, state);
}

std::string_view event_name(const Event& event) { return event_names[event.index()]; }

std::optional<Effect> effect_of(const State& state) {
    return std::visit([](const auto& one) { return effect(one); }, state);
}

std::optional<Duration> time_allowed(const State& state, const DialerTimeouts& timeouts) {
    return std::visit([&](const auto& one) { return time(one, timeouts); }, state);
}

milliseconds backoff(unsigned attempt, std::optional<milliseconds> retry_after) {
    if (retry_after) return std::clamp(*retry_after, wait_min, wait_max);
    auto wait = wait_first;
    for (unsigned i = 1; i < attempt && wait < wait_max; ++i) wait *= 2;
    return std::min(wait, wait_max);
}

} // namespace taleus::protocol::dialer
