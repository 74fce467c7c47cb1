#include "session/contact_session.hpp"

#include "async/sleep.hpp"
#include "protocol/draft.hpp"
#include "protocol/identity.hpp"
#include "session/refusals.hpp"
#include "session/session_id.hpp"
#include "wire/json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace taleus::session {

using namespace protocol::listener;
using async::Interrupted;
using protocol::StateName;
using std::chrono::milliseconds;

namespace {

constexpr Duration lapse_wait = std::chrono::seconds{5};

Code code_of(ports::NotTaken why) {
    switch (why) {
    case ports::NotTaken::lost: return Code::in_progress;
    case ports::NotTaken::token_used: return Code::token_used;
    case ports::NotTaken::token_in_use: return Code::token_in_use;
    case ports::NotTaken::token_revoked: return Code::token_revoked;
    case ports::NotTaken::token_expired: return Code::token_expired;
    }
    return Code::internal;
}

milliseconds left_of(UtcTime deadline, UtcTime now) { return std::max(milliseconds{0}, deadline - now); }

milliseconds rounded_up(Duration duration) { return std::chrono::ceil<milliseconds>(duration); }

struct CodeOf {
    std::optional<Code> operator()(const Rejected& end) { return end.code; }
    std::optional<Code> operator()(const Failed& end) { return end.code; }
    std::optional<Code> operator()(const TimedOut&) { return Code::timeout; }
    std::optional<Code> operator()(const Cancelled&) { return Code::shutting_down; }
    std::optional<Code> operator()(const auto&) { return std::nullopt; }
};

ports::Session begun_row(const Shop& shop, const wire::PeerId& peer, const wire::Contact& contact,
                         const BootstrapKey& key, const TokenHash& token) {
    ports::Session row;
    row.id = new_session_id(shop.world.random);
    row.side = protocol::Side::listener;
    row.key = key;
    row.token = token;
    row.peer = peer;
    row.party_id = contact.party_id;
    row.partner_cadre = contact.cadre;
    row.opened = shop.world.clock.utc();
    return row;
}

} // namespace

ContactSession::ContactSession(Conversation& talk, LiveKeys::Lead lead, wire::Contact contact, const BootstrapKey& key,
                               const TokenHash& token)
    : shop_{talk.shop()}, talk_{talk}, lead_{std::move(lead)}, row_{begun_row(shop_, talk.peer(), contact, key, token)},
      chronicle_{shop_.world.clock, row_.id, id_of(token)}, entered_{talk.began()},
      respond_at_{shop_.world.clock.now() + talk.settings().listener.respond},
      session_at_{talk.began() + talk.settings().listener.session} {
    chronicle_.note(
        "opened",
        {{"side", "listener"}, {"peer", row_.peer.to_text()}, {"party", row_.party_id}, {"address", talk.remote()}});
    advance(ContactRead{std::move(contact)});
}

// --- the loop

async::awaitable<void> ContactSession::run() {
    while (const auto effect = effect_of(state_)) {
        auto event = co_await perform_safely(*effect);
        advance(std::move(event));
    }
    co_await close_books();
}

Instant ContactSession::deadline() const {
    auto at = entered_ + time_allowed(state_, talk_.settings().listener).value_or(Duration::zero());
    if (is_bounded_by_response(state_)) at = std::min({at, respond_at_, session_at_});
    return at;
}

void ContactSession::advance(Event event) {
    const auto from = name_of(state_);
    const auto cause = event_name(event);
    state_ = step(std::move(state_), std::move(event));
    const auto to = name_of(state_);
    if (to == from) return;
    const auto now = shop_.world.clock.now();
    chronicle_.moved(from, to, cause, now - entered_);
    shop_.tell(Move{row_.id, row_.side, from, to, cause, now - entered_});
    entered_ = now;
    if (const auto* refusing = std::get_if<SendingRefusal>(&state_)) lead_.answer(refusing->refusal);
}

// One session's exception ends this one session.
async::awaitable<Event> ContactSession::perform_safely(Effect effect) {
    try {
        co_return co_await perform(effect);
    } catch (const std::exception& error) {
        shop_.world.log.error("session {}: {}", row_.id, error.what());
    }
    co_return OwnFailure{refusal_of(Code::internal)};
}

