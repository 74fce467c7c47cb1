#include "async/sleep.hpp"
#include "audit/receipt.hpp"
#include "protocol/draft.hpp"
#include "protocol/identity.hpp"
#include "session/dial_race.hpp"
#include "session/join_session.hpp"
#include "session/message_reader.hpp"
#include "session/partner_access.hpp"
#include "wire/json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace taleus::session {

using namespace protocol::dialer;
using protocol::StateName;

namespace {

// With the pauses between, three seconds: the restart of a listener that has little to recover.
constexpr unsigned rounds_to_come_back = 6;

// ±20 %, so that those who were sent away together do not come back together.
Duration jittered(Duration length, Random& random) {
    const auto fifth = static_cast<std::uint64_t>(length.count()) / 5;
    const auto offset = static_cast<std::int64_t>(random.below(2 * fifth + 1)) - static_cast<std::int64_t>(fifth);
    return length + Duration{offset};
}

// Both sides of the tally, from the inviter's role.
protocol::Parties parties_of(wire::Role role, std::string inviter, std::string respondent) {
    if (role == wire::Role::stock) return {std::move(inviter), std::move(respondent)};
    return {std::move(respondent), std::move(inviter)};
}

} // namespace

// --- CONNECTING

async::awaitable<Event> JoinSession::connect() {
    const auto& connecting = std::get<Connecting>(state_);
    stream_.reset();
    is_wait_unstated_ = false; // what is made already has the ordinary deadline
    if (connecting.wait.count() > 0)
        if (auto over = co_await pause(connecting.wait)) co_return std::move(*over);
    if (connection_ && connection_->is_alive() && !is_sent_away_) co_return Connected{};
    connection_.reset();
    // At first an address that does not answer is an answer. One that took the connection and let it go may be a
    // listener that is being restarted, and is worth some more rounds; and later it may just be coming back.
    bool was_there = false;
    for (unsigned round = 1;; ++round) {
        auto ended = co_await race(was_there);
        if (!ended) break;
        const bool is_answer = connecting.attempt == 0 && (!was_there || round == rounds_to_come_back);
        if (is_answer || !std::holds_alternative<Unreachable>(*ended)) co_return std::move(*ended);
        if (auto over = co_await pause(backoff(round, std::nullopt)))
            co_return std::move(std::holds_alternative<DeadlinePassed>(*over) ? *ended : *over);
    }
    is_sent_away_ = false;
    reached_ = connection_->peer();
    address_ = connection_->remote().to_text();
    co_return Connected{};
}

async::awaitable<std::optional<Event>> JoinSession::pause(Duration length) {
    auto sleep = async::sleep_until(world_.clock, world_.clock.now() + jittered(length, world_.random));
    const auto slept = co_await bounded(std::move(sleep));
    if (!slept) co_return interrupted(slept.error());
    co_return std::nullopt;
}

async::awaitable<std::optional<Event>> JoinSession::race(bool& was_there) {
    DialRace race{world_.network, world_.clock, co_await async::asio::this_coro::executor};
    auto running = race.run(addresses_);
    const auto ran = co_await bounded(std::move(running));
    co_await race.settle();
    was_there = was_there || race.was_lost();
    connection_ = race.take_winner();
    if (connection_) co_return std::nullopt;
    if (!ran)
        if (auto over = interrupted(ran.error()); !std::holds_alternative<DeadlinePassed>(over)) co_return over;
    co_return Unreachable{race.failures()};
}

// --- SENDING_CONTACT, AWAITING_RESPONSE

std::string JoinSession::contact_text() const {
    const auto inviter = connection_->peer();
    wire::Contact contact;
    contact.token = request_.link.token;
    contact.party_id = own_party_;
    contact.identity_bundle = protocol::make_identity_bundle(own_party_, world_.node, own_peer_, inviter, token_);
    contact.cadre = settings_.cadre;
    return wire::to_json(contact);
}

