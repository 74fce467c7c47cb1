#include "session/listener.hpp"

#include "protocol/listener.hpp"
#include "session/contact_session.hpp"
#include "session/conversation.hpp"
#include "session/database_delivery.hpp"
#include "session/message_reader.hpp"
#include "session/refusals.hpp"
#include "session/shop.hpp"
#include "wire/address_block.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace taleus::session {

using async::Interrupted;
using protocol::StateName;
using wire::RefusalForm;

namespace {

// How a stream ends that never carried a message which could be served.
struct Unserved {
    StateName outcome;
    wire::Refusal refusal;
    RefusalForm form = RefusalForm::result;
    Conversation::Input input = Conversation::Input::open;
};

void record_unserved(Shop& shop, const Conversation& talk, const wire::PeerId& peer, StateName outcome, Code code) {
    shop.record("refused", to_text(code), [&] {
        return About{.body = {{"state", to_text(StateName::reading_request)},
                              {"outcome", protocol::outcome_text(outcome)},
                              {"code", to_text(code)},
                              {"peer", peer.to_text()}}};
    });
    shop.tell(Ending{{}, protocol::Side::listener, std::nullopt, outcome, code, shop.world.clock.now() - talk.began()});
}

async::awaitable<void> refuse_unserved(Conversation& talk, Unserved end) {
    const auto& timeouts = talk.settings().listener;
    const auto allowed = end.outcome == StateName::timed_out ? timeouts.refusal_after_deadline : timeouts.refusal;
    record_unserved(talk.shop(), talk, talk.peer(), end.outcome, wire::code_of(end.refusal));
    auto text = wire::to_json(end.refusal, end.form);
    if (end.input == Conversation::Input::open) co_return co_await talk.refuse(std::move(text), allowed, end.input);
    // Most of what is shed in overload ends here: written by this task, at the price of a word that a stop cuts short.
    static_cast<void>(co_await talk.answer(std::move(text), talk.shop().world.clock.now() + allowed));
}

// What a contact that came while its key had a live session is told.
async::awaitable<void> tell(Conversation& talk, Answer answer, Instant until) {
    const auto now = talk.shop().world.clock.now();
    if (const auto* decided = std::get_if<DecidedAnswer>(&answer)) {
        auto text = decided->decision.response;
        if (decided->decision.role == wire::Role::foil && decided->expiry)
            text = wire::with_expiry(text, std::chrono::floor<std::chrono::milliseconds>(
                                               std::max(Duration::zero(), *decided->expiry - now)));
        static_cast<void>(co_await talk.answer(std::move(text), until));
    } else {
        co_await talk.refuse(wire::to_json(std::get<wire::Refusal>(answer), RefusalForm::result),
                             talk.settings().listener.refusal, Conversation::Input::ended);
    }
}

// Waits for the first one's answer within its own deadline. False: the first one is gone, this may be the next.
async::awaitable<bool> join_live(Conversation& talk, LiveKeys::Joiner joiner, Instant until) {
    auto waiting = joiner.answer();
    auto answer = co_await talk.within(until, std::move(waiting));
    if (answer && !*answer) co_return false;
    if (answer)
        co_await tell(talk, std::move(**answer), until);
    else if (answer.error() == Interrupted::stopped)
        co_await tell(talk, refusal_of(Code::shutting_down), until);
    else {
        record_unserved(talk.shop(), talk, talk.peer(), StateName::rejected, Code::in_progress);
        co_await talk.refuse(wire::to_json(refusal_of(Code::in_progress), RefusalForm::result),
                             talk.settings().listener.refusal_after_deadline, Conversation::Input::ended);
    }
    co_return true;
}

async::awaitable<void> serve_contact(Conversation& talk, wire::Contact contact) {
    auto& shop = talk.shop();
    const auto until = shop.world.clock.now() + talk.settings().listener.respond;
    const auto token = protocol::hash_of_token(contact.token);
    const auto key = protocol::bootstrap_key(token, talk.peer(), contact.party_id);
    for (bool is_recorded = false;;) {
        auto entered = shop.keys.enter(key, talk.settings().limits.joiners);
        if (auto* lead = std::get_if<LiveKeys::Lead>(&entered)) {
            if (!talk.begin_contact(shop.keys.was_decided(key))) {
                lead->answer(refusal_of(Code::overloaded));
                co_return co_await refuse_unserved(talk, {StateName::rejected, refusal_of(Code::overloaded),
                                                          RefusalForm::result, Conversation::Input::ended});
            }
            ContactSession session{talk, std::move(*lead), std::move(contact), key, token, until};
            co_return co_await session.run();
        }
        auto* joiner = std::get_if<LiveKeys::Joiner>(&entered);
        if (joiner == nullptr) {
            record_unserved(shop, talk, talk.peer(), StateName::rejected, Code::in_progress);
            co_return co_await tell(talk, refusal_of(Code::in_progress), until);
        }
        if (!std::exchange(is_recorded, true)) {
            shop.record("joined", "joined",
                        [&] { return About{.token_id = id_of(token), .body = {{"peer", talk.peer().to_text()}}}; });
            if (shop.world.observer != nullptr) shop.world.observer->joined();
        }
        if (co_await join_live(talk, std::move(*joiner), until)) co_return;
    }
}

// READING_REQUEST: one whole message, or an end.
async::awaitable<std::expected<wire::InboundMessage, Unserved>> read_request(Conversation& talk) {
    using Answer = std::expected<wire::InboundMessage, Unserved>;
    const auto& settings = talk.settings();
    std::size_t received = 0;
    auto reading = read_message(talk.stream(), settings.limits.message_bytes, &received);
    auto incoming = co_await talk.within(talk.began() + settings.listener.step, std::move(reading));
    talk.has_read(received);
    if (!incoming && incoming.error() == Interrupted::stopped)
        co_return Answer{std::unexpected(Unserved{StateName::cancelled, refusal_of(Code::shutting_down)})};
    if (!incoming) co_return Answer{std::unexpected(Unserved{StateName::timed_out, refusal_of(Code::timeout)})};
    if (std::holds_alternative<StreamLost>(*incoming))
        co_return Answer{std::unexpected(Unserved{StateName::failed, refusal_of(Code::peer_gone)})};
    if (std::holds_alternative<MessageTooLarge>(*incoming))
        co_return Answer{std::unexpected(Unserved{StateName::rejected, refusal_of(Code::message_too_large)})};

    const auto& text = std::get<Bytes>(*incoming);
    auto message = wire::parse_inbound(text);
    if (message) co_return Answer{std::move(*message)};
    const auto form = wire::looks_like_database_result(text) ? RefusalForm::acknowledgement : RefusalForm::result;
    co_return Answer{
        std::unexpected(Unserved{StateName::rejected, refusal_of(message.error().code, message.error().context), form,
                                 Conversation::Input::ended})};
}

async::awaitable<void> converse(Conversation& talk) {
    auto request = co_await read_request(talk);
    if (!request && request.error().outcome == StateName::failed) {
        record_unserved(talk.shop(), talk, talk.peer(), StateName::failed, Code::peer_gone);
        talk.let_go(); // nobody is there to be refused
    } else if (!request) {
        co_await refuse_unserved(talk, std::move(request.error()));
    } else if (auto* contact = std::get_if<wire::Contact>(&*request)) {
        co_await serve_contact(talk, std::move(*contact));
    } else {
        if (!talk.begin_work(talk.is_promised() ? guard::Work::promised : guard::Work::half_done))
            co_return co_await refuse_unserved(talk, {StateName::rejected, refusal_of(Code::overloaded),
                                                      RefusalForm::acknowledgement, Conversation::Input::ended});
        DatabaseDelivery delivery{talk, std::move(std::get<wire::DatabaseResult>(*request))};
        co_await delivery.run();
    }
}

// The boundary of isolation: whatever goes wrong in one stream ends that one stream.
async::awaitable<void> serve(Shop& shop, std::unique_ptr<ports::Stream> stream, Place place, async::Limit& limit) {
    Conversation talk{shop, std::move(stream), std::move(place), limit};
    try {
        co_await converse(talk);
    } catch (const std::exception& error) {
        shop.world.log.error("a stream of {} failed: {}", talk.peer().to_text(), error.what());
        record_unserved(shop, talk, talk.peer(), StateName::failed, Code::internal);
    }
    talk.let_go();
}

} // namespace