async::awaitable<Event> ContactSession::perform(Effect effect) {
    switch (effect) {
    case Effect::validate_token: return validate_token();
    case Effect::validate_identity: return validate_identity();
    case Effect::provision_database: return provision_database();
    case Effect::send_response: return send_response();
    case Effect::send_refusal: return send_refusal();
    case Effect::read_request:
    case Effect::validate_database: break;
    }
    ensure(false, "a contact's session has no such effect");
    std::unreachable();
}

Event ContactSession::interrupted(Interrupted why) const {
    if (why == Interrupted::stopped) return ShutDown{};
    return DeadlinePassed{};
}

// `told_as` unless the dependency may work later; what went wrong is for our own records.
Event ContactSession::own_failure(const Error& error, Code told_as) {
    const bool may_work_later = error.code == Code::dependency_unavailable || error.code == Code::overloaded;
    shop_.world.log.warn("session {}: {}", row_.id, error.context);
    return OwnFailure{refusal_of(may_work_later ? Code::dependency_unavailable : told_as)};
}

// --- VALIDATING_TOKEN

async::awaitable<Event> ContactSession::validate_token() {
    auto asked = shop_.world.journal.look_up(row_.token, row_.key, row_.peer);
    auto answer = co_await talk_.within(deadline(), std::move(asked));
    if (!answer) co_return interrupted(answer.error());
    if (!*answer) co_return own_failure(answer->error(), Code::internal);
    if (const auto* decided = std::get_if<ports::Decided>(&**answer)) co_return found_decision(decided->session);
    if (const auto closed = talk_.refuses_new()) co_return Refused{refusal_of(*closed)};
    if (const auto* found = std::get_if<ports::TokenFound>(&**answer)) co_return admit(*found);
    co_return Refused{refusal_of(Code::invalid_token)};
}

Event ContactSession::found_decision(const ports::Session& decided) {
    const bool is_over = decided.tally_id.empty() && decided.deadline && *decided.deadline <= shop_.world.clock.utc();
    if (is_over) return Refused{refusal_of(Code::in_progress)}; // its end is on its way to the record
    is_replay_ = decided.id != row_.id;
    row_.id = decided.id;
    row_.role = decided.role;
    row_.response = decided.response;
    row_.deadline = decided.deadline;
    lead_.answer(DecidedAnswer{decision(), row_.deadline});
    return DecisionFound{decision()};
}

// The token's rules, over what the store counts and what is reserved here; then this listener's own limits.
Event ContactSession::admit(const ports::TokenFound& found) {
    const auto& invitation = found.invitation;
    const auto& limits = talk_.settings().limits;
    const auto usage = shop_.reservations.added_to(found.usage, row_.token, row_.peer);
    row_.role = invitation.role;
    if (const auto code = protocol::judge(invitation, usage, shop_.world.clock.utc()))
        return Refused{refusal_of(*code)};
    is_single_use_ = invitation.uses == 1;
    if (is_single_use_)
        if (const auto wait = shop_.reservations.wait_of(row_.token, row_.peer, shop_.world.clock.now()))
            return Refused{refusal_of(Code::token_in_use, {}, rounded_up(*wait))};

    auto share = shop_.contacts.take(row_.peer, row_.token, {.per_token = limits.sessions_per_token});
    if (!share) return Refused{refusal_of(Code::overloaded)};
    if (invitation.role == wire::Role::foil) {
        auto seat = shop_.seats.take(row_.peer, row_.token,
                                     {limits.waiting, limits.waiting_per_peer, limits.waiting_per_token});
        if (!seat) return Refused{refusal_of(Code::overloaded)};
        seat_ = std::move(*seat);
    }
    contact_share_ = std::move(*share);
    hold_ = shop_.reservations.reserve(row_.token, row_.peer);
    return TokenAccepted{Grant{row_.id, row_.token, row_.key, invitation.role, invitation.requirement, 0}};
}

// --- VALIDATING_IDENTITY

async::awaitable<Event> ContactSession::validate_identity() {
    auto refused = co_await refused_identity();
    if (refused) co_return std::move(*refused);
    has_identity_ = true;
    co_return co_await open();
}

async::awaitable<std::optional<Event>> ContactSession::refused_identity() {
    const auto& state = std::get<ValidatingIdentity>(state_);
    std::optional<std::string> fault;
    if (state.contact.party_id == talk_.settings().party_id)
        fault = "both parties are the same";
    else
        fault = protocol::identity_fault(state.contact, state.grant.requirement, row_.peer, shop_.node);
    if (!fault && state.grant.requirement == protocol::Requirement::external)
        co_return co_await asked_hook(state.contact);
    chronicle_.note("identity", {{"requirement", protocol::to_text(state.grant.requirement)},
                                 {"accepted", !fault},
                                 {"reason", fault.value_or("")}});
    if (fault) co_return Refused{refusal_of(Code::invalid_identity)};
    co_return std::nullopt;
}

