#pragma once
// The journal over a database. Writes of all shards go through one queue and share commits (commit_queue.hpp); reads
// have connections and threads of their own, so they never wait for a flush. What a session waits for has one, what is
// looked through, which takes longer the larger the store is, another. Several processes may use one database.
//
// The composition root owns it and destroys it when the event loops that ask have ended but their io_contexts are still
// there (declare it after them). Opening blocks.

#include "async/worker.hpp"
#include "base/secret.hpp"
#include "ports/journal.hpp"
#include "store/commit_queue.hpp"
#include "store/database.hpp"
#include "store/postgres_database.hpp"
#include "store/recovery.hpp"
#include "store/sealer.hpp"
#include "store/sqlite_database.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace taleus::store {

using async::awaitable;

class Journal final : public ports::Journal {
public:
    struct Options {
        SqliteDatabase::Options database;
        PostgresDatabase::Options server;
        CommitQueue::Limits writes; // without a thread, readers have none either
        std::size_t reads_waiting_max = 16'384;
    };
    // Opens or makes the file and migrates it. `dependency_unavailable` when it cannot be reached, `internal` with a
    // sentence for people when it is newer than this program or no store at all.
    static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& path, Author author,
                                                 const Options& options);
    static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& path, Author author) {
        return open(path, author, {});
    }
    // The same on a server. `malformed` when `url` is none of PostgreSQL's.
    static Result<std::unique_ptr<Journal>> connect(const std::string& url, Author author, const Options& options);

    // For who holds the home's lock and is about to serve.
    awaitable<Result<Recovered>> recover(UtcTime now);
    // The key under which this store keeps secrets: the first one that was offered.
    awaitable<Result<Secret>> store_key(Secret fresh);
    // Begins another trail for this node, whose first record names the last head known.
    awaitable<Result<void>> begin_trail(std::string cause, UtcTime now);
    // This node's trail in its static form (C2SP tlog-tiles): `checkpoint` or a path below `tile/`. nullopt: no such
    // file.
    awaitable<Result<std::optional<Bytes>>> trail_file(std::string path);
    // This node's newest head: nothing was written yet, or a checkpoint.
    awaitable<Result<std::optional<audit::Checkpoint>>> trail_head();
    // Erases what names people in records of before then and in sessions that came to nothing, `limit` of each at most,
    // and records that; true: there is more to do.
    awaitable<Result<bool>> erase_details(UtcTime before, UtcTime now, std::size_t limit);
    // The party id of the store's one inviter; `wanted` is what this node is configured to be, or empty.
    awaitable<Result<std::string>> inviter_party(std::string wanted);
    // What nodes that were not seen since left behind becomes this one's.
    awaitable<Result<Recovered>> take_over(UtcTime now, UtcTime alive_since);
    // The calendar of the store's server; nullopt: it has none, its file is this machine's.
    awaitable<Result<std::optional<UtcTime>>> calendar();
    // The process is about to end: a store that is away is waited for no longer. A commit whose outcome nobody knows
    // then is told as failed; the next start reads what came of it. Any thread.
    void hurry() { writes_.hurry(); }
    CommitQueue::Counts commit_counts() const { return writes_.counts(); }
    CommitQueue::Measures commit_measures() const { return writes_.measures(); }

    awaitable<Result<void>> create_invitation(protocol::Invitation invitation, ports::AuditRecord audit) override;
    awaitable<Result<std::vector<ports::InvitationView>>> invitations() override;
    awaitable<Result<std::optional<ports::InvitationView>>> invitation(std::string id) override;
    awaitable<Result<bool>> revoke(std::string id, UtcTime at, ports::AuditRecord audit) override;

    awaitable<Result<bool>> register_node(ports::Node node, UtcTime alive_since) override;
    awaitable<Result<std::vector<ports::Node>>> nodes() override;

    awaitable<Result<ports::TokenLookup>> look_up(TokenHash token, BootstrapKey key, wire::PeerId peer) override;
    awaitable<Result<std::expected<Opened, ports::NotTaken>>>
    open_session(ports::Session session, std::optional<ports::Intent> intent, UtcTime now, ports::Trail trail) override;
    awaitable<Result<std::expected<void, ports::NotTaken>>> record_tally(ports::Session session,
                                                                         protocol::StateName from,
                                                                         ports::TallyRecord tally,
                                                                         ports::Trail trail) override;
    awaitable<Result<std::expected<void, ports::NotTaken>>> move_session(std::string id, std::uint64_t epoch,
                                                                         protocol::StateName from,
                                                                         protocol::StateName to, bool delivered,
                                                                         ports::Trail trail) override;
    awaitable<Result<void>> end_session(ports::Session session, ports::Trail trail) override;
    awaitable<Result<void>> append_audit(std::vector<ports::AuditRecord> audit) override;
    awaitable<Result<std::vector<ports::Intent>>> claim_stale_instances(UtcTime older_than, UtcTime now,
                                                                        std::size_t limit) override;
    awaitable<Result<void>> forget_instance(InstanceId instance, ports::AuditRecord audit) override;
    awaitable<Result<void>> hand_back_instances(std::vector<InstanceId> instances, UtcTime at) override;

    awaitable<Result<std::vector<ports::Session>>> waiting_sessions(std::optional<wire::PeerId> peer) override;
    awaitable<Result<std::optional<ports::Session>>> waiting_session(wire::PeerId peer, std::string id) override;
    awaitable<Result<std::optional<ports::Session>>>
    done_session(wire::PeerId peer, std::optional<std::string> session_id, std::string tally_id) override;
    awaitable<Result<std::optional<ports::TallyRecord>>> tally_of_session(std::string session_id) override;

    awaitable<Result<std::optional<Joined>>> joined(BootstrapKey key) override;
    awaitable<Result<Joined>> begin_join(ports::Session session, ports::Trail trail) override;
    awaitable<Result<std::expected<void, ports::NotTaken>>>
    record_intent(std::string session_id, std::uint64_t epoch, ports::Intent intent, ports::Trail trail) override;

    awaitable<Result<std::vector<ports::TallyRecord>>> tallies() override;
    awaitable<Result<std::optional<ports::TallyRecord>>> tally(std::string id) override;
    awaitable<Result<std::vector<ports::Session>>> sessions(ports::SessionFilter filter) override;
    awaitable<Result<std::optional<ports::SessionView>>> session(std::string id) override;
    awaitable<Result<std::vector<ports::AuditRecord>>> audit(std::optional<std::string> session_id) override;

private:
    class Reader { // on a thread of its own
    public:
        Reader(std::unique_ptr<Database> database, const Options& options);
        // Runs `read(Database&) -> T` on one consistent snapshot.
        template <class Read> auto look(Read read);

    private:
        const std::unique_ptr<Database> database_;
        async::Worker thread_;
    };
    using OpensReader = std::function<Result<std::unique_ptr<Database>>()>;

    Journal(std::unique_ptr<Database> writer, std::unique_ptr<Database> of_sessions, std::unique_ptr<Database> of_lists,
            Author author, const Options& options);
    static Result<std::unique_ptr<Journal>> begin(std::unique_ptr<Database> writer, const OpensReader& open_reader,
                                                  Author author, const Options& options);
    // Runs `step(Database&, const Story&) -> Result<T>` in the queue; `token`: the id of its session's.
    template <class Step> auto tell(std::string token, ports::Trail trail, Step step);

    const std::string node_; // in whose name is written: its peer id
    Sealer sealer_;
    CommitQueue writes_;
    Reader sessions_; // of what sessions and the node itself wait for
    Reader lists_;    // of what people and auditors look through
};

} // namespace taleus::store
