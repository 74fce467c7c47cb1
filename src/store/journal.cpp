#include "store/journal.hpp"

#include "store/columns.hpp"
#include "store/dialer_sessions.hpp"
#include "store/invitations.hpp"
#include "store/listener_sessions.hpp"
#include "store/lists.hpp"
#include "store/nodes.hpp"
#include "store/schema.hpp"
#include "store/session_rows.hpp"
#include "store/session_steps.hpp"
#include "store/trail.hpp"
#include "store/trails.hpp"

#include <fmt/format.h>

#include <algorithm>

// Every method is one closure, run where the database may be waited for: writing steps in the queue, which may run them
// again, questions at a reader. Arguments move into it.

namespace taleus::store {

using namespace ports;
template <class T> using Taken = std::expected<T, NotTaken>;

namespace {

std::string node_of(const Author& author) { return wire::PeerId::of(author.key.public_key()).to_text(); }

// Records lock nothing but the trail, but keep their order with the calls of the token that they name.
Locks order_of(const std::vector<AuditRecord>& audit) {
    const auto named = std::ranges::find_if(audit, [](const auto& record) { return !record.token_id.empty(); });
    return named == audit.end() ? Locks::none() : Locks::of(named->token_id);
}

// Another process of this node may do it at the same time; then it is done.
Result<void> take_in_earlier(Database& database, Sealer sealer) {
    constexpr int tries_max = 8;
    for (int times = 1;; ++times) {
        if (database.value<std::int64_t>("SELECT count(*) FROM unsealed WHERE node = ?1", database.node()) == 0)
            return {};
        database.begin_calls();
        database.begin();
        sealer.take_in_earlier(database);
        database.commit();
        database.unsealed().clear();
        const bool again = database.is_conflict() && times < tries_max;
        auto fault = database.take_fault();
        if (!fault) return {};
        if (!again) return fail(std::move(*fault));
    }
}

} // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& path, Author author,
                                               const Options& options) {
    auto writer = SqliteDatabase::open(path, options.database);
    if (!writer) return fail(std::move(writer.error()));
    (*writer)->act_for(node_of(author));
    if (auto migrated = migrate(**writer); !migrated)
        return fail(migrated.error().code, fmt::format("{}: {}", path.string(), migrated.error().context));
    auto reading = options.database;
    reading.query_only = true;
    return begin(std::move(*writer), [&] { return SqliteDatabase::open(path, reading); }, author, options);
}

Result<std::unique_ptr<Journal>> Journal::connect(const std::string& url, Author author, const Options& options) {
    auto writer = PostgresDatabase::open(url, options.server);
    if (!writer) return fail(std::move(writer.error()));
    auto reading = options.server;
    reading.query_only = true;
    return begin(std::move(*writer), [&] { return PostgresDatabase::open(url, reading); }, author, options);
}

Result<std::unique_ptr<Journal>> Journal::begin(std::unique_ptr<Database> writer, const OpensReader& open_reader,
                                                Author author, const Options& options) {
    auto of_sessions = open_reader();
    if (!of_sessions) return fail(std::move(of_sessions.error()));
    auto of_lists = open_reader();
    if (!of_lists) return fail(std::move(of_lists.error()));
    for (auto* database : {writer.get(), of_sessions->get(), of_lists->get()}) database->act_for(node_of(author));
    if (auto done = take_in_earlier(*writer, Sealer{author}); !done) return fail(std::move(done.error()));
    return std::unique_ptr<Journal>{
        new Journal{std::move(writer), std::move(*of_sessions), std::move(*of_lists), author, options}};
}

Journal::Journal(std::unique_ptr<Database> writer, std::unique_ptr<Database> of_sessions,
                 std::unique_ptr<Database> of_lists, Author author, const Options& options)
    : node_{node_of(author)}, sealer_{author}, writes_{std::move(writer), options.writes,
                                                       [this](Database& db) {
                                                           keep_time(db);
                                                           sealer_.seal(db);
                                                       }},
      sessions_{std::move(of_sessions), options}, lists_{std::move(of_lists), options} {}

