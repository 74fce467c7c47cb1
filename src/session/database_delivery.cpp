#include "session/database_delivery.hpp"

#include "protocol/draft.hpp"
#include "session/correlation.hpp"
#include "session/partner_access.hpp"
#include "session/pending.hpp"
#include "session/refusals.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace taleus::session {

using namespace protocol::listener;
using async::Interrupted;
using protocol::StateName;
using wire::RefusalForm;

namespace {

constexpr int matches_max = 3; // how often a result is matched anew when its session was lost to somebody faster

} // namespace

DatabaseDelivery::DatabaseDelivery(Conversation& talk, wire::DatabaseResult result)
    : shop_{talk.shop()}, talk_{talk}, result_{std::move(result)},
      deadline_{shop_.world.clock.now() + talk.settings().listener.step} {}

async::awaitable<void> DatabaseDelivery::run() {
    for (int tries = 0; tries < matches_max; ++tries) {
        auto found = co_await find();
        if (auto* refusal = std::get_if<wire::Refusal>(&found)) co_return co_await refuse(std::move(*refusal));
        if (auto* earlier = std::get_if<Repeat>(&found)) co_return co_await repeat(std::move(*earlier));
        auto& session = std::get<ports::Session>(found);
        auto claim = shop_.waiting.claim(session.id, told_by(result_));
        // The reader of our response may be faster than our own book-keeping.
        const auto settled = co_await talk_.within(deadline_, claim.settled());
        if (!settled) co_return co_await refuse(refusal_of_interrupt(settled.error()));
        if (const auto* known = claim.known(); known != nullptr && known->epoch == session.epoch) {
            session.state = known->state;
            session.delivered = known->delivered;
        }
        DatabaseValidation validation{talk_, std::move(session), std::move(claim)};
        if (co_await validation.run(result_)) co_return;
    }
    co_await refuse(refusal_of(Code::in_progress));
}

// Sessions that the result may be for. A peer may have thousands: one that is named is asked for alone.
async::awaitable<Result<std::vector<ports::Session>>> DatabaseDelivery::candidates() {
    if (!result_.session_id) co_return co_await shop_.world.journal.waiting_sessions(talk_.peer());
    auto named = co_await shop_.world.journal.waiting_session(talk_.peer(), *result_.session_id);
    if (!named) co_return fail(std::move(named.error()));
    std::vector<ports::Session> found;
    if (*named) found.push_back(std::move(**named));
    co_return found;
}

// Between the store's answer and the claim nothing else runs; a stale answer is found out by its epoch and state.
async::awaitable<DatabaseDelivery::Found> DatabaseDelivery::find() {
    auto asked = candidates();
    auto answer = co_await talk_.within(deadline_, std::move(asked));
    if (!answer) co_return refusal_of_interrupt(answer.error());
    if (!*answer) co_return refusal_of(Code::dependency_unavailable);

    auto& waiting = **answer;
    std::erase_if(waiting, [&](const auto& session) { // but one whose result came in time is not over yet
        return shop_.waiting.left_of(session) == Duration::zero() && shop_.waiting.validating(session.id) == nullptr;
    });
    const auto validating = [this](const std::string& id) { return shop_.waiting.validating(id); };
    auto match = correlate(result_, std::move(waiting), validating);
    if (const auto* code = std::get_if<Code>(&match)) co_return refusal_of(*code);
    auto* matched = std::get_if<Matched>(&match);
    if (matched != nullptr && result_.session_id) co_return std::move(matched->session);
    // What is done goes before what waits: a repeat without `sessionId` must not be taken for another session's result.
    auto done = co_await find_done(matched != nullptr ? Code::refused : std::get<Unmatched>(match).code);
    const auto* refusal = std::get_if<wire::Refusal>(&done);
    if (matched != nullptr && refusal != nullptr && refusal->code == Code::refused) {
        if (shop_.waiting.validating(matched->session.id) != nullptr) co_return refusal_of(Code::in_progress);
        co_return std::move(matched->session);
    }
    co_return done;
}

