#include "app/trail_export.hpp"

#include "app/home.hpp"
#include "audit/record.hpp"
#include "base/instant.hpp"
#include "wire/json.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <ostream>
#include <system_error>

namespace taleus::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t page = 1000; // records read at a time

Result<void> each_record(store::Database& database, const store::KeptTrail& trail,
                         const std::function<Result<void>(const store::KeptRecord&)>& visit) {
    std::uint64_t from = 0;
    for (;;) {
        const auto records = store::kept_records(database, trail.number, from, page);
        if (auto fault = database.take_fault()) return fail(std::move(*fault));
        if (records.empty()) return {};
        for (const auto& record : records)
            if (auto done = visit(record); !done) return done;
        from = records.back().seq + 1;
    }
}

// A cell that a spreadsheet would take for a formula is led by an apostrophe.
std::string cell(std::string_view text) {
    const bool is_formula = !text.empty() && std::string_view{"=+-@\t\r"}.contains(text.front());
    if (!is_formula && text.find_first_of("\",\r\n") == std::string_view::npos) return std::string{text};
    std::string out = is_formula ? "\"'" : "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

} // namespace

Result<std::vector<ShownEvent>> shown(const store::KeptRecord& kept) {
    auto record = audit::decode(as_bytes(kept.bytes));
    if (!record)
        return fail(Code::malformed, fmt::format("record {} cannot be read ({}); run: taleus audit verify", kept.seq,
                                                 record.error().context));
    std::vector<ShownEvent> events;
    events.reserve(1 + record->then.size());
    const auto add = [&](UtcTime at, std::string& kind, boost::json::object& body) {
        events.push_back({kept.seq, to_text(at), std::move(kind), record->session, record->token, std::move(body)});
    };
    add(record->at, record->kind, record->body);
    if (const auto details = wire::parse_json(as_bytes(kept.details)); details && details->is_object())
        for (const auto& [name, value] : details->get_object()) events.front().body.insert_or_assign(name, value);
    for (auto& event : record->then) add(event.at, event.kind, event.body);
    return events;
}

boost::json::object json_of(const ShownEvent& event) {
    boost::json::object out{{"seq", event.seq}, {"at", event.at}, {"kind", event.kind}};
    if (!event.session.empty()) out["session"] = event.session;
    if (!event.token.empty()) out["token"] = event.token;
    out["body"] = event.body;
    return out;
}

Result<void> export_json_lines(store::Database& database, const store::KeptTrail& trail, std::ostream& out) {
    return each_record(database, trail, [&](const store::KeptRecord& record) -> Result<void> {
        out << record.bytes << '\n';
        return {};
    });
}

Result<void> export_csv(store::Database& database, const store::KeptTrail& trail, std::ostream& out) {
    out << "seq,at,kind,session,token,body\r\n";
    return each_record(database, trail, [&](const store::KeptRecord& kept) -> Result<void> {
        const auto events = shown(kept);
        if (!events) return fail(events.error());
        for (const auto& event : *events)
            out << fmt::format("{},{},{},{},{},{}\r\n", event.seq, event.at, cell(event.kind), cell(event.session),
                               cell(event.token), cell(boost::json::serialize(event.body)));
        return {};
    });
}

Result<std::size_t> export_tiles(store::Database& database, const store::KeptTrail& trail, const fs::path& directory) {
    const auto head = store::newest_head(database, trail.number);
    if (auto fault = database.take_fault()) return fail(std::move(*fault));
    if (!head) return fail(Code::internal, "nothing was recorded yet, so there is no checkpoint");
    const auto note = store::to_note(trail, *head);
    if (!note) return fail(note.error());
    if (const auto earlier = read_file(directory / "checkpoint", audit::note_bytes_max);
        earlier && !as_text(*earlier).starts_with(trail.origin + "\n"))
        return fail(Code::conflict, fmt::format("{} holds another trail", directory.string()));

    std::size_t written = 0;
    for (const auto& tile : audit::tiles_of(head->size)) {
        const auto file = directory / audit::to_path(tile);
        std::error_code error;
        if (fs::exists(file, error)) continue; // a tile never changes
        fs::create_directories(file.parent_path(), error);
        const auto content = store::tile_of(database, trail, tile);
        if (auto fault = database.take_fault()) return fail(std::move(*fault));
        if (!content)
            return fail(Code::internal, fmt::format("{} cannot be made: the trail is damaged; run: taleus audit verify",
                                                    audit::to_path(tile)));
        if (auto done = write_file(file, *content, 0644); !done) return fail(done.error());
        ++written;
    }
    if (auto done = write_file(directory / "checkpoint", as_bytes(*note), 0644); !done) return fail(done.error());
    return written + 1;
}

} // namespace taleus::app
