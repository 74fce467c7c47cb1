#include "store/listener_sessions.hpp"

#include "store/columns.hpp"
#include "store/invitations.hpp"
#include "store/session_rows.hpp"
#include "store/trail.hpp"

#include <fmt/format.h>

#include <string_view>

namespace taleus::store {
namespace {

using ports::NotTaken;
using protocol::Side;
using Opened = ports::Journal::Opened;

NotTaken reason_of(Code code) {
    if (code == Code::token_revoked) return NotTaken::token_revoked;
    if (code == Code::token_expired) return NotTaken::token_expired;
    return code == Code::token_used ? NotTaken::token_used : NotTaken::token_in_use;
}

} // namespace

ports::TokenLookup look_up(Database& database, const TokenHash& token, const BootstrapKey& key,
                           const wire::PeerId& peer) {
    auto holder = session_of_key(database, Side::listener, key, Hold::no);
    if (holder && is_decided(holder->session)) return ports::Decided{std::move(holder->session)};
    if (auto view = invitation_for(database, token, peer, Hold::no))
        return ports::TokenFound{std::move(view->invitation), view->usage, holder.has_value()};
    return ports::TokenUnknown{};
}

// Everything that was looked at before is looked at again: only here, holding the invitation, a use is truly reserved.
// Who holds it is the only one who opens sessions of its keys.
Result<std::expected<Opened, NotTaken>> open_session(Database& database, const ports::Session& session,
                                                     const std::optional<ports::Intent>& intent, UtcTime now,
                                                     const Story& story, std::shared_ptr<std::string> receipt) {
    using Answer = std::expected<Opened, NotTaken>;
    const auto view = invitation_for(database, session.token, session.peer, Hold::yes);
    if (!view) return fail(Code::invalid_token, "a session of an unknown invitation was to be opened");
    if (session_of_key(database, Side::listener, session.key, Hold::no)) return Answer{std::unexpected(NotTaken::lost)};
    const auto instance = instance_of_key(database, Side::listener, session.key, Hold::yes);
    if (instance && instance->state == "removing") return Answer{std::unexpected(NotTaken::token_in_use)};
    if (const auto refused = protocol::judge(view->invitation, view->usage, latest_time(database, now)))
        return Answer{std::unexpected(reason_of(*refused))};

    Opened opened{.epoch = next_epoch(database, session), .intent = std::nullopt, .receipt = {}};
    take_use(database, session.token, session.peer);
    StoredSession row{.session = session, .number = 0, .reserved = true, .holds_key = true};
    row.session.epoch = opened.epoch;
    note_arrows(row, story);
    const auto number = insert_session(database, row);
    if (provisions(session) && instance) {
        hand_over_instance(database, number, session, now);
        opened.intent = instance->intent;
    } else if (provisions(session) && intent) {
        insert_instance(database, number, session, *intent, now);
        opened.intent = intent;
    }
    append_opening(database, story.records, number, std::move(receipt));
    return Answer{std::move(opened)};
}

namespace {

std::string select_waiting(std::string_view more) {
    return select_sessions(fmt::format("WHERE side = 'listener' AND role = 'foil' AND ended IS NULL AND tally_id = '' "
                                       "AND state IN ('SENDING_RESPONSE', 'AWAITING_DATABASE', 'VALIDATING_DATABASE') "
                                       "AND {}",
                                       more));
}

} // namespace

std::vector<ports::Session> waiting_sessions(Database& database, const std::optional<wire::PeerId>& peer) {
    static const auto of_node = select_waiting("node = ?1 ORDER BY number");
    static const auto of_peer = select_waiting("peer = ?1 ORDER BY number");
    std::vector<ports::Session> found;
    auto rows = peer ? database.ask(of_peer, *peer) : database.ask(of_node, database.node());
    while (rows.next()) found.push_back(std::move(read_session(rows).session));
    return found;
}

std::optional<ports::Session> waiting_session(Database& database, const wire::PeerId& peer, const std::string& id) {
    static const auto by_id = select_waiting("id = ?1 AND peer = ?2");
    auto rows = database.ask(by_id, id, peer);
    if (!rows.next()) return std::nullopt;
    return std::move(read_session(rows).session);
}

std::optional<ports::Session> done_session(Database& database, const wire::PeerId& peer,
                                           const std::optional<std::string>& session_id, const std::string& tally_id) {
    static const auto by_id =
        select_sessions("WHERE id = ?1 AND peer = ?2 AND side = 'listener' AND role = 'foil' AND tally_id <> ''");
    static const auto by_tally = select_sessions(
        "WHERE number IN (SELECT session FROM tallies WHERE tally_id = ?1) AND peer = ?2 AND side = 'listener' "
        "AND role = 'foil' ORDER BY number DESC LIMIT 1");
    auto rows = session_id ? database.ask(by_id, *session_id, peer) : database.ask(by_tally, tally_id, peer);
    if (!rows.next()) return std::nullopt;
    return std::move(read_session(rows).session);
}

} // namespace taleus::store
