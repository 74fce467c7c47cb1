#include "session/guarded_journal.hpp"

namespace taleus::session {

async::awaitable<Result<void>> GuardedJournal::create_invitation(protocol::Invitation invitation,
                                                                 ports::AuditRecord audit) {
    return through(breaker_, clock_, Purpose::beginning,
                   real_.create_invitation(std::move(invitation), std::move(audit)));
}

async::awaitable<Result<std::vector<ports::InvitationView>>> GuardedJournal::invitations() {
    return through(breaker_, clock_, Purpose::beginning, real_.invitations());
}

async::awaitable<Result<std::optional<ports::InvitationView>>> GuardedJournal::invitation(std::string id) {
    return through(breaker_, clock_, Purpose::beginning, real_.invitation(std::move(id)));
}

async::awaitable<Result<bool>> GuardedJournal::revoke(std::string id, UtcTime at, ports::AuditRecord audit) {
    return through(breaker_, clock_, Purpose::beginning, real_.revoke(std::move(id), at, std::move(audit)));
}

async::awaitable<Result<bool>> GuardedJournal::register_node(ports::Node node, UtcTime alive_since) {
    return through(breaker_, clock_, Purpose::finishing, real_.register_node(std::move(node), alive_since));
}

async::awaitable<Result<std::vector<ports::Node>>> GuardedJournal::nodes() {
    return through(breaker_, clock_, Purpose::beginning, real_.nodes());
}

async::awaitable<Result<ports::TokenLookup>> GuardedJournal::look_up(TokenHash token, BootstrapKey key,
                                                                     wire::PeerId peer) {
    return through(breaker_, clock_, Purpose::beginning, real_.look_up(token, key, std::move(peer)));
}

async::awaitable<Result<std::expected<ports::Journal::Opened, ports::NotTaken>>>
GuardedJournal::open_session(ports::Session session, std::optional<ports::Intent> intent, UtcTime now,
                             ports::Trail trail) {
    return through(breaker_, clock_, Purpose::beginning,
                   real_.open_session(std::move(session), std::move(intent), now, std::move(trail)));
}

async::awaitable<Result<std::expected<void, ports::NotTaken>>> GuardedJournal::record_tally(ports::Session session,
                                                                                            protocol::StateName from,
                                                                                            ports::TallyRecord tally,
                                                                                            ports::Trail trail) {
    return through(breaker_, clock_, Purpose::finishing,
                   real_.record_tally(std::move(session), from, std::move(tally), std::move(trail)));
}

async::awaitable<Result<std::expected<void, ports::NotTaken>>>
GuardedJournal::move_session(std::string id, std::uint64_t epoch, protocol::StateName from, protocol::StateName to,
                             bool delivered, ports::Trail trail) {
    return through(breaker_, clock_, Purpose::finishing,
                   real_.move_session(std::move(id), epoch, from, to, delivered, std::move(trail)));
}

async::awaitable<Result<void>> GuardedJournal::end_session(ports::Session session, ports::Trail trail) {
    return through(breaker_, clock_, Purpose::finishing, real_.end_session(std::move(session), std::move(trail)));
}

async::awaitable<Result<void>> GuardedJournal::append_audit(std::vector<ports::AuditRecord> audit) {
    return through(breaker_, clock_, Purpose::finishing, real_.append_audit(std::move(audit)));
}

async::awaitable<Result<std::vector<ports::Intent>>>
GuardedJournal::claim_stale_instances(UtcTime older_than, UtcTime now, std::size_t limit) {
    return through(breaker_, clock_, Purpose::finishing, real_.claim_stale_instances(older_than, now, limit));
}

async::awaitable<Result<void>> GuardedJournal::forget_instance(InstanceId instance, ports::AuditRecord audit) {
    return through(breaker_, clock_, Purpose::finishing, real_.forget_instance(instance, std::move(audit)));
}

async::awaitable<Result<void>> GuardedJournal::hand_back_instances(std::vector<InstanceId> instances, UtcTime at) {
    return through(breaker_, clock_, Purpose::finishing, real_.hand_back_instances(std::move(instances), at));
}

async::awaitable<Result<std::vector<ports::Session>>>
GuardedJournal::waiting_sessions(std::optional<wire::PeerId> peer) {
    return through(breaker_, clock_, Purpose::beginning, real_.waiting_sessions(std::move(peer)));
}

async::awaitable<Result<std::optional<ports::Session>>> GuardedJournal::waiting_session(wire::PeerId peer,
                                                                                        std::string id) {
    return through(breaker_, clock_, Purpose::beginning, real_.waiting_session(std::move(peer), std::move(id)));
}

async::awaitable<Result<std::optional<ports::Session>>>
GuardedJournal::done_session(wire::PeerId peer, std::optional<std::string> session_id, std::string tally_id) {
    return through(breaker_, clock_, Purpose::beginning,
                   real_.done_session(std::move(peer), std::move(session_id), std::move(tally_id)));
}

async::awaitable<Result<std::optional<ports::TallyRecord>>> GuardedJournal::tally_of_session(std::string session_id) {
    return through(breaker_, clock_, Purpose::beginning, real_.tally_of_session(std::move(session_id)));
}

async::awaitable<Result<std::optional<ports::Journal::Joined>>> GuardedJournal::joined(BootstrapKey key) {
    return through(breaker_, clock_, Purpose::beginning, real_.joined(key));
}

async::awaitable<Result<ports::Journal::Joined>> GuardedJournal::begin_join(ports::Session session,
                                                                            ports::Trail trail) {
    return through(breaker_, clock_, Purpose::beginning, real_.begin_join(std::move(session), std::move(trail)));
}

async::awaitable<Result<std::expected<void, ports::NotTaken>>>
GuardedJournal::record_intent(std::string session_id, std::uint64_t epoch, ports::Intent intent, ports::Trail trail) {
    return through(breaker_, clock_, Purpose::finishing,
                   real_.record_intent(std::move(session_id), epoch, std::move(intent), std::move(trail)));
}

async::awaitable<Result<std::vector<ports::TallyRecord>>> GuardedJournal::tallies() {
    return through(breaker_, clock_, Purpose::beginning, real_.tallies());
}

async::awaitable<Result<std::optional<ports::TallyRecord>>> GuardedJournal::tally(std::string id) {
    return through(breaker_, clock_, Purpose::beginning, real_.tally(std::move(id)));
}

async::awaitable<Result<std::vector<ports::Session>>> GuardedJournal::sessions(ports::SessionFilter filter) {
    return through(breaker_, clock_, Purpose::beginning, real_.sessions(std::move(filter)));
}

async::awaitable<Result<std::optional<ports::SessionView>>> GuardedJournal::session(std::string id) {
    return through(breaker_, clock_, Purpose::beginning, real_.session(std::move(id)));
}

async::awaitable<Result<std::vector<ports::AuditRecord>>> GuardedJournal::audit(std::optional<std::string> session_id) {
    return through(breaker_, clock_, Purpose::beginning, real_.audit(std::move(session_id)));
}

} // namespace taleus::session
