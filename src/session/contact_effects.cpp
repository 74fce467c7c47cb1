#include "async/sleep.hpp"
#include "protocol/draft.hpp"
#include "protocol/identity.hpp"
#include "session/contact_session.hpp"
#include "session/partner_access.hpp"
#include "session/refusals.hpp"
#include "wire/json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

// The effects of a contact's session, in the order of its states.
namespace taleus::session {

using namespace protocol::listener;
using async::Interrupted;
using protocol::StateName;
using std::chrono::milliseconds;

namespace {

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

constexpr std::size_t said_bytes_max = 1024; // of a hook's words, in the records

// A hook's words as they are kept: escaped, they may be four times as long as it said them.
std::string words_kept(const std::string& said) {
    constexpr std::string_view more = "...";
    auto kept = escaped(said, said_bytes_max);
    if (kept.size() <= said_bytes_max) return kept;
    auto end = said_bytes_max - more.size();
    if (const auto escape = kept.rfind('\\', end - 1); escape != kept.npos && end - escape < 4)
        end = escape; // no \xNN is cut in two
    kept.resize(end);
    return kept += more;
}

milliseconds rounded_up(Duration duration) { return std::chrono::ceil<milliseconds>(duration); }

// Who runs out of time while it waits for another session's decision was not slow itself: the peer is told to ask again
// soon, whether its time ended between two looks at the record or during one.
Event out_of_time_as_in_progress(Event why) {
    if (std::holds_alternative<DeadlinePassed>(why)) return Refused{refusal_of(Code::in_progress)};
    return why;
}

} // namespace

// --- VALIDATING_TOKEN

async::awaitable<Event> ContactSession::validate_token() {
    auto known = co_await look_up();
    if (!known) co_return std::move(known.error());
    if (const auto* decided = std::get_if<ports::Decided>(&*known)) co_return found_decision(decided->session);
    if (const auto closed = talk_.refuses_new()) co_return Refused{refusal_of(*closed)};
    if (std::holds_alternative<ports::TokenUnknown>(*known) && shop_.world.tokens != nullptr) {
        if (auto ended = co_await learn_token()) co_return std::move(*ended);
        known = co_await look_up();
        if (!known) co_return std::move(known.error());
    }
    const auto* found = std::get_if<ports::TokenFound>(&*known);
    if (found == nullptr) co_return Refused{refusal_of(Code::invalid_token)};
    if (found->has_live_key) co_return co_await wait_for_decision_elsewhere();
    co_return admit(*found);
}

async::awaitable<std::expected<ports::TokenLookup, Event>> ContactSession::look_up() {
    using Known = std::expected<ports::TokenLookup, Event>;
    auto asked = shop_.world.journal.look_up(row_.token, row_.key, row_.peer);
    auto answer = co_await talk_.within(deadline(), std::move(asked));
    if (!answer) co_return Known{std::unexpected(interrupted(answer.error()))};
    if (!*answer) co_return Known{std::unexpected(own_failure(answer->error(), Code::internal))};
    co_return Known{std::move(**answer)};
}

// Tokens that come from outside are asked for once; from then on the journal has the invitation and counts its uses.
async::awaitable<std::optional<Event>> ContactSession::learn_token() {
    const auto now = shop_.world.clock.utc();
    auto token = std::get<ValidatingToken>(state_).contact.token;
    auto call = begin_hook(shop_.hooks, shop_.world.executor, deadline(),
                           shop_.world.tokens->find(std::move(token), now, {row_.key, deadline()}));
    auto answer = co_await talk_.within(deadline(), call.result());
    call.cancel();
    const auto outcome = !answer ? "interrupted" : !*answer ? "failed" : **answer ? "known" : "unknown";
    chronicle_.note("hook", {{"hook", "tokens"}, {"outcome", outcome}});
    if (!answer) co_return interrupted(answer.error());
    if (!*answer) co_return own_failure(answer->error(), Code::dependency_unavailable);
    if (!**answer) co_return std::nullopt;
    auto record = audit_record(shop_.world.clock, "invitation_created", {}, id_of(row_.token),
                               {{"role", to_text((**answer)->role)}, {"label", (**answer)->label}});
    auto adding = shop_.world.journal.create_invitation(std::move(***answer), std::move(record));
    const auto added = co_await talk_.within(deadline(), std::move(adding));
    if (!added) co_return interrupted(added.error());
    const bool was_faster = !*added && added->error().code == Code::conflict; // another contact of this token
    if (!*added && !was_faster) co_return own_failure(added->error(), Code::internal);
    co_return std::nullopt;
}

// Another node has a live session of this key: its answer is the answer. Read at intervals of chance, so that those who
// wait do not ask in step.
async::awaitable<Event> ContactSession::wait_for_decision_elsewhere() {
    hold_ = {};
    for (;;) {
        const auto pause = milliseconds{50 + shop_.world.random.below(100)};
        if (shop_.world.clock.now() + pause >= deadline()) co_return Refused{refusal_of(Code::in_progress)};
        auto sleep = async::sleep_until(shop_.world.clock, shop_.world.clock.now() + pause);
        if (const auto slept = co_await talk_.within(deadline(), std::move(sleep)); !slept)
            co_return out_of_time_as_in_progress(interrupted(slept.error()));
        auto known = co_await look_up();
        if (!known) co_return out_of_time_as_in_progress(std::move(known.error()));
        if (const auto* decided = std::get_if<ports::Decided>(&*known)) co_return found_decision(decided->session);
        const auto* found = std::get_if<ports::TokenFound>(&*known);
        if (found == nullptr) co_return Refused{refusal_of(Code::invalid_token)};
        const bool is_ours_to_open = name_of(state_) == StateName::validating_token;
        if (!found->has_live_key && is_ours_to_open) co_return admit(*found); // it ended without a decision
    }
}

Event ContactSession::found_decision(const ports::Session& decided) {
    const auto left = shop_.waiting.left_of(decided);
    if (decided.tally_id.empty() && left == Duration::zero())
        return Refused{refusal_of(Code::in_progress)}; // its end is on its way to the record
    is_replay_ = decided.id != row_.id;
    if (is_replay_) shop_.tell_left(row_.id); // from here on it speaks for the decided one, which has its own story
    row_.id = decided.id;
    row_.role = decided.role;
    row_.response = decided.response;
    row_.receipt = decided.receipt;
    row_.deadline = decided.deadline;
    lead_.answer(
        DecidedAnswer{decision(), row_.deadline ? std::optional{shop_.world.clock.now() + left} : std::nullopt});
    return DecisionFound{decision()};
}

// The token's rules, over what the store counts and what is reserved here; then this listener's own limits.
Event ContactSession::admit(const ports::TokenFound& found) {
    const auto& invitation = found.invitation;
    const auto usage = shop_.reservations.added_to(found.usage, row_.token, row_.peer);
    row_.role = invitation.role;
    role_ = invitation.role;
    if (const auto code = protocol::judge(invitation, usage, shop_.world.clock.utc()))
        return Refused{refusal_of(*code)};
    is_single_use_ = invitation.uses == 1;
    if (is_single_use_)
        if (const auto wait = shop_.reservations.wait_of(row_.token, row_.peer, shop_.world.clock.now()))
            return Refused{refusal_of(Code::token_in_use, {}, rounded_up(*wait))};

    if (auto hopeless = is_hopeless(invitation)) return std::move(*hopeless);
    if (!talk_.enter_token(row_.token)) return Refused{refusal_of(Code::overloaded)};
    const auto rate = shop_.world.guards.contacts.admit({{guard::Stage::token, row_.token.view()}},
                                                        {.contacts = 1, .bytes = talk_.bytes_read()},
                                                        talk_.settings().rates, shop_.world.clock.now());
    if (!rate) return Refused{refusal_of(Code::rate_limited, {}, rounded_up(rate.error().wait))};
    if (invitation.role == wire::Role::foil) {
        auto seat = shop_.seat(row_.peer, row_.token, talk_.settings().limits);
        if (!seat) return Refused{refusal_of(Code::overloaded)};
        seat_ = std::move(*seat);
    }
    hold_ = shop_.reservations.reserve(row_.token, row_.peer);
    return TokenAccepted{Grant{row_.id, row_.token, row_.key, invitation.role, invitation.requirement, 0}};
}

std::optional<Event> ContactSession::is_hopeless(const protocol::Invitation& invitation) {
    auto* breakers = shop_.world.breakers;
    if (breakers == nullptr) return std::nullopt;
    const auto now = shop_.world.clock.now();
    const bool needs_hook = invitation.requirement == protocol::Requirement::external;
    auto* const down = invitation.role == wire::Role::stock && breakers->provisioner.refuses(now)
                           ? &breakers->provisioner
                       : needs_hook && breakers->identity.refuses(now) ? &breakers->identity
                                                                       : nullptr;
    if (down == nullptr) return std::nullopt;
    down->has_refused();
    return own_failure({Code::dependency_unavailable, "a breaker is open"}, Code::dependency_unavailable);
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
    auto call = begin_hook(shop_.hooks, shop_.world.executor, deadline(),
                           shop_.world.identity->judge(contact, row_.peer, {row_.key, deadline()}));
    auto answer = co_await talk_.patiently(call, deadline());
    call.cancel();
    const auto outcome = !answer ? "interrupted" : !*answer ? "failed" : **answer ? "refused" : "accepted";
    chronicle_.note("hook", {{"hook", "identity"}, {"outcome", outcome}});
    if (!answer) co_return interrupted(answer.error());
    if (!*answer) co_return own_failure(answer->error(), Code::dependency_unavailable);
    boost::json::object verdict{{"requirement", protocol::to_text(protocol::Requirement::external)},
                                {"accepted", !**answer},
                                {"reason", **answer ? "the hook refused it" : ""}};
    if (**answer) verdict["said"] = words_kept(***answer); // they may name a person: only details can be erased
    chronicle_.note("identity", std::move(verdict));
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
        intent_ = ports::Intent{protocol::instance_of(row_.key, to_text(protocol::Side::listener)),
                                draft->tally_id,
                                boost::json::serialize(draft->json),
                                {}};
        intent_->secret = made_secret(shop_.world.store_key, intent_->instance, shop_.world.random);
        return std::nullopt;
    }
    const auto begins = shop_.world.clock.now();
    const auto wait =
        std::chrono::floor<milliseconds>(std::min(settings.listener.await_database, session_at_ - begins));
    awaited_until_ = begins + wait;
    row_.state = StateName::sending_response;
    row_.deadline = now + wait;
    row_.response = wire::to_json(wire::Approved{.party_id = settings.party_id,
                                                 .cadre = settings.cadre,
                                                 .provisioned = std::nullopt,
                                                 .session_id = row_.id,
                                                 .expires_in = wait,
                                                 .receipt = std::nullopt}); // of the commit that it is part of
    return std::nullopt;
}

