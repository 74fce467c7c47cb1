#pragma once
// A journal in simulated time: the real one on SQLite, without threads, asked one call at a time by a disk whose
// delays the seed draws: those that wait together wait once, as for a commit of many. Writes are done in the order
// asked, reads likewise, each when its time has come; an interrupted caller loses the answer and not the effect. It can
// be slow, stuck, or fail.

#include "base/random.hpp"
#include "ports/journal.hpp"
#include "sim/disk.hpp"
#include "sim/process.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace taleus::sim {

class SimulatedJournal final : public ports::Journal {
public:
    // `mount`: where the process can die on a simulated disk, after which nobody is answered.
    SimulatedJournal(ports::Journal& real, Process& process, Random& random, const Disk::Mount* mount = nullptr)
        : real_{real}, process_{process}, random_{random}, mount_{mount}, writes_{process.clock},
          reads_{process.clock} {}

    void set_delay(Duration min, Duration max) {
        delay_min_ = min;
        delay_max_ = max;
    }
    void stall() { is_stalled_ = true; }
    void go_on();
    // The next calls of this name, of any where it is empty, fail with `dependency_unavailable` and without effect.
    void fail_next(std::string_view call, int times = 1) {
        failing_ = call;
        failures_ = times;
    }
    // The next call of this name takes this long.
    void slow_next(std::string_view call, Duration delay) {
        slow_ = call;
        slow_delay_ = delay;
    }
    // The next call of this name is a commit whose outcome nobody knows until `settling` is over: it was made, at once,
    // or it was not.
    void unsettle_next(std::string_view call, bool is_made, Duration settling) {
        unsettled_ = call;
        is_unsettled_one_made_ = is_made;
        settling_ = settling;
    }
    std::size_t calls() const { return calls_; }
    bool is_stopped() const { return is_stopped_; } // at a failed flush

    // Told of what is durable, before the caller is.
    std::function<void(const ports::TallyRecord&)> on_recorded;

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
    using Job = std::move_only_function<void()>;
    struct Queue {
        explicit Queue(async::Clock& clock) : timer{clock, [this] { do_next(); }} {}
        void do_next();
        std::deque<std::pair<Instant, Job>> jobs; // first in, first out
        async::Clock::Timer timer;
        bool* is_stalled = nullptr;
    };

    template <class T> async::awaitable<Result<T>> ask(Queue& queue, std::string_view name, auto call);
    Duration delay_of(std::string_view name);
    bool is_failing(std::string_view name);
    template <class T> void perform(std::shared_ptr<async::OneShot<Result<T>>> shot, std::string_view name, auto& call);
    async::awaitable<Result<std::expected<void, ports::NotTaken>>>
    told_of(ports::TallyRecord tally, async::awaitable<Result<std::expected<void, ports::NotTaken>>> recording);
    void submit(Queue& queue, Duration delay, Job job);

    ports::Journal& real_;
    Process& process_;
    Random& random_;
    const Disk::Mount* mount_;
    Queue writes_;
    Queue reads_;
    Duration delay_min_ = std::chrono::microseconds{100};
    Duration delay_max_ = std::chrono::milliseconds{3};
    bool is_stalled_ = false;
    std::string_view failing_;
    int failures_ = 0;
    std::string_view slow_;
    Duration slow_delay_{};
    std::string_view unsettled_;
    bool is_unsettled_one_made_ = false;
    Duration settling_{};
    std::vector<std::unique_ptr<async::Clock::Timer>> late_answers_; // set, or over
    bool is_stopped_ = false;
    std::size_t calls_ = 0;
};

} // namespace taleus::sim