async::awaitable<std::optional<Event>> ContactSession::asked_hook(const wire::Contact& contact) {
    if (shop_.world.identity == nullptr)
        co_return own_failure({Code::dependency_unavailable, "no identity hook is configured"}, Code::internal);
    auto call =
        begin_hook(shop_.hooks, shop_.world.executor, deadline(), shop_.world.identity->judge(contact, row_.peer));
    auto answer = co_await talk_.within(deadline(), call.result());
    call.cancel();
    const auto outcome = !answer ? "interrupted" : !*answer ? "failed" : **answer ? "refused" : "accepted";
    chronicle_.note("hook", {{"hook", "identity"}, {"outcome", outcome}});
    if (!answer) co_return interrupted(answer.error());
    if (!*answer) co_return own_failure(answer->error(), Code::dependency_unavailable);
    if (**answer) co_return Refused{refusal_of(Code::invalid_identity)};
    co_return std::nullopt;
}

// What becomes durable when the identity has passed: a stock session's intent, a foil session's whole answer.
std::optional<Event> ContactSession::prepare(const wire::Contact& contact) {
    const auto now = shop_.world.clock.utc();
    const auto& settings = talk_.settings();
    if (row_.role == wire::Role::stock) {
        row_.state = StateName::provisioning_database;
        auto draft =
            protocol::make_draft({settings.party_id, contact.party_id}, now, shop_.world.random, shop_.world.node);
        if (!draft) return own_failure(draft.error(), Code::internal);
        intent_ = ports::Intent{protocol::instance_of(row_.key, to_text(protocol::Side::listener)), draft->tally_id,
                                boost::json::serialize(draft->json)};
        return std::nullopt;
    }
    const auto rest = session_at_ - shop_.world.clock.now();
    const auto wait = std::chrono::floor<milliseconds>(std::min(settings.listener.await_database, rest));
    row_.state = StateName::sending_response;
    row_.deadline = now + wait;
    row_.response = wire::to_json(wire::Approved{.party_id = settings.party_id,
                                                 .cadre = settings.cadre,
                                                 .provisioned = std::nullopt,
                                                 .session_id = row_.id,
                                                 .expires_in = wait,
                                                 .receipt = std::nullopt});
    chronicle_.note("decided", {{"approved", true}, {"role", "foil"}});
    return std::nullopt;
}

async::awaitable<Event> ContactSession::open() {
    if (auto refused = prepare(std::get<ValidatingIdentity>(state_).contact)) co_return std::move(*refused);
    opening_trail_ = chronicle_.size();
    opening_ =
        begin_call(shop_.books, shop_.world.executor,
                   shop_.world.journal.open_session(row_, intent_, shop_.world.clock.utc(), chronicle_.unwritten()));
    auto answer = co_await talk_.within(deadline(), opening_.result());
    if (!answer) co_return interrupted(answer.error()); // what becomes of it is learned when the books are closed
    opening_.forget();
    if (*answer && **answer) chronicle_.drop(opening_trail_);
    co_return co_await opened(std::move(*answer));
}

async::awaitable<Event> ContactSession::opened(Result<std::expected<ports::Journal::Opened, ports::NotTaken>> answer) {
    if (!answer && answer.error().code == Code::invalid_token) co_return Refused{refusal_of(Code::invalid_token)};
    if (!answer) co_return own_failure(answer.error(), Code::internal);
    if (!*answer && answer->error() == ports::NotTaken::lost) co_return co_await wait_for_decision_elsewhere();
    if (!*answer) co_return Refused{refusal_of(code_of(answer->error()))};

    is_open_ = true;
    hold_ = {};
    row_.epoch = (*answer)->epoch;
    if ((*answer)->intent) intent_ = std::move((*answer)->intent); // an earlier one: what it made is adopted
    if (row_.role == wire::Role::stock) co_return IdentityAccepted{};
    const auto wait = *row_.deadline - shop_.world.clock.utc();
    shop_.waiting.add(row_, std::move(seat_), shop_.world.clock.now() + wait, false);
    lead_.answer(DecidedAnswer{decision(), row_.deadline});
    co_return FoilApproved{decision()};
}