async::awaitable<Event> ContactSession::open() {
    if (auto refused = prepare(std::get<ValidatingIdentity>(state_).contact)) co_return std::move(*refused);
    opening_trail_ = chronicle_.size();
    auto telling = chronicle_; // of a decision only with the commit that makes it
    if (row_.role == wire::Role::foil) telling.note("decided", {{"approved", true}, {"role", "foil"}});
    opening_ = begin_call(
        shop_.books, shop_.world.executor,
        shop_.world.journal.open_session(row_, intent_, shop_.world.clock.utc(), std::move(telling).unwritten()));
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
    row_.receipt = std::move((*answer)->receipt);
    if ((*answer)->intent) intent_ = std::move((*answer)->intent); // an earlier one: what it made is adopted
    if (row_.role == wire::Role::stock) co_return IdentityAccepted{};
    DecidedAnswer decided{decision(), awaited_until_};
    FoilApproved approved{decided.decision};
    shop_.waiting.add(row_, std::move(seat_), awaited_until_, false); // nothing fails from here on
    lead_.answer(std::move(decided));
    co_return approved;
}

// --- PROVISIONING_DATABASE

async::awaitable<Event> ContactSession::provision_database() {
    auto call = begin_hook(shop_.hooks, shop_.world.executor, deadline(),
                           shop_.world.provisioner.provision(*intent_, {row_.key, deadline()}));
    auto made = co_await talk_.patiently(call, deadline());
    call.cancel(); // what it makes all the same is found again under its instance
    const auto outcome = !made ? "interrupted" : *made ? "made" : "failed";
    chronicle_.note("hook", {{"hook", "provisioner"}, {"outcome", outcome}});
    if (!made) co_return interrupted(made.error());
    if (!*made && made->error().code == Code::timeout) co_return DeadlinePassed{};
    if (!*made) co_return own_failure(made->error(), Code::provisioning_failed);
    const auto& contact = std::get<ProvisioningDatabase>(state_).contact;
    co_return co_await record_tally(contact, **made);
}

