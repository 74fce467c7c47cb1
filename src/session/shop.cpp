#include "session/shop.hpp"

#include "async/sleep.hpp"
#include "session/conversation.hpp"
#include "session/refusals.hpp"

#include <algorithm>
#include <utility>

namespace taleus::session {

using guard::Kind;

namespace {

constexpr Duration retry_first = std::chrono::milliseconds{50};
constexpr Duration retry_longest = std::chrono::seconds{5};
constexpr int retries_in_silence = 11; // 26 s in all

bool may_work_later(Code code) { return code == Code::dependency_unavailable || code == Code::overloaded; }

async::awaitable<void> append_audit(Shop& shop, std::vector<ports::AuditRecord> records) {
    auto written = co_await shop.world.journal.append_audit(std::move(records));
    if (!written) shop.world.log.error("an audit record was not written: {}", written.error().context);
}

// Does it wait here? One that the store has no longer waiting was ended by a sister node, and one that waits by another
// epoch is hers to end; or ours again, and then `resume` has it wait here once more. A store that is away may come back
// with either, so nothing is said before it does, or before this node is stopped and leaves it.
async::awaitable<bool> waiting_still(Shop& shop, const ports::Session& session, async::Limit& limit) {
    for (auto pause = retry_first;; pause = std::min(pause * 2, retry_longest)) {
        auto asked = shop.world.journal.waiting_session(session.peer, session.id);
        const auto stored = co_await std::move(asked);
        if (stored) co_return *stored && (*stored)->epoch == session.epoch;
        if (!may_work_later(stored.error().code)) co_return true;
        if (limit.is_stopped()) co_return false;
        const auto next = shop.world.clock.now() + pause;
        auto sleep = async::sleep_until(shop.world.clock, next);
        static_cast<void>(co_await async::within(limit, next + pause, std::move(sleep)));
    }
}

// The key is free when this is over.
async::awaitable<void> record_end_of_wait(Shop& shop, WaitingRoom::Over over, std::optional<LiveKeys::Lead> lead,
                                          async::Limit& limit) {
    using protocol::StateName;
    auto& [session, unwritten, waited] = over;
    auto asked = waiting_still(shop, session, limit);
    if (!co_await std::move(asked)) co_return shop.tell_left(session.id);

    Chronicle chronicle{shop.world.clock, session.id, id_of(session.token), std::move(unwritten)};
    chronicle.moved(StateName::awaiting_database, StateName::timed_out, "WaitExpired", waited);
    chronicle.note("ended", ending_body(StateName::timed_out, Code::timeout));
    shop.tell(
        Move{session.id, session.side, StateName::awaiting_database, StateName::timed_out, "WaitExpired", waited});
    shop.tell(Ending{session.id, session.side, session.role, StateName::timed_out, Code::timeout, waited});
    session.state = StateName::timed_out;
    session.code = Code::timeout;
    session.ended = shop.world.clock.utc();
    co_await shop.write_end(std::move(session), chronicle.unwritten(), Shop::Stored::open, limit);
    lead.reset();
}

// What cannot be written is told with the next that is written of the session.
async::awaitable<void> record_wait(Shop& shop, ports::Session session, ports::Trail unwritten) {
    using protocol::StateName;
    bool is_written = false;
    try {
        auto call =
            shop.world.journal.move_session(session.id, session.epoch, StateName::sending_response,
                                            StateName::awaiting_database, session.delivered, std::move(unwritten));
        const auto moved = co_await std::move(call);
        is_written = moved && *moved;
    } catch (const std::exception& error) {
        shop.world.log.error("session {}: {}", session.id, error.what());
    }
    if (!is_written) shop.world.log.warn("session {} waits, but that it does was not recorded", session.id);
    shop.waiting.written(session.id, is_written);
}

constexpr auto one_session = async::NoMemory::ends_the_task;
constexpr Duration tick_length = std::chrono::milliseconds{50};

void on_tick(Shop& shop) {
    const auto now = shop.world.clock.now();
    shop.world.guards.work.delayed(now - shop.tick_due, now);
    if (shop.serving.size() > 0) shop.watch_loop();
}

} // namespace

Shop::Shop(ListenerWorld with, SettingsSnapshot at_first)
    : world{std::move(with)}, node{wire::PeerId::of(world.node.public_key())},
      waiting{world.clock, world.executor, [this](WaitingRoom::Over over) { end_wait(std::move(over)); },
              [this](ports::Session session, ports::Trail unwritten) {
                  books.spawn(
                      [&](async::Limit&) { return record_wait(*this, std::move(session), std::move(unwritten)); });
              }},
      flood{world.clock,
            [this](boost::json::object counts) {
                std::vector<ports::AuditRecord> records{
                    audit_record(world.clock, "summary", {}, {}, std::move(counts))};
                books.spawn([&](async::Limit&) { return append_audit(*this, std::move(records)); });
            }},
      tick{world.clock, [this] { on_tick(*this); }}, serving{world.executor, world.clock, one_session},
      hooks{world.executor, world.clock, one_session}, farewells{world.executor, world.clock, one_session},
      books{world.executor, world.clock, one_session} {
    use(std::move(at_first));
}

void Shop::use(SettingsSnapshot next) {
    world.guards.work.use(next->work);
    if (settings && next->rates != settings->rates) world.guards.contacts.use(next->rates, world.clock.now());
    if (world.breakers != nullptr) world.breakers->use(next->breaker);
    if (!next->party_id.empty()) {
        settings = std::move(next);
        return;
    }
    auto named = *next;
    named.party_id = node.to_text();
    settings = std::make_shared<const Settings>(std::move(named));
}

void Shop::write_record(std::string_view kind, About about) {
    std::vector<ports::AuditRecord> records{
        audit_record(world.clock, kind, std::move(about.session_id), std::move(about.token_id), std::move(about.body))};
    books.spawn([&](async::Limit&) { return append_audit(*this, std::move(records)); });
}

async::awaitable<void> Shop::write_end(ports::Session session, ports::Trail trail, Stored stored, async::Limit& limit) {
    auto pause = retry_first;
    for (int tries = 0;; ++tries) {
        auto call = world.journal.end_session(session, trail);
        const auto written = co_await std::move(call);
        if (written) co_return;
        const bool is_long = tries == retries_in_silence;
        if (!may_work_later(written.error().code) || (is_long && stored == Stored::no) || limit.is_stopped()) {
            world.log.error("the end of session {} was not recorded: {}", session.id, written.error().context);
            co_return;
        }
        if (is_long) // once, for this may go on for as long as a disk is full
            world.log.warn("the end of session {} is not recorded yet and is tried again until it is: {}", session.id,
                           written.error().context);
        auto sleep = async::sleep_until(world.clock, world.clock.now() + pause);
        static_cast<void>(co_await async::within(limit, world.clock.now() + pause * 2, std::move(sleep)));
        pause = std::min(pause * 2, retry_longest);
    }
}

std::optional<LiveKeys::Lead> Shop::keep_key(const BootstrapKey& key, wire::Refusal refusal) {
    auto entered = keys.enter(key, 0);
    auto* lead = std::get_if<LiveKeys::Lead>(&entered);
    if (lead == nullptr) return std::nullopt;
    lead->answer(std::move(refusal));
    return std::move(*lead);
}

void Shop::end_wait(WaitingRoom::Over over) {
    auto lead = keep_key(over.session.key, refusal_of(Code::timeout));
    books.spawn(
        [&](async::Limit& limit) { return record_end_of_wait(*this, std::move(over), std::move(lead), limit); });
}

void Shop::watch_loop() {
    if (tick.is_set()) return;
    tick_due = world.clock.now() + tick_length;
    tick.set(tick_due);
}

std::optional<guard::Scopes::Permit> Shop::ordinary_place(const wire::PeerId& peer, const std::string& block) {
    const auto& limits = settings->limits;
    auto permit = world.guards.scopes.take(
        {{{Kind::process}, {.sessions = limits.all_sessions(), .bytes = limits.memory}},
         {{Kind::new_work}, {.sessions = limits.sessions, .bytes = guard::any_number}},
         {{Kind::address, block}, {.sessions = limits.sessions_per_address, .bytes = guard::any_number}},
         {scope_of(peer, Kind::new_work), {.sessions = limits.sessions_per_peer, .bytes = guard::any_number}}},
        {.sessions = 1, .bytes = limits.session_bytes()});
    if (!permit) return std::nullopt;
    return std::move(*permit);
}

std::optional<guard::Scopes::Permit> Shop::spare_place(const wire::PeerId& peer) {
    const auto& limits = settings->limits;
    const auto seats = world.guards.scopes.held(scope_of(peer)).waiting;
    const auto room = seats > 0 ? limits.reserved : limits.reserved / 2;
    auto permit = world.guards.scopes.take(
        {{{Kind::process}, {.sessions = limits.all_sessions(), .bytes = limits.memory}},
         {{Kind::half_done}, {.sessions = room, .bytes = guard::any_number}},
         {scope_of(peer, Kind::half_done), {.sessions = std::max<std::size_t>(1, seats), .bytes = guard::any_number}}},
        {.sessions = 1, .bytes = limits.session_bytes()});
    if (!permit) return std::nullopt;
    return std::move(*permit);
}

std::optional<guard::Scopes::Permit> Shop::seat(const wire::PeerId& peer, const TokenHash& token,
                                                const Limits& limits) {
    auto permit = world.guards.scopes.take({{{Kind::process}, {.waiting = limits.waiting}},
                                            {scope_of(peer), {.waiting = limits.waiting_per_peer}},
                                            {scope_of(token), {.waiting = limits.waiting_per_token}}},
                                           {.waiting = 1});
    if (!permit) return std::nullopt;
    return std::move(*permit);
}

void Shop::tell(const Move& move) const {
    if (world.observer != nullptr) world.observer->moved(move);
}

void Shop::tell(const Ending& ending) const {
    if (world.observer != nullptr) world.observer->ended(ending);
}

void Shop::tell_left(std::string_view session_id) const {
    if (world.observer != nullptr) world.observer->left(session_id);
}

} // namespace taleus::session