async::awaitable<DatabaseDelivery::Found> DatabaseDelivery::find_done(Code otherwise) {
    auto& journal = shop_.world.journal;
    auto asked = journal.done_session(talk_.peer(), result_.session_id, result_.provisioned.tally.tally_id);
    auto answer = co_await talk_.within(deadline_, std::move(asked));
    if (!answer) co_return refusal_of_interrupt(answer.error());
    if (!*answer) co_return refusal_of(Code::dependency_unavailable);
    if (!**answer) co_return refusal_of(otherwise);

    const auto& session = ***answer;
    auto asked_tally = journal.tally_of_session(session.id);
    auto tally = co_await talk_.within(deadline_, std::move(asked_tally));
    if (!tally) co_return refusal_of_interrupt(tally.error());
    if (!*tally || !**tally) co_return refusal_of(Code::dependency_unavailable);
    if (Told{(**tally)->tally, (**tally)->database} != told_by(result_)) co_return refusal_of(Code::conflict);
    co_return Repeat{session.id, session.token, wire::with_receipt(session.acknowledgement, session.receipt)};
}

wire::Refusal DatabaseDelivery::refusal_of_interrupt(Interrupted why) const {
    return refusal_of(why == Interrupted::stopped ? Code::shutting_down : Code::dependency_unavailable);
}

async::awaitable<void> DatabaseDelivery::refuse(wire::Refusal refusal) {
    const auto code = wire::code_of(refusal);
    shop_.record("refused", to_text(code), [&] {
        return About{.session_id = result_.session_id.value_or(""),
                     .body = {{"message", "database"}, {"code", to_text(code)}, {"peer", talk_.peer().to_text()}}};
    });
    const bool is_late = shop_.world.clock.now() >= deadline_;
    const auto& timeouts = talk_.settings().listener;
    co_await talk_.refuse(wire::to_json(refusal, RefusalForm::acknowledgement),
                          is_late ? timeouts.refusal_after_deadline : timeouts.refusal, Conversation::Input::ended);
}

async::awaitable<void> DatabaseDelivery::repeat(Repeat earlier) {
    const auto until = shop_.world.clock.now() + talk_.settings().listener.step;
    const bool is_delivered = co_await talk_.answer(std::move(earlier.acknowledgement), until);
    shop_.record("repeated", "repeated", [&] {
        return About{earlier.session_id,
                     id_of(earlier.token),
                     {{"message", "database"}, {"peer", talk_.peer().to_text()}, {"delivered", is_delivered}}};
    });
}

// --- validation

DatabaseValidation::DatabaseValidation(Conversation& talk, ports::Session session, WaitingRoom::Claim claim)
    : shop_{talk.shop()}, talk_{talk}, row_{std::move(session)}, claim_{std::move(claim)},
      chronicle_{shop_.world.clock, row_.id, id_of(row_.token), claim_.take_unwritten()},
      entered_{claim_.since().value_or(shop_.world.clock.now())} {}

void DatabaseValidation::advance(Event event) {
    const auto from = name_of(state_);
    const auto cause = event_name(event);
    state_ = step(std::move(state_), std::move(event));
    const auto to = name_of(state_);
    if (to == from) return;
    const auto now = shop_.world.clock.now();
    chronicle_.moved(from, to, cause, now - entered_);
    shop_.tell(Move{row_.id, row_.side, from, to, cause, now - entered_});
    entered_ = now;
}

Instant DatabaseValidation::deadline() const {
    return entered_ + time_allowed(state_, talk_.settings().listener).value_or(Duration::zero());
}

async::awaitable<bool> DatabaseValidation::run(wire::DatabaseResult result) {
    advance(DatabaseRead{std::move(result)});
    std::optional<Event> event;
    try {
        event = co_await validate();
    } catch (const std::exception& error) {
        shop_.world.log.error("session {}: {}", row_.id, error.what());
        event = OwnFailure{refusal_of(Code::internal), RefusalForm::acknowledgement};
    }
    if (!event) {
        shop_.tell_left(row_.id);
        co_return false;
    }
    advance(std::move(*event));
    co_await finish();
    co_return true;
}