async::awaitable<Event> ContactSession::record_tally(const wire::Contact& contact, const ports::MadeDatabase& made) {
    const auto& settings = talk_.settings();
    const wire::Tally tally{intent_->tally_id, "stock"};
    row_.tally_id = tally.tally_id;
    row_.state = StateName::sending_response; // from this commit on it ends as DONE only
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
                              .database = {},
                              .draft = intent_->draft,
                              .draft_verified = true,
                              .acknowledged = false,
                              .confirmed = true,
                              .recorded = shop_.world.clock.utc(),
                              .access = ports::Access::not_tried,
                              .own_login = {},
                              .own_secret = {},
                              .partner_secret = {}};
    const auto& world = shop_.world;
    keep_made(record, made, world.store_key, world.random);
    wire::Provisioned provisioned{tally, record.database, *wire::parse_json(as_bytes(intent_->draft)),
                                  sealed_to(row_.peer, record, world.node, world.store_key, world.random),
                                  std::nullopt};
    row_.response = wire::to_json(wire::Approved{.party_id = settings.party_id,
                                                 .cadre = settings.cadre,
                                                 .provisioned = std::move(provisioned),
                                                 .session_id = row_.id,
                                                 .expires_in = std::nullopt,
                                                 .receipt = std::nullopt});
    const auto written = chronicle_.size();
    DecidedAnswer decided{decision(), std::nullopt};
    TallyRecorded recorded{decided.decision};
    auto telling = chronicle_; // of the decision only with the commit that makes it
    telling.note("decided", {{"approved", true}, {"role", "stock"}, {"tallyId", tally.tally_id}});
    const auto call = begin_call(shop_.books, shop_.world.executor,
                                 shop_.world.journal.record_tally(row_, StateName::provisioning_database,
                                                                  std::move(record), std::move(telling).unwritten()));
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
    lead_.answer(std::move(decided));
    co_return recorded;
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

Decision ContactSession::decision() const {
    return {row_.role, row_.id, wire::with_receipt(row_.response, row_.receipt), is_replay_};
}

async::awaitable<Event> ContactSession::send_response() {
    const auto& decided = std::get<SendingResponse>(state_).decision;
    auto text = decided.response;
    if (decided.role == wire::Role::foil && row_.deadline)
        text = wire::with_expiry(text, std::chrono::floor<milliseconds>(shop_.waiting.left_of(row_)));
    talk_.work_done(); // the rest is the peer's pace
    is_delivered_ = co_await talk_.answer(std::move(text), deadline());
    co_return ResponseSent{is_delivered_};
}

async::awaitable<Event> ContactSession::send_refusal() {
    const auto& refusing = std::get<SendingRefusal>(state_);
    const auto allowed = time_allowed(state_, talk_.settings().listener).value_or(Duration::zero());
    co_await talk_.refuse(wire::to_json(refusing.refusal, refusing.form), allowed, Conversation::Input::ended);
    co_return RefusalSent{};
}

} // namespace taleus::session