async::awaitable<bool> JoinSession::write_on_new_stream(std::string text) {
    if (!connection_ || !connection_->is_alive()) co_return false;
    auto opening = connection_->open(wire::bootstrap_protocol);
    auto opened = co_await std::move(opening);
    if (!opened) co_return false;
    stream_ = std::move(*opened);
    auto writing = stream_->finish(to_bytes(text));
    const auto written = co_await std::move(writing);
    co_return written.has_value();
}

async::awaitable<Event> JoinSession::send_contact() {
    auto sending = write_on_new_stream(contact_text());
    const auto sent = co_await bounded(std::move(sending));
    if (!sent) co_return interrupted(sent.error());
    if (*sent) co_return ContactSent{};
    if (!stream_) co_return ConnectionLost{};
    co_return co_await read_response(); // it may have been refused before it was read
}

async::awaitable<Event> JoinSession::read_response() {
    auto reading = read_message(*stream_, settings_.limits.message_bytes);
    auto read = co_await bounded(std::move(reading));
    if (!read) co_return interrupted(read.error());
    stream_.reset();
    response_at_ = world_.clock.now();
    if (std::holds_alternative<MessageTooLarge>(*read)) co_return ResponseUnreadable{"the response is too large"};
    const auto* text = std::get_if<Bytes>(&*read);
    if (text == nullptr || text->empty()) {
        why_repeated_ = "the connection was lost";
        co_return ConnectionLost{};
    }
    auto response = wire::parse_response(*text);
    if (!response) co_return ResponseUnreadable{response.error().context};
    if (const auto* refusal = std::get_if<wire::Refusal>(&*response)) note_refusal(*refusal);
    row_.response = as_text(*text);
    co_return ResponseRead{std::move(*response)};
}

void JoinSession::note_refusal(const wire::Refusal& refusal) {
    const auto code = wire::code_of(refusal);
    why_repeated_ = std::string{to_text(code)} + ": " + escaped(refusal.reason, 512);
    chronicle_->note("refused", {{"code", to_text(code)}, {"reason", escaped(refusal.reason, 512)}});
    is_sent_away_ = code == Code::shutting_down || code == Code::overloaded || code == Code::dependency_unavailable;
    if (!is_sent_away_ || !connection_) return;
    const auto remote = connection_->remote().without_peer(); // a link's addresses name their peer, a socket's does not
    const auto used = std::ranges::find(addresses_, remote, &wire::Multiaddr::without_peer);
    if (used != addresses_.end()) std::rotate(used, used + 1, addresses_.end()); // another node may have room
}

// --- VALIDATING_RESPONSE

async::awaitable<Event> JoinSession::validate_response() {
    const auto& response = std::get<ValidatingResponse>(state_).response;
    const auto& approved = std::get<wire::Approved>(response);
    const auto role = request_.link.role;
    const bool has_database = approved.provisioned.has_value();
    if (has_database != (role == wire::Role::stock))
        co_return ResponseInvalid{Code::role_mismatch, has_database
                                                           ? "the listener provisioned, against the link's role"
                                                           : "the listener did not provision, against the link's role"};
    if (has_database && approved.provisioned->tally.created_by != to_text(role))
        co_return ResponseInvalid{Code::role_mismatch, "createdBy contradicts the link's role"};
    if (approved.party_id == own_party_)
        co_return ResponseInvalid{Code::invalid_identity, "the inviter answers with your own party id"};
    check_receipt(has_database ? approved.provisioned->receipt : approved.receipt, approved.session_id.value_or(""));
    why_repeated_.clear(); // from here on time is spent on something else
    if (role == wire::Role::stock) co_return co_await accept_stock(approved);
    co_return accept_foil(approved);
}

// Any node of the link may have made the draft and sealed the login.
std::vector<wire::PeerId> JoinSession::inviters() const {
    std::vector<wire::PeerId> peers;
    for (const auto& address : request_.link.addresses) peers.push_back(*address.peer());
    return peers;
}

std::string JoinSession::fault_of_receipt(const Result<audit::Receipt>& opened, const std::string& session) const {
    if (!opened) return opened.error().context;
    return std::string{audit::receipt_fault(*opened, session, id_of(token_), inviters())};
}