// Another node has a live session of this key: its answer is the answer.
async::awaitable<Event> ContactSession::wait_for_decision_elsewhere() {
    hold_ = {};
    for (;;) {
        const auto pause = milliseconds{50 + shop_.world.random.below(100)};
        if (shop_.world.clock.now() + pause >= deadline()) break;
        auto sleep = async::sleep_until(shop_.world.clock, shop_.world.clock.now() + pause);
        if (const auto slept = co_await talk_.within(deadline(), std::move(sleep)); !slept)
            co_return interrupted(slept.error());
        auto asked = shop_.world.journal.look_up(row_.token, row_.key, row_.peer);
        auto answer = co_await talk_.within(deadline(), std::move(asked));
        if (!answer) co_return interrupted(answer.error());
        if (!*answer) co_return own_failure(answer->error(), Code::internal);
        if (const auto* decided = std::get_if<ports::Decided>(&**answer)) co_return found_decision(decided->session);
    }
    co_return Refused{refusal_of(Code::in_progress)};
}

// --- PROVISIONING_DATABASE

async::awaitable<Event> ContactSession::provision_database() {
    auto call = begin_hook(shop_.hooks, shop_.world.executor, deadline(), shop_.world.provisioner.provision(*intent_));
    auto made = co_await talk_.within(deadline(), call.result());
    call.cancel(); // what it makes all the same is found again under its instance
    const auto outcome = !made ? "interrupted" : *made ? "made" : "failed";
    chronicle_.note("hook", {{"hook", "provisioner"}, {"outcome", outcome}});
    if (!made) co_return interrupted(made.error());
    if (!*made && made->error().code == Code::timeout) co_return DeadlinePassed{};
    if (!*made) co_return own_failure(made->error(), Code::provisioning_failed);
    const auto& contact = std::get<ProvisioningDatabase>(state_).contact;
    co_return co_await record_tally(contact, std::move(**made));
}

async::awaitable<Event> ContactSession::record_tally(const wire::Contact& contact, wire::DatabaseAccess database) {
    const auto& settings = talk_.settings();
    const wire::Tally tally{intent_->tally_id, "stock"};
    row_.tally_id = tally.tally_id;
    row_.state = StateName::done; // from this commit on it cannot end otherwise
    wire::Provisioned provisioned{tally, database, *wire::parse_json(as_bytes(intent_->draft)), std::nullopt,
                                  std::nullopt};
    row_.response = wire::to_json(wire::Approved{.party_id = settings.party_id,
                                                 .cadre = settings.cadre,
                                                 .provisioned = std::move(provisioned),
                                                 .session_id = row_.id,
                                                 .expires_in = std::nullopt,
                                                 .receipt = std::nullopt});
    ports::TallyRecord record{.tally_id = tally.tally_id,
                              .session_id = row_.id,
                              .side = protocol::Side::listener,
                              .role = wire::Role::stock,
                              .key = row_.key,
                              .token = row_.token,
                              .peer = row_.peer,
                              .own_party = settings.party_id,
                              .partner_party = contact.party_id,
                              .partner_cadre = contact.cadre,
                              .tally = tally,
                              .database = std::move(database),
                              .draft = intent_->draft,
                              .draft_verified = true,
                              .acknowledged = false,
                              .confirmed = true,
                              .recorded = shop_.world.clock.utc()};
    chronicle_.note("decided", {{"approved", true}, {"role", "stock"}, {"tallyId", tally.tally_id}});
    const auto written = chronicle_.size();
    const auto call = begin_call(shop_.books, shop_.world.executor,
                                 shop_.world.journal.record_tally(row_, StateName::provisioning_database,
                                                                  std::move(record), chronicle_.unwritten()));
    auto answer = co_await talk_.within(deadline(), call.result());
    if (!answer) { // the commit is queued: only its result ends the session, but the peer is not kept for it
        const auto code = answer.error() == Interrupted::stopped ? Code::shutting_down : Code::timeout;
        co_await talk_.refuse(wire::to_json(refusal_of(code), wire::RefusalForm::result),
                              settings.listener.refusal_after_deadline, Conversation::Input::ended);
        answer = co_await call.result();
    }
    if (!*answer) co_return co_await settle_unknown(std::move(answer->error()));
    if (!**answer) co_return co_await settle_unknown({Code::internal, "the session was taken over"});
    chronicle_.drop(written);
    lead_.answer(DecidedAnswer{decision(), std::nullopt});
    co_return TallyRecorded{decision()};
}