async::awaitable<std::optional<Event>> DatabaseValidation::validate() {
    const auto& result = std::get<ValidatingDatabase>(state_).result;
    if (auto fault = fault_of(result)) co_return Refused{std::move(*fault), RefusalForm::acknowledgement};
    co_return co_await record(result);
}

std::optional<wire::Refusal> DatabaseValidation::fault_of(const wire::DatabaseResult& result) {
    const auto& provisioned = result.provisioned;
    if (provisioned.tally.created_by != to_text(wire::Role::foil)) return refusal_of(Code::role_mismatch);
    if (!provisioned.draft) return std::nullopt;
    const protocol::DraftExpectation expected{
        provisioned.tally.tally_id, {row_.peer}, {row_.party_id, talk_.settings().party_id}};
    const auto checked = protocol::check_draft(*provisioned.draft, expected);
    chronicle_.note("draft", {{"verified", checked.has_value()}, {"reason", checked ? "" : checked.error().context}});
    if (!checked) return refusal_of(Code::invalid_database, checked.error().context);
    is_draft_verified_ = true;
    return std::nullopt;
}

ports::TallyRecord DatabaseValidation::tally_of(const wire::DatabaseResult& result) const {
    const auto& provisioned = result.provisioned;
    return {.tally_id = provisioned.tally.tally_id,
            .session_id = row_.id,
            .side = protocol::Side::listener,
            .role = wire::Role::foil,
            .key = row_.key,
            .token = row_.token,
            .peer = row_.peer,
            .own_party = talk_.settings().party_id,
            .partner_party = row_.party_id,
            .partner_cadre = row_.partner_cadre,
            .tally = provisioned.tally,
            .database = provisioned.database,
            .draft = provisioned.draft ? boost::json::serialize(*provisioned.draft) : std::string{},
            .draft_verified = is_draft_verified_,
            .acknowledged = true, // the acknowledgement is of the same commit, and every repeat gets it
            .confirmed = is_draft_verified_,
            .recorded = shop_.world.clock.utc(),
            .access = ports::Access::not_tried,
            .own_login = {},
            .own_secret = {},
            .partner_secret = {}};
}

// Keeps the login that the partner sealed to this node, and reads the draft back by it. Whatever comes of it, the
// result is accepted: a peer in the field seals nothing and is not held up.
async::awaitable<void> DatabaseValidation::try_access(const wire::Provisioned& provisioned, ports::TallyRecord& tally) {
    const auto& world = shop_.world;
    auto login = open_login(provisioned, {row_.peer}, world.node);
    if (!login.secret && login.fault.empty()) co_return;
    ReadBack read{ports::Access::failed, std::move(login.fault)};
    if (login.secret) {
        keep_opened(tally, *login.secret, world.store_key, world.random);
        read = {};
    }
    if (login.secret && provisioned.draft && world.reader != nullptr) {
        const auto until = std::min(deadline(), world.clock.now() + talk_.settings().read_back);
        auto call = begin_hook(shop_.hooks, world.executor, until,
                               world.reader->read(tally.database, std::move(*login.secret), tally.tally_id));
        auto answer = co_await talk_.within(until, call.result());
        call.cancel();
        if (answer) read = judge_read(*answer, *provisioned.draft);
        if (!answer) read = {ports::Access::failed, "the database did not answer in time"};
    }
    tally.access = read.access;
    chronicle_.note("access", {{"access", to_text(read.access)}, {"reason", escaped(read.reason, 256)}});
}