Journal::Reader::Reader(std::unique_ptr<Database> database, const Options& options)
    : database_{std::move(database)}, thread_{options.reads_waiting_max, options.writes.has_thread ? 1U : 0U} {}

template <class Read> auto Journal::Reader::look(Read read) {
    using Found = std::invoke_result_t<Read&, Database&>;
    return thread_.run([this, read = std::move(read)]() mutable -> Result<Found> {
        database_->snapshot();
        auto found = read(*database_);
        database_->commit();
        if (auto fault = database_->take_fault()) return fail(std::move(*fault));
        return found;
    });
}

// A step, with what is told of it: written out here, in the thread of who asks.
template <class Step> auto Journal::tell(std::string token, Trail trail, Step step) {
    return writes_.run(
        [step = std::move(step), story = write_out(std::move(trail))](
            Database& db) -> std::invoke_result_t<const Step&, Database&, const Story&> {
            if (!story) return fail(story.error());
            return step(db, *story);
        },
        Locks::of(std::move(token)));
}

awaitable<Result<Recovered>> Journal::recover(UtcTime now) {
    return writes_.run([=](Database& db) -> Result<Recovered> { return recover_sessions(db, now); });
}
awaitable<Result<void>> Journal::begin_trail(std::string cause, UtcTime now) {
    return writes_.run([this, cause = std::move(cause), now](Database& db) -> Result<void> {
        sealer_.begin_anew(db, cause, now);
        return {};
    });
}
awaitable<Result<std::optional<Bytes>>> Journal::trail_file(std::string path) {
    return lists_.look([path = std::move(path), node = node_](Database& db) -> std::optional<Bytes> {
        const auto trail = newest_trail(db, node);
        if (!trail) return std::nullopt;
        if (const auto tile = audit::tile_from_path(path)) return tile_of(db, *trail, *tile);
        const auto head = path == "checkpoint" ? newest_head(db, trail->number) : std::nullopt;
        const auto note = head ? to_note(*trail, *head) : Result<std::string>{};
        if (!head || !note) return std::nullopt;
        return taleus::to_bytes(as_bytes(*note));
    });
}
awaitable<Result<std::optional<audit::Checkpoint>>> Journal::trail_head() {
    return sessions_.look([node = node_](Database& db) -> std::optional<audit::Checkpoint> {
        const auto trail = newest_trail(db, node);
        if (!trail) return std::nullopt;
        const auto tree = audit::Tree::of(trail->size, trail->edge);
        if (!tree) return std::nullopt;
        return audit::Checkpoint{trail->origin, tree->size(), tree->root()};
    });
}
awaitable<Result<bool>> Journal::erase_details(UtcTime before, UtcTime now, std::size_t limit) {
    return writes_.run([before, now, limit](Database& db) -> Result<bool> {
        const auto erased = store::erase_details(db, before, now, limit);
        const auto sessions = erase_sessions(db, before, now, limit);
        if (erased.rows + sessions.rows > 0)
            store::append_audit(
                db, {{.at = now,
                      .kind = "pruned",
                      .session_id = {},
                      .token_id = {},
                      .body = {{"before", to_text(before)}, {"details", erased.rows}, {"sessions", sessions.rows}}}});
        return erased.has_more || sessions.has_more;
    });
}
awaitable<Result<std::string>> Journal::inviter_party(std::string wanted) {
    return writes_.run(
        [wanted = std::move(wanted), own = node_](Database& db) { return store::inviter_party(db, wanted, own); });
}
awaitable<Result<Recovered>> Journal::take_over(UtcTime now, UtcTime alive_since) {
    return writes_.run([=](Database& db) -> Result<Recovered> { return take_over_sessions(db, now, alive_since); });
}
awaitable<Result<std::vector<Intent>>> Journal::claim_stale_instances(UtcTime older_than, UtcTime now,
                                                                      std::size_t limit) {
    return writes_.run([=](Database& db) -> Result<std::vector<Intent>> {
        return store::claim_stale_instances(db, older_than, now, limit);
    });
}
awaitable<Result<void>> Journal::forget_instance(InstanceId instance, AuditRecord audit) {
    return writes_.run([instance, audit = std::move(audit)](Database& db) -> Result<void> {
        store::forget_instance(db, instance, audit);
        return {};
    });
}
awaitable<Result<void>> Journal::hand_back_instances(std::vector<InstanceId> instances, UtcTime at) {
    return writes_.run([instances = std::move(instances), at](Database& db) -> Result<void> {
        store::hand_back_instances(db, instances, at);
        return {};
    });
}

