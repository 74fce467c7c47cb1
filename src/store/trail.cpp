#include "store/trail.hpp"

#include "store/columns.hpp"
#include "wire/json.hpp"

namespace taleus::store {
namespace {

constexpr std::int64_t record_version = 1; // of the members that bodies have

} // namespace

void append_transitions(Database& database, std::int64_t session, const std::vector<ports::Transition>& transitions) {
    for (const auto& arrow : transitions)
        database.post(
            "INSERT INTO transitions (session, step, at, from_state, to_state, cause, spent_us) VALUES "
            "(?1, (SELECT coalesce(max(step), 0) + 1 FROM transitions WHERE session = ?1), ?2, ?3, ?4, ?5, ?6)",
            session, arrow.at, arrow.from, arrow.to, arrow.cause, arrow.spent);
}

void append_audit(Database& database, const std::vector<ports::AuditRecord>& records) {
    for (const auto& record : records) {
        const auto body = wire::canonical_json(record.body);
        if (!body) return database.set_fault(Code::internal, "an audit record is no canonical JSON");
        database.post("INSERT INTO audit (node, seq, at, kind, session_id, token_id, version, body) VALUES "
                      "(?1, (SELECT coalesce(max(seq) + 1, 0) FROM audit WHERE node = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
                      database.node(), record.at, record.kind, record.session_id, record.token_id, record_version,
                      *body);
    }
}

void append_arrow(Database& database, std::int64_t number, const ports::Session& session, ports::Transition arrow) {
    if (arrow.from == arrow.to) return;
    boost::json::object body{{"from", protocol::to_text(arrow.from)},
                             {"to", protocol::to_text(arrow.to)},
                             {"cause", arrow.cause},
                             {"us", arrow.spent.count()}};
    append_audit(database, {{arrow.at, "transition", session.id, id_of(session.token), std::move(body)}});
    append_transitions(database, number, {std::move(arrow)});
}

void append_lost_arrow(Database& database, std::int64_t number, const ports::Session& session, UtcTime now) {
    const auto told = database.value<protocol::StateName>(
        "SELECT to_state FROM transitions WHERE session = ?1 ORDER BY step DESC LIMIT 1", number);
    if (told) append_arrow(database, number, session, {now, *told, session.state, "recorded", {}});
}

std::vector<ports::Transition> transitions_of(Database& database, const std::string& session_id) {
    std::vector<ports::Transition> found;
    auto rows = database.ask("SELECT at, from_state, to_state, cause, spent_us FROM transitions WHERE session = "
                             "(SELECT number FROM sessions WHERE id = ?1) ORDER BY step",
                             session_id);
    while (rows.next()) {
        auto& arrow = found.emplace_back();
        rows.read(arrow.at, arrow.from, arrow.to, arrow.cause, arrow.spent);
    }
    return found;
}

std::vector<ports::AuditRecord> audit_of(Database& database, const std::optional<std::string>& session_id) {
    std::vector<ports::AuditRecord> found;
    auto rows = session_id
                    ? database.ask("SELECT at, kind, session_id, token_id, body FROM audit "
                                   "WHERE session_id = ?1 AND session_id <> '' ORDER BY at, node, seq",
                                   *session_id)
                    : database.ask("SELECT at, kind, session_id, token_id, body FROM audit ORDER BY at, node, seq");
    std::string body;
    while (rows.next()) {
        auto& record = found.emplace_back();
        rows.read(record.at, record.kind, record.session_id, record.token_id, body);
        auto json = wire::parse_json(as_bytes(body));
        if (json && json->is_object())
            record.body = std::move(json->get_object());
        else
            rows.unreadable(4);
    }
    return found;
}

} // namespace taleus::store