class Listener::Shop final : public session::Shop {
public:
    using session::Shop::Shop;

    std::optional<Place> place_for(const ports::Stream& stream);
    // How long until messages of this peer may come again; nullopt: now, and one is charged.
    std::optional<Duration> too_fast(const ports::Stream& stream, const std::string& block);
    void turn_away(std::unique_ptr<ports::Stream> stream, wire::Refusal refusal);
    async::awaitable<void> join_all();
};

std::optional<Place> Listener::Shop::place_for(const ports::Stream& stream) {
    auto block = wire::address_block(stream.remote());
    if (!is_draining)
        if (auto share = ordinary_place(stream.peer(), block))
            return Place{std::move(*share), std::nullopt, std::move(block)};
    if (auto share = spare_place(stream.peer()))
        return Place{std::move(*share), is_draining ? Code::shutting_down : Code::overloaded, std::move(block)};
    return std::nullopt;
}

// Its worst case is charged; what it does not send is given back when it has been read.
std::optional<Duration> Listener::Shop::too_fast(const ports::Stream& stream, const std::string& block) {
    const auto rate = world.guards.contacts.admit(
        {{guard::Stage::address, as_bytes(block)}, {guard::Stage::peer, stream.peer().bytes()}, {guard::Stage::global}},
        {.contacts = 1, .bytes = settings->limits.message_bytes}, settings->rates, world.clock.now());
    if (rate) return std::nullopt;
    return rate.error().wait;
}