async::awaitable<std::optional<Event>> DatabaseValidation::record(const wire::DatabaseResult& result) {
    const auto stored = row_.state;
    auto done = row_;
    done.state = StateName::validating_database; // with its tally: it ends as DONE only
    done.tally_id = result.provisioned.tally.tally_id;
    done.acknowledgement = wire::to_json(wire::Accepted{done.tally_id, is_draft_verified_, std::nullopt});
    auto tally = tally_of(result);
    co_await try_access(result.provisioned, tally);
    const auto written = chronicle_.size();
    auto telling = chronicle_; // of the decision only with the commit that makes it
    telling.note("decided", {{"accepted", true}, {"tallyId", done.tally_id}});
    const auto call =
        begin_call(shop_.books, shop_.world.executor,
                   shop_.world.journal.record_tally(done, stored, std::move(tally), std::move(telling).unwritten()));
    auto answer = co_await talk_.within(deadline(), call.result());
    if (!answer) { // the commit is queued: only its result ends the session, but the peer is not kept for it
        const auto code = answer.error() == Interrupted::stopped ? Code::shutting_down : Code::dependency_unavailable;
        co_await talk_.refuse(wire::to_json(refusal_of(code), RefusalForm::acknowledgement),
                              talk_.settings().listener.refusal_after_deadline, Conversation::Input::ended);
        answer = co_await call.result();
    }
    if (!*answer) co_return OwnFailure{refusal_of(Code::dependency_unavailable), RefusalForm::acknowledgement};
    if (!**answer) co_return std::nullopt;
    chronicle_.drop(written);
    row_ = std::move(done);
    const auto until = shop_.world.clock.now() + talk_.settings().listener.step;
    talk_.work_done();
    co_return DatabaseAccepted{co_await talk_.answer(wire::with_receipt(row_.acknowledgement, row_.receipt), until)};
}

async::awaitable<void> DatabaseValidation::finish() {
    if (const auto* refusing = std::get_if<SendingRefusal>(&state_)) {
        const auto code = wire::code_of(refusing->refusal);
        const auto lead = shop_.keep_key(row_.key, refusing->refusal);
        const auto allowed = time_allowed(state_, talk_.settings().listener).value_or(Duration::zero());
        co_await talk_.refuse(wire::to_json(refusing->refusal, refusing->form), allowed, Conversation::Input::ended);
        advance(RefusalSent{});
        co_await record_end(code);
    } else if (const auto* waiting = std::get_if<AwaitingDatabase>(&state_)) {
        if (waiting->owed)
            co_await talk_.refuse(wire::to_json(*waiting->owed, RefusalForm::acknowledgement),
                                  talk_.settings().listener.refusal_after_deadline, Conversation::Input::ended);
        co_await record_attempt();
        claim_.keep_unwritten(chronicle_.unwritten());
        if (claim_.known() == nullptr) shop_.tell_left(row_.id); // it waits at a sister node, which tells its end
    } else {
        co_await record_end(std::nullopt);
    }
}

// What was tried goes to the record now, arrows and trail in one step, or else with the session's next one: where a
// sister answered, that its response was sent is hers to tell before.
async::awaitable<void> DatabaseValidation::record_attempt() {
    if (row_.state != StateName::awaiting_database && claim_.known() == nullptr) co_return;
    const auto written = chronicle_.size();
    auto call = shop_.world.journal.move_session(row_.id, row_.epoch, row_.state, StateName::awaiting_database,
                                                 row_.delivered, chronicle_.unwritten());
    const auto moved = co_await std::move(call);
    if (!moved || !*moved) co_return;
    chronicle_.drop(written);
    claim_.written();
}

async::awaitable<void> DatabaseValidation::record_end(std::optional<Code> code) {
    const auto outcome = name_of(state_);
    row_.state = outcome;
    row_.code = code;
    row_.ended = shop_.world.clock.utc();
    auto body = ending_body(outcome, code);
    body["delivered"] = row_.delivered;
    chronicle_.note("ended", std::move(body));
    shop_.tell(Ending{row_.id, row_.side, row_.role, outcome, code, shop_.world.clock.utc() - row_.opened});
    claim_.ended();
    co_await shop_.write_end(row_, chronicle_.unwritten(), Shop::Stored::open, talk_.limit());
}

} // namespace taleus::session
