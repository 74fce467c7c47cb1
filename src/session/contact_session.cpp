#include "session/contact_session.hpp"

#include "session/refusals.hpp"
#include "session/session_id.hpp"

#include <algorithm>
#include <exception>
#include <utility>

// The loop and its end; the effects are in contact_effects.cpp.
namespace taleus::session {

using namespace protocol::listener;
using async::Interrupted;
using protocol::StateName;

namespace {

constexpr Duration lapse_wait = std::chrono::seconds{5};
constexpr int closing_tries = 3;

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
                               const TokenHash& token, Instant respond_at)
    : shop_{talk.shop()}, talk_{talk}, lead_{std::move(lead)}, row_{begun_row(shop_, talk.peer(), contact, key, token)},
      chronicle_{shop_.world.clock, row_.id, id_of(token)}, entered_{talk.began()}, respond_at_{respond_at},
      session_at_{talk.began() + talk.settings().listener.session} {
    chronicle_.note(
        "opened",
        {{"side", "listener"}, {"peer", row_.peer.to_text()}, {"party", row_.party_id}, {"address", talk.remote()}});
    advance(ContactRead{std::move(contact)});
}

// --- the loop

async::awaitable<void> ContactSession::run() {
    try {
        while (const auto effect = effect_of(state_)) {
            auto event = co_await perform_safely(*effect);
            advance(std::move(event));
        }
    } catch (const std::exception& error) {
        shop_.world.log.error("session {}: {}", row_.id, error.what());
    }
    for (int tries = 0; tries < closing_tries; ++tries)
        if (co_await close_safely()) co_return;
    if (name_of(state_) == StateName::awaiting_database) shop_.waiting.settle(row_.id, is_delivered_, {});
}

// Books that stay open would keep the key from its party: what fails is tried again.
async::awaitable<bool> ContactSession::close_safely() {
    try {
        give_up();
        co_await close_books();
        co_return true;
    } catch (const std::exception& error) {
        shop_.world.log.error("the end of session {}: {}", row_.id, error.what());
    }
    co_return false;
}

// To an end without another word to the peer, from wherever an exception left it: what was decided stays so.
void ContactSession::give_up() {
    note_step();
    while (const auto effect = effect_of(state_)) {
        if (effect == Effect::send_response)
            advance(ResponseSent{is_delivered_});
        else if (effect == Effect::send_refusal)
            advance(RefusalSent{});
        else
            advance(OwnFailure{refusal_of(Code::internal)});
    }
}

Instant ContactSession::deadline() const {
    auto at = entered_ + time_allowed(state_, talk_.settings().listener).value_or(Duration::zero());
    if (is_bounded_by_response(state_)) at = std::min({at, respond_at_, session_at_});
    return at;
}

void ContactSession::advance(Event event) {
    cause_ = event_name(event);
    state_ = step(std::move(state_), std::move(event));
    note_step();
}

// Once a step, however often it is tried.
void ContactSession::note_step() {
    const auto to = name_of(state_);
    if (to == noted_) return;
    const auto now = shop_.world.clock.now();
    chronicle_.moved(noted_, to, cause_, now - entered_);
    const auto from = std::exchange(noted_, to);
    const auto spent = now - std::exchange(entered_, now);
    if (!is_replay_) shop_.tell(Move{row_.id, row_.side, from, to, cause_, spent});
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
    if (!may_work_later) return OwnFailure{refusal_of(told_as)};
    const auto* breakers = shop_.world.breakers;
    const auto wait = breakers == nullptr ? std::nullopt : shop_.world.breakers->wait(shop_.world.clock.now());
    return OwnFailure{refusal_of(Code::dependency_unavailable, {}, wait)};
}

// --- the end

async::awaitable<void> ContactSession::close_books() {
    talk_.let_go();
    note_lapse();
    if (opening_.is_asked()) co_await learn_late_opening();
    hold_ = {};
    if (is_replay_)
        record_replay();
    else if (name_of(state_) == StateName::awaiting_database)
        begin_wait();
    else
        co_await record_end();
}

// Its answer came after the session's end: what it opened is closed again.
async::awaitable<void> ContactSession::learn_late_opening() {
    const auto answer = co_await opening_.result();
    opening_.forget();
    if (!answer || !*answer) co_return;
    is_open_ = true;
    row_.epoch = (*answer)->epoch;
    chronicle_.drop(opening_trail_);
}

// The response is sent or not; from here the session needs no stream and no coroutine.
void ContactSession::begin_wait() { shop_.waiting.settle(row_.id, is_delivered_, chronicle_.unwritten()); }

async::awaitable<void> ContactSession::record_end() {
    const auto outcome = name_of(state_);
    row_.state = outcome;
    row_.code = std::visit(CodeOf{}, state_);
    row_.ended = shop_.world.clock.utc();
    row_.delivered = is_delivered_;
    if (!is_end_told_) {
        auto body = ending_body(outcome, row_.code);
        body["delivered"] = is_delivered_;
        chronicle_.note("ended", std::move(body));
        is_end_told_ = true;
        shop_.tell(Ending{row_.id, row_.side, role_, outcome, row_.code, shop_.world.clock.now() - talk_.began()});
    }
    if (!is_open_ && !shop_.flood.admits("session", row_.code ? to_text(*row_.code) : std::string_view{})) co_return;
    co_await shop_.write_end(row_, chronicle_.unwritten(), is_open_ ? Shop::Stored::open : Shop::Stored::no,
                             talk_.limit());
}

// Its single use was held until the time was over, and nobody knows for whom.
void ContactSession::note_lapse() {
    const auto* over = std::get_if<TimedOut>(&state_);
    if (over == nullptr || over->in != StateName::validating_identity || has_identity_ || !is_single_use_) return;
    shop_.reservations.lapse(row_.token, row_.peer, shop_.world.clock.now() + lapse_wait);
}

void ContactSession::record_replay() {
    shop_.record("replayed", "replayed", [&] {
        return About{row_.id, id_of(row_.token), {{"peer", row_.peer.to_text()}, {"delivered", is_delivered_}}};
    });
}

} // namespace taleus::session
