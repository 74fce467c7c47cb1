#include "store/trail.hpp"

#include "base/keeps_trail.hpp"
#include "store/columns.hpp"
#include "store/trails.hpp"
#include "wire/json.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace taleus::store {
namespace {

Result<audit::Entry> entry_of(const ports::AuditRecord& record) {
    return audit::make_entry({.seq = 0,
                              .at = record.at,
                              .kind = record.kind,
                              .session = record.session_id,
                              .token = record.token_id,
                              .body = {},
                              .details = std::nullopt},
                             record.body);
}

audit::Entry entry_of(const ports::Transition& arrow, std::string session_id, std::string token_id) {
    return audit::make_entry({.seq = 0,
                              .at = arrow.at,
                              .kind = {},
                              .session = std::move(session_id),
                              .token = std::move(token_id),
                              .body = {},
                              .details = std::nullopt},
                             audit::TransitionBody{.from = protocol::to_text(arrow.from),
                                                   .to = protocol::to_text(arrow.to),
                                                   .cause = arrow.cause,
                                                   .us = static_cast<std::uint64_t>(arrow.spent.count())});
}

bool is_opening(const audit::Entry& entry) { return entry.record.kind == "opened"; }

// What one call keeps of a session is one record, but for its opening: a receipt shows that one, and must stay small.
void put(Database& database, Unsealed one) {
    auto& waiting = database.unsealed();
    if (database.has_appended() && !waiting.back().has_receipt && audit::take_along(waiting.back().entry, one.entry))
        return;
    waiting.push_back(std::move(one));
}

} // namespace

Result<Story> write_out(ports::Trail trail) {
    Story story;
    const auto put_down = [&](audit::Entry entry) {
        auto& written = story.records;
        if (written.empty() || is_opening(written.back()) || !audit::take_along(written.back(), entry))
            written.push_back(std::move(entry));
    };
    auto arrow = trail.transitions.begin();
    const auto arrows_behind = [&](std::size_t records) {
        for (; arrow != trail.transitions.end() && arrow->behind <= records; ++arrow)
            put_down(entry_of(*arrow, trail.session_id, trail.token_id));
    };
    for (std::size_t i = 0; keeps_trail() && i < trail.audit.size(); ++i) {
        arrows_behind(i);
        auto entry = entry_of(trail.audit[i]);
        if (!entry) return fail(std::move(entry.error()));
        put_down(std::move(*entry));
    }
    if (keeps_trail()) arrows_behind(trail.audit.size());
    story.transitions = std::move(trail.transitions);
    return story;
}

ports::Trail findings_of(const ports::Trail& trail) {
    ports::Trail kept{.session_id = trail.session_id, .token_id = trail.token_id, .transitions = {}, .audit = {}};
    const bool was_validated = std::ranges::any_of(
        trail.transitions, [](const auto& arrow) { return arrow.to == protocol::StateName::validating_database; });
    for (const auto& record : trail.audit) {
        const auto* code = record.body.if_contains("code");
        if (record.kind != "decided" && record.kind != "ended")
            kept.audit.push_back(record);
        else if (was_validated && code != nullptr)
            kept.audit.push_back({.at = record.at,
                                  .kind = "refused",
                                  .session_id = record.session_id,
                                  .token_id = record.token_id,
                                  .body = {{"message", "database"}, {"code", *code}}});
    }
    return kept;
}

void append_records(Database& database, const std::vector<audit::Entry>& records, std::int64_t session) {
    for (const auto& entry : records)
        put(database, {.entry = entry, .session = session, .has_receipt = false, .receipt = nullptr});
}

void append_audit(Database& database, const std::vector<ports::AuditRecord>& records, std::int64_t session) {
    if (!keeps_trail()) return;
    for (const auto& record : records) {
        auto entry = entry_of(record);
        if (!entry) return database.set_fault(Code::internal, std::move(entry.error().context));
        put(database, {.entry = std::move(*entry), .session = session, .has_receipt = false, .receipt = nullptr});
    }
}

void append_opening(Database& database, const std::vector<audit::Entry>& records, std::int64_t session,
                    std::shared_ptr<std::string> receipt) {
    for (const auto& entry : records) {
        const bool opens = is_opening(entry);
        put(database, {.entry = entry,
                       .session = session,
                       .has_receipt = opens,
                       .receipt = opens ? std::exchange(receipt, nullptr) : nullptr});
    }
}

void append_arrow(Database& database, std::int64_t number, const ports::Session& session, ports::Transition arrow) {
    if (arrow.from != arrow.to && keeps_trail())
        append_records(database, {entry_of(arrow, session.id, id_of(session.token))}, number);
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

// False: it cannot be read.
bool append_events(std::vector<ports::AuditRecord>& found, const KeptRecord& kept) {
    auto record = audit::decode(as_bytes(kept.bytes));
    if (!record) return false;
    if (const auto personal = wire::parse_json(as_bytes(kept.details)); personal && personal->is_object())
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
    return true;
}

// nullopt: it tells of something else, or of an arrow that no version of ours wrote.
std::optional<ports::Transition> arrow_in(const ports::AuditRecord& record) {
    const auto text = [&](std::string_view name) -> std::string_view {
        const auto* const value = record.body.if_contains(name);
        return value != nullptr && value->is_string() ? std::string_view{value->get_string()} : std::string_view{};
    };
    const auto from = from_word(text("from"), protocol::StateName{});
    const auto to = from_word(text("to"), protocol::StateName{});
    if (record.kind != "transition" || !from || !to) return std::nullopt;
    boost::system::error_code none;
    const auto* const spent = record.body.if_contains("us");
    const auto us = spent == nullptr ? 0 : spent->to_number<std::int64_t>(none);
    return ports::Transition{record.at, *from, *to, std::string{text("cause")}, std::chrono::microseconds{us}};
}

} // namespace

std::vector<ports::Transition> transitions_of(Database& database, const std::string& session_id) {
    std::vector<ports::AuditRecord> told; // without those that cannot be read, of which taleus audit verify tells
    for (const auto& kept : kept_records_of_session(database, session_id)) append_events(told, kept);
    std::vector<ports::Transition> found;
    for (const auto& record : told)
        if (auto arrow = arrow_in(record)) found.push_back(std::move(*arrow));
    return found;
}

std::vector<ports::AuditRecord> audit_of(Database& database, const std::optional<std::string>& session_id) {
    constexpr std::size_t page = 1000; // records at a time
    std::vector<ports::AuditRecord> found;
    const auto take = [&](const std::vector<KeptRecord>& records) {
        for (const auto& kept : records)
            if (!append_events(found, kept))
                database.set_fault(Code::internal, "a record of the trail was altered: run taleus audit verify");
    };
    if (session_id) {
        take(kept_records_of_session(database, *session_id));
    } else {
        for (const auto& trail : kept_trails(database))
            for (std::uint64_t from = 0; from < trail.size && !database.fault(); from += page)
                take(kept_records(database, trail.number, from, page));
    }
    return by_time(std::move(found));
}

} // namespace taleus::store