// Kept when it proves what it says of this session; it changes no outcome, for peers in the field give none. The first
// one stands: the acknowledgement repeats it. One of a session that the listener gave up since proves nothing of this.
void JoinSession::check_receipt(const std::optional<boost::json::value>& given, const std::string& session) {
    if (!row_.receipt.empty()) {
        const auto kept = wire::parse_json(as_bytes(row_.receipt));
        if (kept && fault_of_receipt(audit::open_receipt(*kept), session).empty()) return;
        row_.receipt.clear();
        receipt_ = ReceiptCheck::none;
    }
    if (!given) return;
    const auto opened = audit::open_receipt(*given);
    const auto fault = fault_of_receipt(opened, session);
    receipt_ = fault.empty() ? ReceiptCheck::verified : ReceiptCheck::failed;
    if (!fault.empty()) {
        world_.log.warn("join {}: the listener's receipt proves nothing: {}", row_.id, fault);
        chronicle_->note("receipt", {{"verified", false}, {"reason", escaped(fault, 256)}});
        return;
    }
    row_.receipt = boost::json::serialize(*given);
    chronicle_->note("receipt", {{"verified", true}, {"origin", opened->head.origin}, {"size", opened->head.size}});
}

std::optional<std::string> JoinSession::draft_fault(const wire::Provisioned& provisioned,
                                                    const protocol::Parties& parties) const {
    if (!provisioned.draft) return std::nullopt;
    const auto signers = row_.role == wire::Role::foil ? std::vector{own_peer_} : inviters();
    const auto checked = protocol::check_draft(*provisioned.draft, {provisioned.tally.tally_id, signers, parties});
    if (checked) return std::nullopt;
    return checked.error().context;
}

async::awaitable<Event> JoinSession::accept_stock(wire::Approved approved) {
    const auto& provisioned = *approved.provisioned;
    const auto fault = draft_fault(provisioned, parties_of(row_.role, approved.party_id, own_party_));
    if (fault) co_return ResponseInvalid{Code::invalid_database, *fault};
    const bool is_verified = provisioned.draft.has_value();
    tally_ = begun_tally(approved);
    tally_->tally_id = provisioned.tally.tally_id;
    tally_->tally = provisioned.tally;
    tally_->database = provisioned.database;
    tally_->draft = provisioned.draft ? boost::json::serialize(*provisioned.draft) : std::string{};
    tally_->draft_verified = is_verified;
    tally_->confirmed = is_verified; // the stock role has no acknowledgement
    co_await try_access(provisioned);
    StockAccepted accepted{provisioned, approved.session_id, is_verified};
    if (auto failed = co_await record_tally(StateName::done, event_name(accepted)))
        co_return OwnFailure{failed->code, failed->context};
    co_return accepted;
}

// Keeps the login that the inviter sealed to us, and reads the draft back by it; neither changes the outcome.
async::awaitable<void> JoinSession::try_access(const wire::Provisioned& provisioned) {
    auto login = open_login(provisioned, inviters(), world_.node);
    if (!login.secret && login.fault.empty()) co_return;
    ReadBack read{ports::Access::failed, std::move(login.fault)};
    if (login.secret) {
        keep_opened(*tally_, *login.secret, world_.store_key, world_.random);
        read = {};
    }
    if (login.secret && provisioned.draft && world_.reader != nullptr) {
        const auto until = std::min(deadline().at, world_.clock.now() + settings_.read_back);
        auto reading = world_.reader->read(tally_->database, std::move(*login.secret), tally_->tally_id);
        Result<std::optional<std::string>> answer = fail(Code::timeout, "the database did not answer in time");
        try {
            if (auto in_time = co_await async::within(limit_, until, std::move(reading))) answer = std::move(*in_time);
        } catch (const std::exception& error) {
            answer = fail(Code::internal, error.what());
        }
        read = judge_read(answer, *provisioned.draft);
    }
    tally_->access = read.access;
    chronicle_->note("access", {{"access", to_text(read.access)}, {"reason", escaped(read.reason, 256)}});
}