awaitable<Result<Secret>> Journal::store_key(Secret fresh) {
    auto asked = sessions_.look(store::store_key);
    auto found = co_await std::move(asked);
    if (found && !*found) {
        auto offered = writes_.run([fresh = std::move(fresh)](Database& db) -> Result<std::optional<StoreKeyBytes>> {
            return offer_store_key(db, fresh);
        });
        found = co_await std::move(offered);
    }
    if (!found) co_return fail(std::move(found.error()));
    co_return Secret{to_bytes((*found)->view())};
}

// --- invitations and nodes
awaitable<Result<void>> Journal::create_invitation(protocol::Invitation invitation, AuditRecord audit) {
    return writes_.run([invitation = std::move(invitation), audit = std::move(audit)](Database& db) {
        return store::create_invitation(db, invitation, audit);
    });
}
awaitable<Result<std::vector<InvitationView>>> Journal::invitations() { return lists_.look(all_invitations); }
awaitable<Result<std::optional<InvitationView>>> Journal::invitation(std::string id) {
    return lists_.look([id = std::move(id)](Database& db) { return invitation_by_id(db, id); });
}
awaitable<Result<bool>> Journal::revoke(std::string id, UtcTime at, AuditRecord audit) {
    return writes_.run([id = std::move(id), at, audit = std::move(audit)](Database& db) {
        return revoke_invitation(db, id, at, audit);
    });
}
awaitable<Result<bool>> Journal::register_node(Node node, UtcTime alive_since) {
    return writes_.run([node = std::move(node), alive_since](Database& db) -> Result<bool> {
        return store::register_node(db, node, alive_since);
    });
}
awaitable<Result<std::vector<Node>>> Journal::nodes() { return sessions_.look(all_nodes); }
awaitable<Result<std::optional<UtcTime>>> Journal::calendar() {
    return sessions_.look([](Database& db) { return db.calendar(); });
}

