#include "store/dialer_sessions.hpp"

#include "store/columns.hpp"
#include "store/session_rows.hpp"
#include "store/trail.hpp"

namespace taleus::store {
namespace {

using protocol::Side;
using protocol::StateName;
using Joined = ports::Journal::Joined;

UtcTime began_at(const ports::Session& session, const Story& story) {
    return story.transitions.empty() ? session.opened : story.transitions.back().at;
}

Joined recall(Database& database, StoredSession stored) {
    Joined found{.session = std::move(stored.session), .intent = std::nullopt, .tally = std::nullopt};
    if (auto instance = instance_of_key(database, Side::dialer, found.session.key, Hold::no))
        found.intent = std::move(instance->intent);
    found.tally = tally_of(database, stored.number);
    return found;
}

} // namespace

std::optional<Joined> joined(Database& database, const BootstrapKey& key) {
    auto stored = session_of_key(database, Side::dialer, key, Hold::no);
    if (!stored) return std::nullopt;
    return recall(database, std::move(*stored));
}

Result<Joined> begin_join(Database& database, const ports::Session& session, const Story& story) {
    if (session.side != Side::dialer || protocol::is_terminal(session.state))
        return fail(Code::internal, "only a dialer's live session begins a join");
    auto stored = session_of_key(database, Side::dialer, session.key, Hold::yes);
    if (stored && stored->session.state == StateName::done) return recall(database, std::move(*stored));

    const auto instance = instance_of_key(database, Side::dialer, session.key, Hold::yes);
    if (instance && instance->state == "removing")
        return fail(Code::in_progress, "what an earlier attempt provisioned is being removed");
    const auto epoch = next_epoch(database, stored ? stored->session : session);
    if (stored) {
        append_lost_arrow(database, *stored, story.transitions.empty() ? session.opened : story.transitions.front().at);
        note_arrows(*stored, story);
        stored->session.state = session.state;
        stored->session.epoch = epoch;
        stored->session.ended.reset();
        stored->session.code.reset();
        database.run("UPDATE sessions SET state = ?2, epoch = ?3, ended = NULL, code = NULL, told = ?4, contacted = ?5 "
                     "WHERE number = ?1",
                     stored->number, session.state, epoch, stored->told, stored->contacted);
        hand_over_instance(database, stored->number, session, began_at(session, story));
    } else {
        stored = StoredSession{.session = session, .number = 0, .reserved = false, .holds_key = true};
        stored->session.epoch = epoch;
        note_arrows(*stored, story);
        stored->number = insert_session(database, *stored);
    }
    append_records(database, story.records, stored->number);
    return recall(database, std::move(*stored));
}

// The first intent stands: another one under the same key would orphan what the first may have made.
Result<Step> record_intent(Database& database, const std::string& session_id, std::uint64_t epoch,
                           const ports::Intent& intent, const Story& story) {
    auto stored = session_by_id(database, session_id);
    if (!stored || stored->session.side != Side::dialer || stored->session.epoch != epoch || stored->session.ended)
        return Step{std::unexpected(ports::NotTaken::lost)};
    const auto& session = stored->session;
    const auto since = began_at(session, story);
    if (const auto earlier = instance_of_key(database, Side::dialer, session.key, Hold::yes)) {
        if (earlier->state == "removing") return Step{std::unexpected(ports::NotTaken::lost)};
        const auto& known = earlier->intent;
        if (known.instance != intent.instance || known.tally_id != intent.tally_id || known.draft != intent.draft)
            return fail(Code::internal, "this key has another intent already; that one is to be used");
    } else {
        insert_instance(database, stored->number, session, intent, since);
    }
    note_arrows(*stored, story);
    database.run("UPDATE sessions SET state = ?2, told = ?3, contacted = ?4 WHERE number = ?1", stored->number,
                 StateName::provisioning_database, stored->told, stored->contacted);
    append_records(database, story.records, stored->number);
    return Step{};
}

} // namespace taleus::store