Event JoinSession::accept_foil(wire::Approved approved) {
    if (!tally_) return FoilAccepted{std::move(approved)};
    return Provisioned{made_database(approved.session_id)}; // by an earlier attempt
}

ports::TallyRecord JoinSession::begun_tally(const wire::Approved& approved) const {
    ports::TallyRecord tally;
    tally.session_id = row_.id;
    tally.side = row_.side;
    tally.role = row_.role;
    tally.key = row_.key;
    tally.token = row_.token;
    tally.peer = reached_;
    tally.own_party = own_party_;
    tally.partner_party = approved.party_id;
    tally.partner_cadre = approved.cadre;
    tally.recorded = world_.clock.utc();
    return tally;
}

// --- PROVISIONING_DATABASE

async::awaitable<Event> JoinSession::provision_database() {
    const auto approved = std::get<ProvisioningDatabase>(state_).approved;
    is_wait_unstated_ = !approved.expires_in;
    if (auto failed = co_await make_intent(approved)) co_return std::move(*failed);
    auto provisioning = provision_usably(world_.provisioner, *intent_, {row_.key, deadline().at});
    auto made = co_await bounded(std::move(provisioning));
    const auto outcome = !made ? "interrupted" : *made ? "made" : "failed";
    chronicle_->note("hook", {{"hook", "provisioner"}, {"outcome", outcome}});
    if (!made) co_return interrupted(made.error());
    if (!*made) co_return OwnFailure{made->error().code, made->error().context};
    co_return co_await record_made(approved, **made);
}

// Durable before the provisioner is called; an earlier one stands, for what it made is found again under it.
async::awaitable<std::optional<Event>> JoinSession::make_intent(const wire::Approved& approved) {
    if (intent_) co_return std::nullopt;
    auto draft = protocol::make_draft(parties_of(row_.role, approved.party_id, own_party_), world_.clock.utc(),
                                      world_.random, world_.node);
    if (!draft) co_return OwnFailure{draft.error().code, draft.error().context};
    intent_ = ports::Intent{
        protocol::instance_of(row_.key, to_text(row_.side)), draft->tally_id, boost::json::serialize(draft->json), {}};
    intent_->secret = made_secret(world_.store_key, intent_->instance, world_.random);
    const auto written = chronicle_->size();
    auto recording = world_.journal.record_intent(row_.id, row_.epoch, *intent_, chronicle_->unwritten());
    const auto recorded = co_await std::move(recording);
    if (!recorded) co_return OwnFailure{recorded.error().code, recorded.error().context};
    if (!*recorded) co_return OwnFailure{Code::internal, "another process took this session over"};
    chronicle_->drop(written);
    co_return std::nullopt;
}

async::awaitable<Event> JoinSession::record_made(const wire::Approved& approved, const ports::MadeDatabase& made) {
    auto draft = wire::parse_json(as_bytes(intent_->draft));
    tally_ = begun_tally(approved);
    tally_->tally_id = intent_->tally_id;
    tally_->tally = {intent_->tally_id, std::string{to_text(row_.role)}};
    keep_made(*tally_, made, world_.store_key, world_.random);
    tally_->draft = intent_->draft;
    const auto database = made_database(approved.session_id);
    const auto parties = parties_of(row_.role, approved.party_id, own_party_);
    tally_->draft_verified = draft && !draft_fault(database.provisioned, parties);
    if (auto failed = co_await record_tally(StateName::sending_database))
        co_return OwnFailure{failed->code, failed->context};
    co_return Provisioned{made_database(approved.session_id)};
}

Database JoinSession::made_database(std::optional<std::string> session_id) const {
    Database database;
    database.provisioned.tally = tally_->tally;
    database.provisioned.database = tally_->database;
    if (auto draft = wire::parse_json(as_bytes(tally_->draft))) database.provisioned.draft = std::move(*draft);
    database.session_id = std::move(session_id);
    return database;
}

