#include "simulator/settings_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taleus::simulator {

using protocol::StateName;
using std::chrono::milliseconds;

void SettingsWatch::booted(const ListenerTimeouts& times) {
    versions_ = {{time_.now, times}};
    ways_.clear();
    joins_.clear();
}

void SettingsWatch::changed(const ListenerTimeouts& times) { versions_.push_back({time_.now, times}); }

const SettingsWatch::Version* SettingsWatch::version_at(Instant began) const {
    if (std::ranges::any_of(versions_, [&](const Version& one) { return &one != &versions_[0] && one.since == began; }))
        return nullptr;
    const auto next = std::ranges::upper_bound(versions_, began, {}, &Version::since);
    return next == versions_.begin() ? nullptr : &*(next - 1);
}

void SettingsWatch::joined() {
    witness_.joined();
    joins_.push_back(time_.now);
}

void SettingsWatch::moved(const session::Move& move) {
    witness_.moved(move);
    const auto now = time_.now;
    if (move.from == StateName::reading_request) {
        Way way{.began = now - move.spent, .read = {}, .entered = now, .identifies = now};
        way.read.assign(std::ranges::lower_bound(joins_, way.began), joins_.end());
        way.read.push_back(now);
        ways_[std::string{move.session_id}] = std::move(way);
    }
    const auto found = ways_.find(move.session_id);
    if (found == ways_.end()) return;
    auto& way = found->second;
    if (move.cause == "DeadlinePassed" && move.from != StateName::validating_database) check_deadline(move, way);
    if (move.cause == "WaitExpired") check_wait(move, way);
    way.entered = now;
    if (move.to == StateName::validating_identity) way.identifies = now;
}

// A step ends at its own deadline, or at that of the answer or of the whole session, by one and the same settings.
void SettingsWatch::check_deadline(const session::Move& move, const Way& way) {
    const auto* version = version_at(way.began);
    if (version == nullptr) return;
    const auto& times = version->times;
    const auto deadline_of = [&](Instant read) {
        return std::min({way.entered + times.step, read + times.respond, way.began + times.session});
    };
    if (version != &versions_.back()) ++witness_.counts["rare deadline by settings since changed"];
    const auto is_kept = [&](Instant read) {
        return time_.now == deadline_of(read) || (time_.now > deadline_of(read) && went_on_ >= way.began);
    };
    if (std::ranges::none_of(way.read, is_kept)) tell(move, *version, deadline_of(way.read.back()) - time_.now);
}

// How long a database is awaited is settled while the identity is judged; it may end later, never earlier.
void SettingsWatch::check_wait(const session::Move& move, const Way& way) {
    const auto* version = version_at(way.began);
    if (version == nullptr) return;
    const auto& times = version->times;
    const auto earliest = std::min(way.identifies + times.await_database, way.began + times.session);
    if (time_.now + milliseconds{1} < earliest) tell(move, *version, earliest - time_.now);
}

void SettingsWatch::tell(const session::Move& move, const Version& version, Duration early) {
    report_.add("settings_kept",
                fmt::format("{}: session {} left {} {} us {} than by the settings of {} ms", name_, move.session_id,
                            to_text(move.from), std::max(early, -early) / std::chrono::microseconds{1},
                            early > Duration::zero() ? "earlier" : "later",
                            version.since.time_since_epoch() / milliseconds{1}));
}

} // namespace taleus::simulator