// --- listener
awaitable<Result<TokenLookup>> Journal::look_up(TokenHash token, BootstrapKey key, wire::PeerId peer) {
    return sessions_.look([=](Database& db) { return store::look_up(db, token, key, peer); });
}
awaitable<Result<Taken<Journal::Opened>>> Journal::open_session(Session session, std::optional<Intent> intent,
                                                                UtcTime now, Trail trail) {
    auto receipt = std::make_shared<std::string>(); // written by the queue's thread before it answers
    auto token = id_of(session.token);
    auto written = tell(
        std::move(token), std::move(trail),
        [session = std::move(session), intent = std::move(intent), now, receipt](Database& db, const Story& story) {
            return store::open_session(db, session, intent, now, story, receipt);
        });
    auto answer = co_await std::move(written);
    if (answer && *answer) (*answer)->receipt = std::move(*receipt);
    co_return answer;
}
awaitable<Result<Taken<void>>> Journal::record_tally(Session session, protocol::StateName from, TallyRecord tally,
                                                     Trail trail) {
    auto token = id_of(session.token);
    return tell(std::move(token), std::move(trail),
                [session = std::move(session), from, tally = std::move(tally)](Database& db, const Story& story) {
                    return store::record_tally(db, session, from, tally, story);
                });
}
awaitable<Result<Taken<void>>> Journal::move_session(std::string id, std::uint64_t epoch, protocol::StateName from,
                                                     protocol::StateName to, bool delivered, Trail trail) {
    auto token = trail.token_id;
    return tell(std::move(token), std::move(trail),
                [id = std::move(id), epoch, from, to, delivered](Database& db, const Story& story) {
                    return store::move_session(db, id, epoch, from, to, delivered, story);
                });
}
awaitable<Result<void>> Journal::end_session(Session session, Trail trail) {
    auto findings = write_out(findings_of(trail));
    auto token = id_of(session.token);
    return tell(std::move(token), std::move(trail),
                [session = std::move(session), findings = std::move(findings)](Database& db,
                                                                               const Story& story) -> Result<void> {
                    if (!findings) return fail(findings.error());
                    return store::end_session(db, session, story, *findings);
                });
}
awaitable<Result<void>> Journal::append_audit(std::vector<AuditRecord> audit) {
    auto locks = order_of(audit);
    return writes_.run(
        [audit = std::move(audit)](Database& db) -> Result<void> {
            store::append_audit(db, audit);
            return {};
        },
        std::move(locks));
}
awaitable<Result<std::vector<Session>>> Journal::waiting_sessions(std::optional<wire::PeerId> peer) {
    return sessions_.look([peer = std::move(peer)](Database& db) { return store::waiting_sessions(db, peer); });
}
awaitable<Result<std::optional<Session>>> Journal::waiting_session(wire::PeerId peer, std::string id) {
    return sessions_.look(
        [peer = std::move(peer), id = std::move(id)](Database& db) { return store::waiting_session(db, peer, id); });
}
awaitable<Result<std::optional<Session>>>
Journal::done_session(wire::PeerId peer, std::optional<std::string> session_id, std::string tally_id) {
    return sessions_.look([peer = std::move(peer), session_id = std::move(session_id), tally_id = std::move(tally_id)](
                              Database& db) { return store::done_session(db, peer, session_id, tally_id); });
}
awaitable<Result<std::optional<TallyRecord>>> Journal::tally_of_session(std::string session_id) {
    return sessions_.look([id = std::move(session_id)](Database& db) { return store::tally_of_session(db, id); });
}

// --- dialer
awaitable<Result<std::optional<Journal::Joined>>> Journal::joined(BootstrapKey key) {
    return sessions_.look([=](Database& db) { return store::joined(db, key); });
}
awaitable<Result<Journal::Joined>> Journal::begin_join(Session session, Trail trail) {
    auto token = id_of(session.token);
    return tell(std::move(token), std::move(trail), [session = std::move(session)](Database& db, const Story& story) {
        return store::begin_join(db, session, story);
    });
}
awaitable<Result<Taken<void>>> Journal::record_intent(std::string session_id, std::uint64_t epoch, Intent intent,
                                                      Trail trail) {
    auto token = trail.token_id;
    return tell(
        std::move(token), std::move(trail),
        [session_id = std::move(session_id), epoch, intent = std::move(intent)](Database& db, const Story& story) {
            return store::record_intent(db, session_id, epoch, intent, story);
        });
}

// --- lists
awaitable<Result<std::vector<TallyRecord>>> Journal::tallies() { return lists_.look(all_tallies); }
awaitable<Result<std::optional<TallyRecord>>> Journal::tally(std::string id) {
    return lists_.look([id = std::move(id)](Database& db) { return tally_by_id(db, id); });
}
awaitable<Result<std::vector<Session>>> Journal::sessions(ports::SessionFilter filter) {
    return lists_.look([filter = std::move(filter)](Database& db) { return newest_sessions(db, filter); });
}
awaitable<Result<std::optional<SessionView>>> Journal::session(std::string id) {
    return lists_.look([id = std::move(id)](Database& db) { return session_view(db, id); });
}
awaitable<Result<std::vector<AuditRecord>>> Journal::audit(std::optional<std::string> session_id) {
    return lists_.look([id = std::move(session_id)](Database& db) { return audit_of(db, id); });
}

} // namespace taleus::store
