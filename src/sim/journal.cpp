#include "sim/journal.hpp"

#include "sim/blocking.hpp"

#include <algorithm>

namespace taleus::sim {

using namespace ports;
using async::awaitable;
using protocol::StateName;
template <class T> using Taken = std::expected<T, NotTaken>;

void SimulatedJournal::Queue::do_next() {
    if (*is_stalled || jobs.empty()) return;
    const Turn disk{nullptr};
    auto job = std::move(jobs.front().second);
    jobs.pop_front();
    if (!jobs.empty()) timer.set(jobs.front().first);
    job();
}

void SimulatedJournal::submit(Queue& queue, Duration delay, Job job) {
    const Turn disk{nullptr};
    queue.is_stalled = &is_stalled_;
    auto done = process_.clock.now() + delay;
    if (!queue.jobs.empty()) done = std::max(done, queue.jobs.back().first);
    queue.jobs.emplace_back(done, std::move(job));
    if (queue.jobs.size() == 1) queue.timer.set(done);
}

void SimulatedJournal::go_on() {
    is_stalled_ = false;
    for (auto* queue : {&writes_, &reads_})
        if (!queue->jobs.empty()) queue->timer.set(process_.clock.now());
}

Duration SimulatedJournal::delay_of(std::string_view name) {
    if (name == slow_) {
        slow_ = {};
        return slow_delay_;
    }
    const auto range = static_cast<std::uint64_t>((delay_max_ - delay_min_).count());
    return delay_min_ + Duration{static_cast<std::int64_t>(random_.below(range + 1))};
}

bool SimulatedJournal::is_failing(std::string_view name) {
    if (failures_ == 0 || (!failing_.empty() && name != failing_)) return false;
    --failures_;
    return true;
}

template <class T>
void SimulatedJournal::perform(std::shared_ptr<async::OneShot<Result<T>>> shot, std::string_view name, auto& call) {
    if (process_.is_doomed) return;
    const bool is_unsettled = name == unsettled_;
    if (is_unsettled) unsettled_ = {};
    std::optional<Result<T>> answer = fail(Code::dependency_unavailable, "simulated: lost before it was committed");
    if (!is_unsettled || is_unsettled_one_made_) answer = finish_unless_stopped(call());
    is_stopped_ = !answer;
    process_.is_doomed = is_stopped_ || (mount_ != nullptr && mount_->is_dead());
    if (process_.is_doomed) return process_.context.stop(); // it does nothing more
    if (!is_unsettled) return shot->set(std::move(*answer));
    late_answers_.push_back(std::make_unique<async::Clock::Timer>(
        process_.clock, [shot, answer = std::move(*answer)]() mutable { shot->set(std::move(answer)); }));
    late_answers_.back()->set(process_.clock.now() + settling_);
}

template <class T> awaitable<Result<T>> SimulatedJournal::ask(Queue& queue, std::string_view name, auto call) {
    ++calls_;
    const auto shot = std::make_shared<async::OneShot<Result<T>>>(process_.executor());
    const bool fails = is_failing(name);
    auto waiting = shot->wait();
    submit(queue, delay_of(name), [this, shot, fails, name, call = std::move(call)]() mutable {
        if (fails)
            shot->set(fail(Code::dependency_unavailable, "simulated: the disk is full"));
        else
            perform<T>(shot, name, call);
    });
    co_return co_await std::move(waiting);
}

awaitable<Result<Taken<void>>> SimulatedJournal::told_of(TallyRecord tally, awaitable<Result<Taken<void>>> recording) {
    auto recorded = co_await std::move(recording);
    const bool is_alive = mount_ == nullptr || !mount_->is_dead();
    if (recorded && *recorded && is_alive && on_recorded) on_recorded(tally);
    co_return recorded;
}

// --- invitations and nodes
awaitable<Result<void>> SimulatedJournal::create_invitation(protocol::Invitation invitation, AuditRecord audit) {
    return ask<void>(writes_, "create_invitation",
                     [this, invitation, audit] { return real_.create_invitation(invitation, audit); });
}
awaitable<Result<std::vector<InvitationView>>> SimulatedJournal::invitations() {
    return ask<std::vector<InvitationView>>(reads_, "invitations", [this] { return real_.invitations(); });
}
awaitable<Result<std::optional<InvitationView>>> SimulatedJournal::invitation(std::string id) {
    return ask<std::optional<InvitationView>>(reads_, "invitation", [this, id] { return real_.invitation(id); });
}
awaitable<Result<bool>> SimulatedJournal::revoke(std::string id, UtcTime at, AuditRecord audit) {
    return ask<bool>(writes_, "revoke", [this, id, at, audit] { return real_.revoke(id, at, audit); });
}
awaitable<Result<bool>> SimulatedJournal::register_node(Node node, UtcTime alive_since) {
    return ask<bool>(writes_, "register_node",
                     [this, node, alive_since] { return real_.register_node(node, alive_since); });
}
awaitable<Result<std::vector<Node>>> SimulatedJournal::nodes() {
    return ask<std::vector<Node>>(reads_, "nodes", [this] { return real_.nodes(); });
}

// --- listener
awaitable<Result<TokenLookup>> SimulatedJournal::look_up(TokenHash token, BootstrapKey key, wire::PeerId peer) {
    return ask<TokenLookup>(reads_, "look_up", [this, token, key, peer] { return real_.look_up(token, key, peer); });
}
awaitable<Result<Taken<Journal::Opened>>> SimulatedJournal::open_session(Session session, std::optional<Intent> intent,
                                                                         UtcTime now, Trail trail) {
    return ask<Taken<Opened>>(writes_, "open_session", [this, session, intent, now, trail] {
        return real_.open_session(session, intent, now, trail);
    });
}
awaitable<Result<Taken<void>>> SimulatedJournal::record_tally(Session session, StateName from, TallyRecord tally,
                                                              Trail trail) {
    return ask<Taken<void>>(writes_, "record_tally", [this, session, from, tally, trail] {
        return told_of(tally, real_.record_tally(session, from, tally, trail));
    });
}
awaitable<Result<Taken<void>>> SimulatedJournal::move_session(std::string id, std::uint64_t epoch, StateName from,
                                                              StateName to, bool delivered, Trail trail) {
    return ask<Taken<void>>(writes_, "move_session", [this, id, epoch, from, to, delivered, trail] {
        return real_.move_session(id, epoch, from, to, delivered, trail);
    });
}
awaitable<Result<void>> SimulatedJournal::end_session(Session session, Trail trail) {
    return ask<void>(writes_, "end_session", [this, session, trail] { return real_.end_session(session, trail); });
}
awaitable<Result<void>> SimulatedJournal::append_audit(std::vector<AuditRecord> audit) {
    return ask<void>(writes_, "append_audit", [this, audit] { return real_.append_audit(audit); });
}
awaitable<Result<std::vector<Intent>>> SimulatedJournal::claim_stale_instances(UtcTime older_than, UtcTime now,
                                                                               std::size_t limit) {
    return ask<std::vector<Intent>>(writes_, "claim_stale_instances",
                                    [=, this] { return real_.claim_stale_instances(older_than, now, limit); });
}
awaitable<Result<void>> SimulatedJournal::forget_instance(InstanceId instance, AuditRecord audit) {
    return ask<void>(writes_, "forget_instance", [=, this] { return real_.forget_instance(instance, audit); });
}
awaitable<Result<void>> SimulatedJournal::hand_back_instances(std::vector<InstanceId> instances, UtcTime at) {
    return ask<void>(writes_, "hand_back_instances", [=, this] { return real_.hand_back_instances(instances, at); });
}
awaitable<Result<std::vector<Session>>> SimulatedJournal::waiting_sessions(std::optional<wire::PeerId> peer) {
    return ask<std::vector<Session>>(reads_, "waiting_sessions", [this, peer] { return real_.waiting_sessions(peer); });
}
awaitable<Result<std::optional<Session>>> SimulatedJournal::waiting_session(wire::PeerId peer, std::string id) {
    return ask<std::optional<Session>>(reads_, "waiting_session",
                                       [this, peer, id] { return real_.waiting_session(peer, id); });
}
awaitable<Result<std::optional<Session>>>
SimulatedJournal::done_session(wire::PeerId peer, std::optional<std::string> session_id, std::string tally_id) {
    return ask<std::optional<Session>>(reads_, "done_session", [this, peer, session_id, tally_id] {
        return real_.done_session(peer, session_id, tally_id);
    });
}
awaitable<Result<std::optional<TallyRecord>>> SimulatedJournal::tally_of_session(std::string session_id) {
    return ask<std::optional<TallyRecord>>(reads_, "tally_of_session",
                                           [this, session_id] { return real_.tally_of_session(session_id); });
}

// --- dialer
awaitable<Result<std::optional<Journal::Joined>>> SimulatedJournal::joined(BootstrapKey key) {
    return ask<std::optional<Joined>>(reads_, "joined", [this, key] { return real_.joined(key); });
}
awaitable<Result<Journal::Joined>> SimulatedJournal::begin_join(Session session, Trail trail) {
    return ask<Joined>(writes_, "begin_join", [this, session, trail] { return real_.begin_join(session, trail); });
}
awaitable<Result<Taken<void>>> SimulatedJournal::record_intent(std::string session_id, std::uint64_t epoch,
                                                               Intent intent, Trail trail) {
    return ask<Taken<void>>(writes_, "record_intent", [this, session_id, epoch, intent, trail] {
        return real_.record_intent(session_id, epoch, intent, trail);
    });
}

// --- lists
awaitable<Result<std::vector<TallyRecord>>> SimulatedJournal::tallies() {
    return ask<std::vector<TallyRecord>>(reads_, "tallies", [this] { return real_.tallies(); });
}
awaitable<Result<std::optional<TallyRecord>>> SimulatedJournal::tally(std::string id) {
    return ask<std::optional<TallyRecord>>(reads_, "tally", [this, id] { return real_.tally(id); });
}
awaitable<Result<std::vector<Session>>> SimulatedJournal::sessions(ports::SessionFilter filter) {
    return ask<std::vector<Session>>(reads_, "sessions", [this, filter] { return real_.sessions(filter); });
}
awaitable<Result<std::optional<SessionView>>> SimulatedJournal::session(std::string id) {
    return ask<std::optional<SessionView>>(reads_, "session", [this, id] { return real_.session(id); });
}
awaitable<Result<std::vector<AuditRecord>>> SimulatedJournal::audit(std::optional<std::string> session_id) {
    return ask<std::vector<AuditRecord>>(reads_, "audit", [this, session_id] { return real_.audit(session_id); });
}

} // namespace taleus::sim
