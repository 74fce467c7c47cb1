#include "session/reservations.hpp"

#include <algorithm>

namespace taleus::session {
namespace {

constexpr std::size_t lapses_max = 4096;

} // namespace

Reservations::Hold Reservations::reserve(const TokenHash& token, const wire::PeerId& peer) {
    Hold hold;
    hold.token_ = token;
    hold.peer_ = peer;
    auto& peers = held_[token];
    try {
        ++peers[peer];
    } catch (...) { // a token that nobody holds is not listed
        if (peers.empty()) held_.erase(token);
        throw;
    }
    hold.from_ = this;
    return hold;
}

void Reservations::give_back(const TokenHash& token, const wire::PeerId& peer) {
    const auto peers = held_.find(token);
    const auto count = peers->second.find(peer);
    if (--count->second == 0) peers->second.erase(count);
    if (peers->second.empty()) held_.erase(peers);
}

protocol::Usage Reservations::added_to(protocol::Usage durable, const TokenHash& token,
                                       const wire::PeerId& peer) const {
    const auto peers = held_.find(token);
    if (peers == held_.end()) return durable;
    for (const auto& [holder, count] : peers->second) {
        durable.reserved += count;
        if (holder == peer) durable.peer_reserved += count;
    }
    return durable;
}

void Reservations::lapse(const TokenHash& token, const wire::PeerId& peer, Instant until) {
    if (lapses_.size() >= lapses_max) lapses_.pop_front();
    lapses_.push_back({token, peer, until});
}

std::optional<Duration> Reservations::wait_of(const TokenHash& token, const wire::PeerId& peer, Instant now) {
    while (!lapses_.empty() && lapses_.front().until <= now) lapses_.pop_front();
    const auto found = std::ranges::find_if(
        lapses_, [&](const Lapse& lapse) { return lapse.token == token && lapse.peer == peer && lapse.until > now; });
    if (found == lapses_.end()) return std::nullopt;
    return found->until - now;
}

std::size_t Reservations::size() const {
    std::size_t sum = 0;
    for (const auto& [token, peers] : held_)
        for (const auto& [peer, count] : peers) sum += count;
    return sum;
}

} // namespace taleus::session
