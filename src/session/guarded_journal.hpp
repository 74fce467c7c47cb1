#pragma once
// The journal behind the store's breaker. One shard's thread; the real one outlives it.

#include "session/breakers.hpp"

namespace taleus::session {

class GuardedJournal final : public ports::Journal {
public:
    GuardedJournal(ports::Journal& real, guard::Breaker& breaker, const async::Clock& clock)
        : real_{real}, breaker_{breaker}, clock_{clock} {}

    async::awaitable<Result<void>> create_invitation(protocol::Invitation invitation,
                                                     ports::AuditRecord audit) override;
    async::awaitable<Result<std::vector<ports::InvitationView>>> invitations() override;
    async::awaitable<Result<std::optional<ports::InvitationView>>> invitation(std::string id) override;
    async::awaitable<Result<bool>> revoke(std::string id, UtcTime at, ports::AuditRecord audit) override;
    async::awaitable<Result<bool>> register_node(ports::Node node, UtcTime alive_since) override;
    async::awaitable<Result<std::vector<ports::Node>>> nodes() override;
    async::awaitable<Result<ports::TokenLookup>> look_up(TokenHash token, BootstrapKey key, wire::PeerId peer) override;
    async::awaitable<Result<std::expected<Opened, ports::NotTaken>>>
    open_session(ports::Session session, std::optional<ports::Intent> intent, UtcTime now, ports::Trail trail) override;
    async::awaitable<Result<std::expected<void, ports::NotTaken>>> record_tally(ports::Session session,
                                                                                protocol::StateName from,
                                                                                ports::TallyRecord tally,
                                                                                ports::Trail trail) override;
    async::awaitable<Result<std::expected<void, ports::NotTaken>>> move_session(std::string id, std::uint64_t epoch,
                                                                                protocol::StateName from,
                                                                                protocol::StateName to, bool delivered,
                                                                                ports::Trail trail) override;
    async::awaitable<Result<void>> end_session(ports::Session session, ports::Trail trail) override;
    async::awaitable<Result<void>> append_audit(std::vector<ports::AuditRecord> audit) override;
    async::awaitable<Result<std::vector<ports::Intent>>> claim_stale_instances(UtcTime older_than, UtcTime now,
                                                                               std::size_t limit) override;
    async::awaitable<Result<void>> forget_instance(InstanceId instance, ports::AuditRecord audit) override;
    async::awaitable<Result<void>> hand_back_instances(std::vector<InstanceId> instances, UtcTime at) override;
    async::awaitable<Result<std::vector<ports::Session>>> waiting_sessions(std::optional<wire::PeerId> peer) override;
    async::awaitable<Result<std::optional<ports::Session>>> waiting_session(wire::PeerId peer, std::string id) override;
    async::awaitable<Result<std::optional<ports::Session>>>
    done_session(wire::PeerId peer, std::optional<std::string> session_id, std::string tally_id) override;
    async::awaitable<Result<std::optional<ports::TallyRecord>>> tally_of_session(std::string session_id) override;
    async::awaitable<Result<std::optional<Joined>>> joined(BootstrapKey key) override;
    async::awaitable<Result<Joined>> begin_join(ports::Session session, ports::Trail trail) override;
    async::awaitable<Result<std::expected<void, ports::NotTaken>>>
    record_intent(std::string session_id, std::uint64_t epoch, ports::Intent intent, ports::Trail trail) override;
    async::awaitable<Result<std::vector<ports::TallyRecord>>> tallies() override;
    async::awaitable<Result<std::optional<ports::TallyRecord>>> tally(std::string id) override;
    async::awaitable<Result<std::vector<ports::Session>>> sessions(ports::SessionFilter filter) override;
    async::awaitable<Result<std::optional<ports::SessionView>>> session(std::string id) override;
    async::awaitable<Result<std::vector<ports::AuditRecord>>> audit(std::optional<std::string> session_id) override;

private:
    ports::Journal& real_;
    guard::Breaker& breaker_;
    const async::Clock& clock_;
};

} // namespace taleus::session