// Nothing interrupts it: once it is asked for, only its result counts. DONE is told in the same commit, with the arrow
// that leads there.
async::awaitable<std::optional<Error>> JoinSession::record_tally(StateName state, std::string_view cause) {
    const bool is_done = state == StateName::done;
    auto row = row_; // which stays as it is where nothing was recorded
    row.state = state;
    row.tally_id = tally_->tally_id;
    row.peer = reached_;
    row.delivered = is_done;
    const auto written = chronicle_->size();
    auto telling = *chronicle_;
    if (is_done) {
        row.ended = world_.clock.utc();
        telling.note("decided", {{"tallyId", tally_->tally_id}});
        telling.moved(name_of(state_), state, cause, world_.clock.now() - entered_);
        telling.note("ended", ending_body(state, std::nullopt));
    }
    auto recording = world_.journal.record_tally(row, row_.state, *tally_, std::move(telling).unwritten());
    const auto recorded = co_await std::move(recording);
    if (!recorded) co_return recorded.error();
    if (!*recorded) co_return Error{Code::internal, "another process took this session over"};
    chronicle_->drop(written);
    row_ = std::move(row);
    is_end_recorded_ = is_done;
    co_return std::nullopt;
}

// --- SENDING_DATABASE, AWAITING_ACKNOWLEDGEMENT

async::awaitable<Event> JoinSession::send_database() {
    const auto& database = std::get<SendingDatabase>(state_).database;
    wire::DatabaseResult message{database.provisioned, database.session_id};
    // Anew for the node that is reached: each has a key of its own.
    message.provisioned.sealed_credentials = sealed_to(reached_, *tally_, world_.node, world_.store_key, world_.random);
    auto sending = write_on_new_stream(wire::to_json(message));
    const auto sent = co_await bounded(std::move(sending));
    if (!sent) co_return interrupted(sent.error());
    if (*sent) co_return DatabaseSent{};
    if (!stream_) co_return ConnectionLost{};
    co_return co_await read_acknowledgement(); // it may have been refused before it was read
}

async::awaitable<Event> JoinSession::read_acknowledgement() {
    auto reading = read_message(*stream_, settings_.limits.message_bytes);
    auto read = co_await bounded(std::move(reading));
    if (!read) co_return interrupted(read.error());
    stream_.reset();
    if (std::holds_alternative<MessageTooLarge>(*read))
        co_return ResponseUnreadable{"the acknowledgement is too large"};
    const auto* text = std::get_if<Bytes>(&*read);
    if (text == nullptr) {
        why_repeated_ = "the connection was lost";
        co_return ConnectionLost{};
    }
    if (text->empty()) co_return co_await record_acknowledged(false, false);
    auto answer = wire::parse_acknowledgement(*text);
    if (!answer) co_return ResponseUnreadable{answer.error().context};
    if (std::holds_alternative<wire::NotAcknowledged>(*answer)) co_return NotAcknowledged{};
    if (auto* refusal = std::get_if<wire::Refusal>(&*answer)) {
        note_refusal(*refusal);
        co_return RefusedByPeer{std::move(*refusal)};
    }
    const auto& accepted = std::get<wire::Accepted>(*answer);
    if (accepted.tally_id != tally_->tally_id) co_return ResponseUnreadable{"another tally was acknowledged"};
    row_.acknowledgement = as_text(*text);
    check_receipt(accepted.receipt, listener_session_of(row_));
    co_return co_await record_acknowledged(true, accepted.draft_verified);
}

async::awaitable<Event> JoinSession::record_acknowledged(bool acknowledged, bool draft_verified) {
    tally_->acknowledged = acknowledged;
    tally_->confirmed = acknowledged && draft_verified && tally_->draft_verified;
    const Acknowledged answer{acknowledged, draft_verified};
    if (auto failed = co_await record_tally(StateName::done, event_name(answer)))
        co_return OwnFailure{failed->code, failed->context};
    co_return answer;
}

} // namespace taleus::session
