#include "protocol/listener.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

// The transition table: one arrow of docs/states/listener.md a function, in the order of the states. Each group of
// states ends with its own catch-all, so every pair of state and event has a meaning at compile time.
namespace taleus::protocol::listener {
namespace {

// The contact has no answer yet and somebody waits for one: every way out leads through a refusal.
template <class S>
concept Undecided = one_of<S, ReadingRequest, ValidatingToken, ValidatingIdentity, ProvisioningDatabase>;
template <class S>
concept Terminal = one_of<S, Done, Rejected, Failed, TimedOut, Cancelled>;

// When a dialer may come back after a refusal that the machine itself makes.
constexpr std::chrono::milliseconds retry_after_own_refusal{1000};

wire::Refusal own_refusal(Code code, std::string_view detail) {
    wire::Refusal refusal{wire::reason_for(code, detail), code, std::nullopt};
    if (is_repeatable(code)) refusal.retry_after = retry_after_own_refusal;
    return refusal;
}

wire::Refusal timeout_refusal() { return own_refusal(Code::timeout, "Time is over"); }
wire::Refusal shutdown_refusal() { return own_refusal(Code::shutting_down, "Listener is shutting down"); }
wire::Refusal internal_refusal() { return own_refusal(Code::internal, "Internal error"); }
wire::Refusal unavailable_refusal() {
    return own_refusal(Code::dependency_unavailable, "Service temporarily unavailable");
}

StateName name(const ReadingRequest&) { return StateName::reading_request; }
StateName name(const ValidatingToken&) { return StateName::validating_token; }
StateName name(const ValidatingIdentity&) { return StateName::validating_identity; }
StateName name(const ProvisioningDatabase&) { return StateName::provisioning_database; }
StateName name(const SendingResponse&) { return StateName::sending_response; }
StateName name(const AwaitingDatabase&) { return StateName::awaiting_database; }
StateName name(const ValidatingDatabase&) { return StateName::validating_database; }
StateName name(const SendingRefusal&) { return StateName::sending_refusal; }
StateName name(const Done&) { return StateName::done; }
StateName name(const Rejected&) { return StateName::rejected; }
StateName name(const Failed&) { return StateName::failed; }
StateName name(const TimedOut&) { return StateName::timed_out; }
StateName name(const Cancelled&) { return StateName::cancelled; }

State refuse(const Undecided auto& state, wire::Refusal refusal, RefusedEnd end,
             wire::RefusalForm form = wire::RefusalForm::result) {
    return SendingRefusal{std::move(refusal), form, end, name(state), end == RefusedEnd::timed_out};
}

// --- READING_REQUEST
State on(ReadingRequest, ContactRead event) { return ValidatingToken{std::move(event.contact)}; }
State on(ReadingRequest, PeerGone) { return Failed{Code::peer_gone}; }

// --- VALIDATING_TOKEN
State on(ValidatingToken state, TokenAccepted event) {
    return ValidatingIdentity{std::move(state.contact), std::move(event.grant)};
}
State on(ValidatingToken, DecisionFound event) { return SendingResponse{std::move(event.decision)}; }

// --- VALIDATING_IDENTITY
State on(ValidatingIdentity state, IdentityAccepted) {
    if (state.grant.role != wire::Role::stock) return refuse(state, internal_refusal(), RefusedEnd::failed);
    return ProvisioningDatabase{std::move(state.contact), std::move(state.grant)};
}
State on(ValidatingIdentity state, FoilApproved event) {
    if (state.grant.role != wire::Role::foil) return refuse(state, internal_refusal(), RefusedEnd::failed);
    return SendingResponse{std::move(event.decision)};
}
// Another node decided this key since we looked: its answer is the answer.
State on(ValidatingIdentity, DecisionFound event) { return SendingResponse{std::move(event.decision)}; }

// --- PROVISIONING_DATABASE
State on(ProvisioningDatabase, TallyRecorded event) { return SendingResponse{std::move(event.decision)}; }
// The same, or a commit of unknown outcome that reading K has settled.
State on(ProvisioningDatabase, DecisionFound event) { return SendingResponse{std::move(event.decision)}; }

// --- READING_REQUEST to PROVISIONING_DATABASE
State on(Undecided auto state, Refused event) {
    return refuse(state, std::move(event.refusal), RefusedEnd::rejected, event.form);
}
State on(Undecided auto state, OwnFailure event) {
    return refuse(state, std::move(event.refusal), RefusedEnd::failed, event.form);
}
State on(Undecided auto state, DeadlinePassed) { return refuse(state, timeout_refusal(), RefusedEnd::timed_out); }
State on(Undecided auto state, ShutDown) { return refuse(state, shutdown_refusal(), RefusedEnd::cancelled); }
// A contact that arrived whole is answered for the record even when nobody listens any more.
State on(Undecided auto state, PeerGone) { return state; }
State on(Undecided auto state, auto) { return refuse(state, internal_refusal(), RefusedEnd::failed); }

// --- SENDING_RESPONSE: what was decided is durable, so its row is followed whatever happens to the response.
State on(SendingResponse state, ResponseSent event) {
    if (state.decision.role == wire::Role::foil) return AwaitingDatabase{};
    return Done{event.delivered};
}
State on(SendingResponse state, auto) { return on(std::move(state), ResponseSent{false}); }

// --- AWAITING_DATABASE: belongs to no connection and to no process.
State on(AwaitingDatabase, DatabaseRead event) { return ValidatingDatabase{std::move(event.result)}; }
State on(AwaitingDatabase, WaitExpired) { return TimedOut{StateName::awaiting_database}; }
State on(AwaitingDatabase, DeadlinePassed) { return TimedOut{StateName::awaiting_database}; }
State on(AwaitingDatabase state, auto) { return state; }

// --- VALIDATING_DATABASE: only the result itself ends the session; what we fail at is tried again.
State on(ValidatingDatabase, DatabaseAccepted event) { return Done{event.delivered}; }
State on(ValidatingDatabase state, Refused event) {
    return SendingRefusal{std::move(event.refusal), wire::RefusalForm::acknowledgement, RefusedEnd::rejected,
                          name(state)};
}
// Told with a code that the dialer repeats after, or it would give up on a session that still waits for it.
State on(ValidatingDatabase, OwnFailure event) {
    const bool is_repeated = is_repeatable(wire::code_of(event.refusal));
    return AwaitingDatabase{is_repeated ? std::move(event.refusal) : unavailable_refusal()};
}
State on(ValidatingDatabase, DeadlinePassed) { return AwaitingDatabase{unavailable_refusal()}; }
State on(ValidatingDatabase, ShutDown) { return AwaitingDatabase{shutdown_refusal()}; }
// The wait's own deadline does not interrupt the validation; it passes again when the session waits again.
State on(ValidatingDatabase state, WaitExpired) { return state; }
State on(ValidatingDatabase state, PeerGone) { return state; }
State on(ValidatingDatabase, auto) { return AwaitingDatabase{unavailable_refusal()}; }

// --- SENDING_REFUSAL: written or not, it was refused.
State on(SendingRefusal state, auto) {
    switch (state.end) {
    case RefusedEnd::rejected: return Rejected{wire::code_of(state.refusal)};
    case RefusedEnd::failed: return Failed{wire::code_of(state.refusal)};
    case RefusedEnd::timed_out: return TimedOut{state.from};
    case RefusedEnd::cancelled: return Cancelled{};
    }
    std::unreachable();
}

// --- terminal: what arrives late changes nothing.
State on(Terminal auto state, auto) { return state; }

constexpr std::array<std::string_view, std::variant_size_v<Event>> event_names{
    "ContactRead",    "TokenAccepted", "DecisionFound",    "IdentityAccepted", "FoilApproved", "TallyRecorded",
    "ResponseSent",   "DatabaseRead",  "DatabaseAccepted", "Refused",          "OwnFailure",   "PeerGone",
    "DeadlinePassed", "WaitExpired",   "ShutDown",         "RefusalSent"};

// --- effects
std::optional<Effect> effect(const ReadingRequest&) { return Effect::read_request; }
std::optional<Effect> effect(const ValidatingToken&) { return Effect::validate_token; }
std::optional<Effect> effect(const ValidatingIdentity&) { return Effect::validate_identity; }
std::optional<Effect> effect(const ProvisioningDatabase&) { return Effect::provision_database; }
std::optional<Effect> effect(const SendingResponse&) { return Effect::send_response; }
std::optional<Effect> effect(const AwaitingDatabase&) { return std::nullopt; }
std::optional<Effect> effect(const ValidatingDatabase&) { return Effect::validate_database; }
std::optional<Effect> effect(const SendingRefusal&) { return Effect::send_refusal; }
std::optional<Effect> effect(const Terminal auto&) { return std::nullopt; }

// --- times
std::optional<Duration> time(const Undecided auto&, const ListenerTimeouts& timeouts) { return timeouts.step; }
std::optional<Duration> time(const SendingResponse&, const ListenerTimeouts& timeouts) { return timeouts.step; }
std::optional<Duration> time(const AwaitingDatabase&, const ListenerTimeouts& timeouts) {
    return timeouts.await_database;
}
std::optional<Duration> time(const ValidatingDatabase&, const ListenerTimeouts& timeouts) { return timeouts.step; }
std::optional<Duration> time(const SendingRefusal& refusal, const ListenerTimeouts& timeouts) {
    return refusal.after_deadline ? timeouts.refusal_after_deadline : timeouts.refusal;
}
std::optional<Duration> time(const Terminal auto&, const ListenerTimeouts&) { return std::nullopt; }

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

std::optional<Duration> time_allowed(const State& state, const ListenerTimeouts& timeouts) {
    return std::visit([&](const auto& one) { return time(one, timeouts); }, state);
}

bool is_bounded_by_response(const State& state) { return name_of(state) <= StateName::sending_response; }

} // namespace taleus::protocol::listener