// Whatever the store says of the key is what happened.
async::awaitable<Event> ContactSession::settle_unknown(Error error) {
    row_.tally_id.clear();
    row_.response.clear();
    if (error.code == Code::internal) {
        auto asked = shop_.world.journal.look_up(row_.token, row_.key, row_.peer);
        auto answer = co_await std::move(asked);
        if (answer)
            if (const auto* decided = std::get_if<ports::Decided>(&*answer)) {
                row_.tally_id = decided->session.tally_id;
                co_return found_decision(decided->session);
            }
    }
    co_return own_failure(error, Code::internal);
}

// --- SENDING_RESPONSE, SENDING_REFUSAL

Decision ContactSession::decision() const { return {row_.role, row_.id, row_.response, is_replay_}; }

async::awaitable<Event> ContactSession::send_response() {
    const auto& decided = std::get<SendingResponse>(state_).decision;
    auto text = decided.response;
    if (decided.role == wire::Role::foil && row_.deadline)
        text = wire::with_expiry(text, left_of(*row_.deadline, shop_.world.clock.utc()));
    is_delivered_ = co_await talk_.answer(std::move(text), deadline());
    co_return ResponseSent{is_delivered_};
}

async::awaitable<Event> ContactSession::send_refusal() {
    const auto& refusing = std::get<SendingRefusal>(state_);
    const auto allowed = time_allowed(state_, talk_.settings().listener).value_or(Duration::zero());
    co_await talk_.refuse(wire::to_json(refusing.refusal, refusing.form), allowed, Conversation::Input::ended);
    co_return RefusalSent{};
}

// --- the end

async::awaitable<void> ContactSession::close_books() {
    talk_.let_go();
    contact_share_ = {};
    note_lapse();
    if (opening_.is_asked()) co_await learn_late_opening();
    hold_ = {};
    if (is_replay_)
        record_replay();
    else if (name_of(state_) == StateName::awaiting_database)
        co_await begin_wait();
    else
        co_await record_end();
}

// Its answer came after the session's end: what it opened is closed again.
async::awaitable<void> ContactSession::learn_late_opening() {
    const auto answer = co_await opening_.result();
    if (!answer || !*answer) co_return;
    is_open_ = true;
    row_.epoch = (*answer)->epoch;
    chronicle_.drop(opening_trail_);
}

// The response is sent or not; from here the session needs no stream and no coroutine.
async::awaitable<void> ContactSession::begin_wait() {
    const auto written = chronicle_.size();
    auto call = shop_.world.journal.move_session(row_.id, row_.epoch, StateName::sending_response,
                                                 StateName::awaiting_database, is_delivered_, chronicle_.unwritten());
    const auto moved = co_await std::move(call);
    const bool is_moved = moved && *moved;
    if (is_moved)
        chronicle_.drop(written);
    else
        shop_.world.log.warn("session {} waits, but that it does was not recorded", row_.id);
    const auto stored = is_moved ? StateName::awaiting_database : StateName::sending_response;
    shop_.waiting.settle(row_.id, stored, is_delivered_, chronicle_.unwritten());
}

async::awaitable<void> ContactSession::record_end() {
    const auto outcome = name_of(state_);
    row_.state = outcome;
    row_.code = std::visit(CodeOf{}, state_);
    row_.ended = shop_.world.clock.utc();
    row_.delivered = is_delivered_;
    auto body = ending_body(outcome, row_.code);
    body["delivered"] = is_delivered_;
    chronicle_.note("ended", std::move(body));
    shop_.tell(Ending{row_.id, row_.side, row_.role, outcome, row_.code, shop_.world.clock.now() - talk_.began()});
    if (!is_open_ && !shop_.flood.admits("session", row_.code ? to_text(*row_.code) : std::string_view{})) co_return;
    co_await shop_.write_end(row_, chronicle_.unwritten(), talk_.limit());
}

// Its single use was held until the time was over, and nobody knows for whom.
void ContactSession::note_lapse() {
    const auto* over = std::get_if<TimedOut>(&state_);
    if (over == nullptr || over->in != StateName::validating_identity || has_identity_ || !is_single_use_) return;
    shop_.reservations.lapse(row_.token, row_.peer, shop_.world.clock.now() + lapse_wait);
}

void ContactSession::record_replay() {
    shop_.record("replayed", "replayed", row_.id, id_of(row_.token),
                 {{"peer", row_.peer.to_text()}, {"delivered", is_delivered_}});
}

} // namespace taleus::session
