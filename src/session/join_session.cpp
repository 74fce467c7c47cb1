#include "session/join_session.hpp"

#include "session/session_id.hpp"

#include <algorithm>
#include <exception>
#include <utility>

// The loop, and what comes before and after it; the effects are in join_effects.cpp.
namespace taleus::session {

using namespace protocol::dialer;
using async::Interrupted;
using protocol::StateName;

namespace {

constexpr auto expiry_skew = std::chrono::minutes{2};

struct EndOf { // code and reason, for people and for the record
    std::optional<Code> code;
    std::string reason;
    std::string listener_session;
    std::optional<wire::Provisioned> provisioned;
};

struct ToEnd {
    EndOf operator()(const Done& end) const { return {std::nullopt, {}, end.session_id.value_or(""), end.provisioned}; }
    EndOf operator()(const Rejected& end) const { return {end.code, end.reason, {}, std::nullopt}; }
    EndOf operator()(const Failed& end) const { return {end.code, end.reason, {}, std::nullopt}; }
    EndOf operator()(const TimedOut& end) const {
        return {Code::timeout, "time was over in " + std::string{to_text(end.in)}, {}, std::nullopt};
    }
    EndOf operator()(const Cancelled&) const { return {Code::shutting_down, "interrupted", {}, std::nullopt}; }
    EndOf operator()(const auto&) const { return {Code::internal, "not at an end", {}, std::nullopt}; }
};

EndOf end_of(const State& state) { return std::visit(ToEnd{}, state); }

} // namespace

std::string listener_session_of(const ports::Session& session) {
    if (const auto response = wire::parse_response(as_bytes(session.response)))
        if (const auto* approved = std::get_if<wire::Approved>(&*response))
            if (approved->session_id) return *approved->session_id;
    return session.id;
}

JoinSession::JoinSession(JoinWorld& world, JoinRequest request, async::Limit& limit)
    : world_{world}, request_{std::move(request)}, limit_{limit}, settings_{*world.settings},
      own_peer_{wire::PeerId::of(world.node.public_key())},
      own_party_{settings_.party_id.empty() ? own_peer_.to_text() : settings_.party_id},
      token_{protocol::hash_of_token(request_.link.token)}, began_{world.clock.now()}, entered_{began_},
      response_at_{began_}, addresses_{request_.link.addresses} {
    row_.id = new_session_id(world.random);
    row_.side = protocol::Side::dialer;
    row_.role = request_.link.role;
    row_.token = token_;
    row_.peer = request_.link.first_peer();
    row_.party_id = own_party_;
    row_.key = protocol::bootstrap_key(token_, row_.peer, own_party_);
    row_.state = StateName::connecting;
    row_.opened = world.clock.utc();
}

async::awaitable<JoinResult> JoinSession::run() {
    if (auto answered = co_await answered_by_record()) co_return std::move(*answered);
    if (auto answered = co_await begin()) co_return std::move(*answered);
    report(StateName::connecting);
    while (const auto effect = effect_of(state_)) {
        auto event = co_await perform_safely(*effect);
        advance(std::move(event));
    }
    stream_.reset();
    connection_.reset();
    co_await record_end();
    co_return result();
}

// --- before

bool JoinSession::is_expired() const { return world_.clock.utc() > request_.link.expiry + expiry_skew; }

// A finished link is answered from the record; an expired one is not dialled, unless there is something to finish.
async::awaitable<std::optional<JoinResult>> JoinSession::answered_by_record() {
    auto asked = world_.journal.joined(row_.key);
    auto found = co_await bounded(std::move(asked));
    if (!found && found.error() == Interrupted::stopped) {
        auto cancelled = failure({Code::shutting_down, "interrupted"});
        cancelled.outcome = StateName::cancelled;
        co_return cancelled;
    }
    if (!found) co_return failure({Code::timeout, "the store did not answer in time"});
    if (!*found) co_return failure(found->error());
    auto& joined = **found;
    if (joined && joined->session.state == StateName::done && joined->tally) co_return result_of_record(*joined);
    if (joined) {
        row_.id = joined->session.id;
        row_.opened = joined->session.opened;
        row_.state = joined->session.state;
        is_resumed_ = true;
    } else if (is_expired()) {
        std::vector<ports::AuditRecord> records{
            audit_record(world_.clock, "refused", {}, id_of(token_), {{"side", "dialer"}, {"code", "token_expired"}})};
        auto writing = world_.journal.append_audit(std::move(records));
        static_cast<void>(co_await std::move(writing));
        auto expired = failure({Code::token_expired, "the invitation has expired"});
        expired.outcome = StateName::rejected;
        co_return expired;
    }
    co_return std::nullopt;
}

async::awaitable<std::optional<JoinResult>> JoinSession::begin() {
    chronicle_.emplace(world_.clock, row_.id, id_of(token_));
    chronicle_->note(is_resumed_ ? "resumed" : "opened",
                     {{"side", "dialer"}, {"peer", row_.peer.to_text()}, {"role", to_text(row_.role)}});
    if (is_resumed_) chronicle_->moved(row_.state, StateName::connecting, "Resumed", Duration::zero());
    row_.state = StateName::connecting;
    auto beginning = world_.journal.begin_join(row_, chronicle_->unwritten());
    auto begun = co_await std::move(beginning);
    if (!begun) co_return failure(begun.error());
    chronicle_->drop(chronicle_->size());
    if (begun->session.state == StateName::done && begun->tally) co_return result_of_record(*begun);
    row_ = std::move(begun->session);
    if (!row_.receipt.empty()) receipt_ = ReceiptCheck::verified;
    row_.code.reset();
    row_.ended.reset();
    intent_ = std::move(begun->intent);
    tally_ = std::move(begun->tally);
    co_return std::nullopt;
}

// --- the loop

JoinSession::Deadline JoinSession::deadline() const {
    const auto& timeouts = settings_.dialer;
    const auto of_session = began_ + timeouts.session;
    auto at = entered_ + time_allowed(state_, timeouts).value_or(Duration::zero());
    if (std::holds_alternative<ProvisioningDatabase>(state_)) at -= entered_ - response_at_;
    if (std::holds_alternative<SendingDatabase>(state_) && is_wait_unstated_)
        at = std::min(at, response_at_ + timeouts.provision_unknown);
    if (of_session <= at) return {of_session, true};
    return {at, false};
}

Event JoinSession::interrupted(Interrupted why) const {
    if (why == Interrupted::stopped) return ShutDown{};
    if (deadline().is_of_session) return SessionDeadlinePassed{};
    return DeadlinePassed{};
}

void JoinSession::advance(Event event) {
    const auto from = name_of(state_);
    const auto cause = event_name(event);
    state_ = step(std::move(state_), std::move(event));
    const auto to = name_of(state_);
    const auto now = world_.clock.now();
    if (!is_end_recorded_) chronicle_->moved(from, to, cause, now - entered_);
    if (world_.observer != nullptr) world_.observer->moved({row_.id, row_.side, from, to, cause, now - entered_});
    entered_ = now;
    report(to);
}

void JoinSession::report(StateName to) const {
    if (!request_.progress) return;
    const bool is_repetition = to == StateName::connecting && !why_repeated_.empty();
    request_.progress({to, address_, is_repetition ? why_repeated_ : std::string{}});
}

// One session's exception ends this one session.
async::awaitable<Event> JoinSession::perform_safely(Effect effect) {
    try {
        co_return co_await perform(effect);
    } catch (const std::exception& error) {
        world_.log.error("join {}: {}", row_.id, error.what());
    }
    co_return OwnFailure{Code::internal, "an internal error"};
}

async::awaitable<Event> JoinSession::perform(Effect effect) {
    switch (effect) {
    case Effect::connect: return connect();
    case Effect::send_contact: return send_contact();
    case Effect::read_response: return read_response();
    case Effect::validate_response: return validate_response();
    case Effect::provision_database: return provision_database();
    case Effect::send_database: return send_database();
    case Effect::read_acknowledgement: return read_acknowledgement();
    }
    std::unreachable();
}

// --- after

async::awaitable<void> JoinSession::record_end() {
    const auto outcome = name_of(state_);
    const auto end = end_of(state_);
    if (world_.observer != nullptr)
        world_.observer->ended({row_.id, row_.side, row_.role, outcome, end.code, world_.clock.now() - began_});
    if (is_end_recorded_) co_return;
    row_.state = outcome;
    row_.code = end.code;
    row_.ended = world_.clock.utc();
    row_.delivered = outcome == StateName::done;
    chronicle_->note("ended", ending_body(outcome, end.code));
    auto ending = world_.journal.end_session(row_, chronicle_->unwritten());
    const auto ended = co_await std::move(ending);
    if (!ended) world_.log.error("the end of join {} was not recorded: {}", row_.id, ended.error().context);
}

JoinResult JoinSession::failure(const Error& error) {
    JoinResult failed;
    failed.outcome = StateName::failed;
    failed.code = error.code;
    failed.reason = error.context;
    return failed;
}

JoinResult JoinSession::result_of_record(const ports::Journal::Joined& joined) const {
    auto done = failure({});
    done.outcome = StateName::done;
    done.code.reset();
    done.reason.clear();
    done.resumed = true;
    done.session_id = listener_session_of(joined.session);
    done.tally = joined.tally;
    if (!joined.session.receipt.empty()) done.receipt = ReceiptCheck::verified; // no other one is kept
    done.peer_id = joined.tally->peer.to_text();
    return done;
}

JoinResult JoinSession::result() const {
    const auto end = end_of(state_);
    auto reason = escaped(end.reason, 512);
    const bool is_in_vain = std::holds_alternative<TimedOut>(state_) && !why_repeated_.empty();
    if (is_in_vain) reason += ", after " + why_repeated_; // what the time was spent on
    auto result = failure({end.code.value_or(Code::internal), std::move(reason)});
    result.outcome = name_of(state_);
    result.code = end.code;
    result.resumed = is_resumed_;
    result.session_id = end.listener_session.empty() ? row_.id : end.listener_session;
    result.peer_id = reached_.empty() ? std::string{} : reached_.to_text();
    result.address = address_;
    if (!end.provisioned || !tally_) return result;
    result.tally = tally_;
    result.receipt = receipt_;
    return result;
}

} // namespace taleus::session
