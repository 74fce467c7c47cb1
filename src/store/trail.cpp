#include "store/trail.hpp"

#include "base/keeps_trail.hpp"
#include "store/columns.hpp"
#include "wire/json.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace taleus::store {
namespace {

// Checked here, so that a record which is none of its kind fails its own call and not the commit of many.
std::optional<audit::Entry> entry_of(Database& database, const ports::AuditRecord& record) {
    auto entry = audit::make_entry({.seq = 0,
                                    .at = record.at,
                                    .kind = record.kind,
                                    .session = record.session_id,
                                    .token = record.token_id,
                                    .body = {},
                                    .details = std::nullopt},
                                   record.body);
    if (entry) return std::move(*entry);
    database.set_fault(Code::internal, std::move(entry.error().context));
    return std::nullopt;
}

// What one call keeps of a session is one record, but for its opening: a receipt shows that one, and must stay small.
void put(Database& database, Unsealed one) {
    auto& waiting = database.unsealed();
    if (database.has_appended() && !waiting.back().has_receipt && audit::take_along(waiting.back().entry, one.entry))
        return;
    waiting.push_back(std::move(one));
}

} // namespace

void append_transitions(Database& database, std::int64_t session, const std::vector<ports::Transition>& transitions) {
    for (const auto& arrow : transitions)
        database.post(
            "INSERT INTO transitions (session, step, at, from_state, to_state, cause, spent_us) VALUES "
            "(?1, (SELECT coalesce(max(step), 0) + 1 FROM transitions WHERE session = ?1), ?2, ?3, ?4, ?5, ?6)",
            session, arrow.at, arrow.from, arrow.to, arrow.cause, arrow.spent);
}

void append_audit(Database& database, const std::vector<ports::AuditRecord>& records, std::int64_t session) {
    if (!keeps_trail()) return;
    for (const auto& record : records)
        if (auto entry = entry_of(database, record))
            put(database, {.entry = std::move(*entry), .session = session, .has_receipt = false, .receipt = nullptr});
}

void append_opening(Database& database, const std::vector<ports::AuditRecord>& records, std::int64_t session,
                    std::shared_ptr<std::string> receipt) {
    if (!keeps_trail()) return;
    for (const auto& record : records) {
        auto entry = entry_of(database, record);
        if (!entry) return;
        const bool opens = record.kind == "opened";
        put(database, {.entry = std::move(*entry),
                       .session = session,
                       .has_receipt = opens,
                       .receipt = opens ? std::exchange(receipt, nullptr) : nullptr});
    }
}

void append_arrow(Database& database, std::int64_t number, const ports::Session& session, ports::Transition arrow) {
    if (arrow.from == arrow.to) return;
    boost::json::object body{{"from", protocol::to_text(arrow.from)},
                             {"to", protocol::to_text(arrow.to)},
                             {"cause", arrow.cause},
                             {"us", arrow.spent.count()}};
    append_audit(database, {{arrow.at, "transition", session.id, id_of(session.token), std::move(body)}}, number);
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

namespace {

// Of several nodes; each one's stay in their order where times are the same.
std::vector<ports::AuditRecord> by_time(std::vector<ports::AuditRecord> records) {
    if (std::ranges::is_sorted(records, {}, &ports::AuditRecord::at)) return records;
    std::multimap<UtcTime, ports::AuditRecord> sorted;
    for (auto& record : records) sorted.emplace(record.at, std::move(record));
    records.clear();
    for (auto& [at, record] : sorted) records.push_back(std::move(record));
    return records;
}

} // namespace

std::vector<ports::AuditRecord> audit_of(Database& database, const std::optional<std::string>& session_id) {
    std::vector<ports::AuditRecord> found;
    auto rows = session_id ? database.ask("SELECT record, details FROM records WHERE session <> 0 AND session = "
                                          "(SELECT number FROM sessions WHERE id = ?1) ORDER BY trail, seq",
                                          *session_id)
                           : database.ask("SELECT record, details FROM records ORDER BY trail, seq");
    std::string bytes;
    std::string details;
    while (rows.next()) {
        rows.read(bytes, details);
        auto record = audit::decode(as_bytes(bytes));
        if (!record) {
            database.set_fault(Code::internal, "a record of the trail was altered: run taleus audit verify");
            break;
        }
        if (const auto personal = wire::parse_json(as_bytes(details)); personal && personal->is_object())
            for (const auto& [name, value] : personal->get_object()) record->body.insert_or_assign(name, value);
        found.push_back({.at = record->at,
                         .kind = std::move(record->kind),
                         .session_id = record->session,
                         .token_id = record->token,
                         .body = std::move(record->body)});
        for (auto& event : record->then)
            found.push_back({.at = event.at,
                             .kind = std::move(event.kind),
                             .session_id = record->session,
                             .token_id = record->token,
                             .body = std::move(event.body)});
    }
    return by_time(std::move(found));
}

} // namespace taleus::store
