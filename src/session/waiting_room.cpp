#include "session/waiting_room.hpp"

#include "base/ensure.hpp"

#include <algorithm>

namespace taleus::session {

namespace {

// A dialer that makes its database at once is faster; who looks into the store meanwhile sees a response being sent.
constexpr Duration write_after = std::chrono::milliseconds{100};

// Field by field: a string that was long keeps its memory when it is emptied, and most of these are kept for long.
ports::Session in_brief(const ports::Session& session) {
    return {.id = session.id,
            .side = session.side,
            .role = session.role,
            .key = session.key,
            .token = session.token,
            .peer = session.peer,
            .party_id = session.party_id,
            .state = session.state,
            .epoch = session.epoch,
            .opened = session.opened,
            .deadline = session.deadline,
            .ended = session.ended,
            .code = session.code,
            .response = {},
            .acknowledgement = {},
            .receipt = {},
            .tally_id = session.tally_id,
            .delivered = session.delivered,
            .partner_cadre = {}};
}

} // namespace

void WaitingRoom::add(const ports::Session& session, guard::Scopes::Permit seat, Instant deadline, bool is_settled) {
    const auto [entry, is_new] = entries_.try_emplace(session.id, clock_, in_brief(session), std::move(seat),
                                                      [this, id = session.id] { expire(id); });
    if (!is_new) return;
    entry->second.is_settled = is_settled;
    entry->second.deadline = deadline;
    try {
        entry->second.timer.set(deadline);
    } catch (...) { // nobody waits without an end
        entries_.erase(entry);
        throw;
    }
}

bool WaitingRoom::renew(const ports::Session& stored) {
    const auto found = entries_.find(stored.id);
    if (found == entries_.end()) return false;
    auto& entry = found->second;
    if (stored.epoch > entry.session.epoch) {
        entry.session = in_brief(stored);
        entry.unwritten = ports::Trail{}; // of an epoch that is over
    }
    return true;
}

Duration WaitingRoom::left_of(const ports::Session& session) const {
    const auto found = entries_.find(session.id);
    const auto left = found != entries_.end() ? found->second.deadline - clock_.now()
                      : session.deadline      ? Duration{*session.deadline - clock_.utc()}
                                              : Duration::max();
    return std::max(left, Duration::zero());
}

void WaitingRoom::settle(const std::string& id, bool delivered, ports::Trail unwritten) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    auto& entry = found->second;
    entry.session.delivered = delivered;
    entry.since = clock_.now();
    entry.is_settled = true;
    // Renewed meanwhile, its row says already that it waits, and what is unwritten is of an epoch that is over.
    const bool is_renewed = entry.session.state == protocol::StateName::awaiting_database;
    if (!is_renewed && !unwritten.empty()) entry.unwritten = std::move(unwritten);
    if (!is_renewed && !entry.unwritten.empty()) {
        due_.push_back({entry.since + write_after, id});
        if (!write_timer_.is_set()) write_timer_.set(due_.front().at);
    }
    ready(id, entry);
}

void WaitingRoom::ready(const std::string& id, Entry& entry) {
    if (entry.on_settled) entry.on_settled->set({});
    if (entry.is_over && !claims_.contains(id)) expire(id);
}

void WaitingRoom::write_due(Instant until) {
    while (!due_.empty() && due_.front().at <= until) {
        const auto id = std::move(due_.front().id);
        due_.pop_front();
        write(id);
    }
    if (!due_.empty()) write_timer_.set(due_.front().at);
}

void WaitingRoom::write_all() { write_due(Instant::max()); }

// Whoever has claimed it writes of it anyway.
void WaitingRoom::write(const std::string& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || claims_.contains(id) || found->second.unwritten.empty()) return;
    auto& entry = found->second;
    entry.is_settled = false; // what is claimed now waits for the end of it
    try {
        on_unwritten_(entry.session, entry.unwritten);
    } catch (...) { // it is told with the next that is written of it
        entry.is_settled = true;
    }
}

void WaitingRoom::written(const std::string& id, bool is_written) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    auto& entry = found->second;
    if (is_written) {
        entry.session.state = protocol::StateName::awaiting_database;
        entry.unwritten = {};
    }
    entry.is_settled = true;
    ready(id, entry);
}

void WaitingRoom::close() {
    entries_.clear();
    due_.clear();
    write_timer_.clear();
}

void WaitingRoom::expire(const std::string& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    auto& entry = found->second;
    if (!entry.is_settled || claims_.contains(id)) {
        entry.is_over = true; // whoever is at work with it looks again
        return;
    }
    Over over{std::move(entry.session), std::move(entry.unwritten), clock_.now() - entry.since};
    entries_.erase(found);
    on_expired_(std::move(over));
}

WaitingRoom::Claim WaitingRoom::claim(const std::string& id, Told told) {
    auto own = id; // before it is claimed: what nobody holds would stay claimed, and its wait never end
    const bool is_first = claims_.try_emplace(id, std::move(told)).second;
    ensure(is_first, "a waiting session is validated by one task at a time");
    return Claim{*this, std::move(own)};
}

const Told* WaitingRoom::validating(const std::string& id) const {
    const auto found = claims_.find(id);
    return found == claims_.end() ? nullptr : &found->second;
}

void WaitingRoom::release(const std::string& id) {
    claims_.erase(id);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    found->second.on_settled.reset();
    if (found->second.is_over) expire(id);
}

async::awaitable<void> WaitingRoom::Claim::settled() {
    const auto found = room_->entries_.find(id_);
    if (found == room_->entries_.end() || found->second.is_settled) co_return;
    auto& shot = found->second.on_settled;
    shot = std::make_unique<async::OneShot<std::monostate>>(room_->executor_);
    co_await shot->wait(); // entries that are claimed stay
}

const ports::Session* WaitingRoom::Claim::known() const {
    const auto found = room_->entries_.find(id_);
    return found == room_->entries_.end() ? nullptr : &found->second.session;
}

ports::Trail WaitingRoom::Claim::take_unwritten() {
    const auto found = room_->entries_.find(id_);
    if (found == room_->entries_.end()) return {};
    return std::exchange(found->second.unwritten, {});
}

void WaitingRoom::Claim::written() {
    const auto found = room_->entries_.find(id_);
    if (found != room_->entries_.end()) found->second.session.state = protocol::StateName::awaiting_database;
}

void WaitingRoom::Claim::keep_unwritten(ports::Trail trail) {
    const auto found = room_->entries_.find(id_);
    if (found != room_->entries_.end()) found->second.unwritten = std::move(trail);
}

std::optional<Instant> WaitingRoom::Claim::since() const {
    const auto found = room_->entries_.find(id_);
    if (found == room_->entries_.end()) return std::nullopt;
    return found->second.since;
}

void WaitingRoom::Claim::ended() { room_->entries_.erase(id_); }

} // namespace taleus::session