// Before anything is read of it. Farewells are bounded too: beyond that a reset must do.
void Listener::Shop::turn_away(std::unique_ptr<ports::Stream> stream, wire::Refusal refusal) {
    const auto why = wire::code_of(refusal);
    record("refused", to_text(why),
           [&] { return About{.body = {{"code", to_text(why)}, {"peer", stream->peer().to_text()}}}; });
    if (world.observer != nullptr) world.observer->turned_away(why);
    if (farewells.size() >= settings->limits.sessions) return;
    say_farewell(*this, std::move(stream), Place{}, wire::to_json(refusal, RefusalForm::result),
                 settings->listener.refusal, Conversation::Input::open);
}

// Each group may add to the next ones.
async::awaitable<void> Listener::Shop::join_all() {
    while (serving.size() + hooks.size() + farewells.size() + books.size() > 0) {
        co_await serving.join();
        hooks.stop();
        co_await hooks.join();
        co_await farewells.join();
        co_await books.join();
    }
}

Listener::Listener(ListenerWorld world, SettingsSnapshot settings)
    : shop_{std::make_unique<Shop>(std::move(world), std::move(settings))} {}

Listener::~Listener() = default;

void Listener::on_stream(std::unique_ptr<ports::Stream> stream) {
    if (shop_->is_closed) return;
    try {
        admit(std::move(stream));
    } catch (const std::exception& error) { // the stream is reset: its peer comes again
        shop_->world.log.error("a stream was not taken: {}", error.what());
    }
}

void Listener::admit(std::unique_ptr<ports::Stream> stream) {
    auto place = shop_->place_for(*stream);
    if (!place)
        return shop_->turn_away(std::move(stream),
                                refusal_of(shop_->is_draining ? Code::shutting_down : Code::overloaded));
    if (const auto wait = shop_->too_fast(*stream, place->block))
        return shop_->turn_away(
            std::move(stream), refusal_of(Code::rate_limited, {}, std::chrono::ceil<std::chrono::milliseconds>(*wait)));
    shop_->watch_loop();
    shop_->serving.spawn(
        [&](async::Limit& limit) { return serve(*shop_, std::move(stream), std::move(*place), limit); });
}

async::awaitable<Result<void>> Listener::resume() {
    auto asked = shop_->world.journal.waiting_sessions(std::nullopt);
    auto waiting = co_await std::move(asked);
    if (!waiting) co_return fail(std::move(waiting.error()));
    if (shop_->is_closed) co_return Result<void>{}; // meanwhile: they wait for the next start, or for a sister
    const auto& clock = shop_->world.clock;
    for (auto& session : *waiting) {
        if (shop_->waiting.renew(session)) continue;
        const Duration stored = session.deadline ? *session.deadline - clock.utc() : Duration::zero();
        const auto left = std::clamp(stored, Duration::zero(), shop_->settings->listener.await_database);
        const Limits any{.waiting = guard::any_number,
                         .waiting_per_peer = guard::any_number,
                         .waiting_per_token = guard::any_number}; // it was admitted once
        auto seat = shop_->seat(session.peer, session.token, any);
        if (shop_->world.observer != nullptr) shop_->world.observer->resumed(session.id);
        shop_->keys.remember_decided(session.key);
        shop_->waiting.add(session, std::move(*seat), clock.now() + left, true);
    }
    co_return Result<void>{};
}

void Listener::use(SettingsSnapshot settings) { shop_->use(std::move(settings)); }

void Listener::drain() { shop_->is_draining = true; }

bool Listener::is_draining() const { return shop_->is_draining; }

async::awaitable<void> Listener::stop(Instant grace_until) {
    drain();
    async::Clock::Timer grace{shop_->world.clock, [this] { hurry(); }};
    grace.set(grace_until);
    co_await shop_->serving.join();
    shop_->is_closed = true;
    shop_->waiting.write_all();
    shop_->waiting.close();
    shop_->flood.flush();
    co_await shop_->join_all();
}

void Listener::hurry() {
    drain();
    shop_->is_closed = true;
    shop_->serving.stop();
    shop_->books.stop();
}

ListenerCounts Listener::counts() const {
    const auto held = shop_->world.guards.scopes.held(guard::Kind::process);
    return {.streams = held.sessions,
            .waiting = shop_->waiting.size(),
            .tasks = shop_->serving.size() + shop_->hooks.size() + shop_->farewells.size() + shop_->books.size(),
            .keys = shop_->keys.size(),
            .reserved = shop_->reservations.size(),
            .seats = held.waiting};
}

} // namespace taleus::session
