#include "audit/record.hpp"

#include "base/log.hpp"
#include "wire/base_text.hpp"
#include "wire/hash.hpp"
#include "wire/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taleus::audit {
namespace {

namespace json = boost::json;

constexpr std::size_t session_bytes_max = 64;
constexpr std::size_t token_digits = 16;
constexpr std::size_t members_max = 9;
constexpr std::size_t bodies_bytes_max = record_bytes_max - 1024; // what stands around them is smaller
constexpr std::size_t event_bytes_max = 512; // of what stands around an event's body: a time, and a kind in quotes

const Kind* kind_of(std::string_view name) {
    const auto all = kinds();
    const auto found = std::ranges::find(all, name, &Kind::name);
    return found == all.end() ? nullptr : &*found;
}

bool is_number(const json::value& value) { return value.is_uint64() || (value.is_int64() && value.get_int64() >= 0); }

bool is_of(const json::value& value, Form form) {
    switch (form) {
    case Form::text: return value.is_string();
    case Form::number: return is_number(value);
    case Form::flag: return value.is_bool();
    case Form::value: return true;
    }
    return false;
}

// The first member that the kind does not allow in `place`, or has there and misses.
std::string_view bad_member(const Kind& kind, const json::object& members, Place place) {
    if (kind.is_counts) {
        const auto bad = std::ranges::find_if(members, [](const auto& one) { return !is_number(one.value()); });
        return bad == members.end() ? std::string_view{} : std::string_view{bad->key()};
    }
    for (const auto& member : kind.members)
        if (member.place == place && member.need == Need::always && !members.contains(member.name)) return member.name;
    for (const auto& [name, value] : members) {
        const auto known = std::ranges::find(kind.members, std::string_view{name}, &Member::name);
        if (known == kind.members.end() || known->place != place || !is_of(value, known->form)) return name;
    }
    return {};
}

std::string fault_of(std::string_view name, const json::object& body) {
    const auto* const kind = kind_of(name);
    if (kind == nullptr) return fmt::format("the kind {} is not listed", escaped(name, 64));
    const auto bad = bad_member(*kind, body, Place::body);
    if (bad.empty()) return {};
    return fmt::format("a record {} has no proper member {}", name, escaped(bad, 64));
}

std::unexpected<Error> damaged(std::string_view what) {
    return fail(Code::malformed, fmt::format("no record: {}", what));
}

std::optional<std::string> text_of(const json::object& object, std::string_view name, std::size_t bytes_max) {
    const auto* const found = object.if_contains(name);
    if (found == nullptr) return std::string{};
    if (!found->is_string() || found->get_string().empty() || found->get_string().size() > bytes_max)
        return std::nullopt;
    return std::string{std::string_view{found->get_string()}};
}

bool is_token_id(std::string_view text) {
    return text.empty() || (text.size() == token_digits && text.find_first_not_of("0123456789abcdef") == text.npos);
}

// Kinds are of this program's list, and ids hexadecimal; what is not is quoted as any text is.
void append_quoted(std::string& out, std::string_view text) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (std::ranges::all_of(text, is_plain))
        out.append("\"").append(text).append("\"");
    else
        out += wire::canonical_json(json::string{text}).value_or("\"\"");
}

// An element of `then`; `before`: the time of the event before it.
void append_event(std::string& out, UtcTime before, UtcTime at, std::string_view kind, std::string_view body) {
    out += '{';
    if (at != before) out.append("\"at\":\"").append(to_text(at)).append("\",");
    out.append("\"body\":").append(body).append(",\"kind\":");
    append_quoted(out, kind);
    out += '}';
}

std::string assemble(const Record& record, std::string_view body, std::string_view then) {
    std::string out;
    out.reserve(body.size() + then.size() + 320);
    out.append("{\"at\":\"").append(to_text(record.at)).append("\",\"body\":").append(body);
    if (record.details) out.append(",\"details\":\"").append(wire::to_base64url(*record.details)).append("\"");
    append_quoted(out.append(",\"kind\":"), record.kind);
    out.append(",\"seq\":").append(fmt::format_int{record.seq}.c_str());
    if (!record.session.empty()) append_quoted(out.append(",\"session\":"), record.session);
    if (!then.empty()) out.append(",\"then\":[").append(then).append("]");
    if (!record.token.empty()) append_quoted(out.append(",\"token\":"), record.token);
    out.append(",\"v\":").append(fmt::format_int{then.empty() ? record_version : record_version_then}.c_str());
    return out += '}';
}

std::unexpected<Error> formless(std::string_view kind) {
    return fail(Code::internal, fmt::format("an audit record {} has no canonical form", escaped(kind, 64)));
}

Result<Entry> entry_of(Record record, const json::object& body, const json::object& details) {
    Entry entry;
    auto text = wire::canonical_json(body);
    if (!text || text->size() > bodies_bytes_max) return formless(record.kind);
    entry.body = std::move(*text);
    if (!details.empty()) {
        text = wire::canonical_json(details);
        if (!text) return formless(record.kind);
        entry.details = std::move(*text);
    }
    entry.last_at = record.at;
    entry.record = std::move(record);
    return entry;
}

std::optional<UtcTime> time_of(const json::value* text) {
    if (text == nullptr || !text->is_string()) return std::nullopt;
    const auto time = utc_from_text(text->get_string());
    if (!time || to_text(*time) != std::string_view{text->get_string()}) return std::nullopt;
    return *time;
}

// One element of `then`; `before`: the time of the event before it.
std::optional<Event> event_of(json::value& value, UtcTime before) {
    auto* const object = value.if_object();
    auto* const kind = object == nullptr ? nullptr : object->if_contains("kind");
    auto* const body = object == nullptr ? nullptr : object->if_contains("body");
    if (kind == nullptr || !kind->is_string() || kind->get_string().empty() || kind->get_string().size() > 64 ||
        body == nullptr || !body->is_object())
        return std::nullopt;
    Event event{before, std::string{std::string_view{kind->get_string()}}, std::move(body->get_object())};
    if (object->size() == 2) return event;
    const auto at = time_of(object->if_contains("at"));
    if (object->size() != 3 || !at || *at == before) return std::nullopt;
    event.at = *at;
    return event;
}

std::optional<std::vector<Event>> events_of(json::value& value, UtcTime before) {
    auto* const array = value.if_array();
    if (array == nullptr || array->empty() || array->size() > then_max) return std::nullopt;
    std::vector<Event> events;
    for (auto& one : *array) {
        auto event = event_of(one, before);
        if (!event) return std::nullopt;
        before = event->at;
        events.push_back(std::move(*event));
    }
    return events;
}

bool is_known_member(std::string_view name) {
    static constexpr std::array<std::string_view, members_max> members{"at",      "body", "details", "kind", "seq",
                                                                       "session", "then", "token",   "v"};
    return std::ranges::find(members, name) != members.end();
}

} // namespace

Digest commitment(const Salt& salt, std::string_view details) { return wire::sha256({salt, as_bytes(details)}); }

json::object take_details(std::string_view name, json::object& body) {
    json::object details;
    const auto* const kind = kind_of(name);
    if (kind == nullptr) return details;
    for (const auto& member : kind->members)
        if (member.place == Place::details)
            if (const auto found = body.find(member.name); found != body.end()) {
                details.emplace(member.name, std::move(found->value()));
                body.erase(found);
            }
    return details;
}

Result<Entry> make_entry(Record record, const json::object& members) {
    const auto* const kind = kind_of(record.kind);
    if (kind == nullptr || std::ranges::find(kind->members, Place::details, &Member::place) == kind->members.end()) {
        auto fault = fault_of(record.kind, members);
        if (!fault.empty()) return fail(Code::internal, std::move(fault));
        return entry_of(std::move(record), members, {});
    }
    auto body = members;
    const auto personal = take_details(record.kind, body);
    auto fault = fault_of(record.kind, body);
    if (const auto name = bad_member(*kind, personal, Place::details); fault.empty() && !name.empty())
        fault = fmt::format("a record {} has no proper member {}", record.kind, escaped(name, 64));
    if (!fault.empty()) return fail(Code::internal, std::move(fault));
    return entry_of(std::move(record), body, personal);
}

Entry make_entry(Record record, const TransitionBody& body) {
    Entry entry;
    entry.body.reserve(body.cause.size() + body.from.size() + body.to.size() + 64);
    append_quoted(entry.body.append("{\"cause\":"), body.cause);
    append_quoted(entry.body.append(",\"from\":"), body.from);
    append_quoted(entry.body.append(",\"to\":"), body.to);
    entry.body.append(",\"us\":").append(fmt::format_int{body.us}.c_str()).append("}");
    record.kind = "transition";
    entry.last_at = record.at;
    entry.record = std::move(record);
    return entry;
}

Result<Entry> take_entry(Record record) {
    auto body = std::exchange(record.body, {});
    const auto personal = take_details(record.kind, body);
    return entry_of(std::move(record), body, personal);
}

bool take_along(Entry& entry, const Entry& next) {
    const auto& first = entry.record;
    if (first.session.empty() || first.session != next.record.session || first.token != next.record.token) return false;
    if (!next.details.empty() || next.taken != 0 || entry.taken == then_max) return false;
    if (entry.body.size() + entry.then.size() + next.body.size() + event_bytes_max > bodies_bytes_max) return false;
    if (!entry.then.empty()) entry.then += ',';
    append_event(entry.then, entry.last_at, next.record.at, next.record.kind, next.body);
    entry.last_at = next.record.at;
    ++entry.taken;
    return true;
}

Encoded encode(Entry entry, const Salt& salt) {
    if (!entry.details.empty()) entry.record.details = commitment(salt, entry.details);
    return {assemble(entry.record, entry.body, entry.then), std::move(entry.details)};
}

Result<std::string> to_bytes(const Record& record) {
    const auto body = wire::canonical_json(record.body);
    if (!body) return formless(record.kind);
    std::string then;
    auto before = record.at;
    for (const auto& event : record.then) {
        const auto text = wire::canonical_json(event.body);
        if (!text) return formless(event.kind);
        if (!then.empty()) then += ',';
        append_event(then, std::exchange(before, event.at), event.at, event.kind, *text);
    }
    auto bytes = assemble(record, *body, then);
    if (bytes.size() > record_bytes_max) return formless(record.kind);
    return bytes;
}

std::string fault_of(const Record& record) {
    auto fault = fault_of(record.kind, record.body);
    for (const auto& event : record.then)
        if (fault.empty()) fault = fault_of(event.kind, event.body);
    return fault;
}

Result<Record> decode(ByteView bytes) {
    if (bytes.size() > record_bytes_max) return damaged("it is too large");
    auto parsed = wire::parse_json(bytes);
    if (!parsed || !parsed->is_object()) return damaged("it is no JSON object");
    if (const auto again = wire::canonical_json(*parsed); !again || *again != as_text(bytes))
        return damaged("it is not in canonical form");
    auto& object = parsed->get_object();
    if (!std::ranges::all_of(object, [](const auto& one) { return is_known_member(one.key()); }))
        return damaged("it has an unknown member");

    Record record;
    const auto* const version = object.if_contains("v");
    auto* const then = object.if_contains("then");
    if (version == nullptr || !version->is_int64() ||
        version->get_int64() != (then == nullptr ? record_version : record_version_then))
        return damaged("it is of another version");
    const auto* const seq = object.if_contains("seq");
    if (seq == nullptr || !is_number(*seq)) return damaged("seq is no number");
    record.seq = seq->to_number<std::uint64_t>();
    const auto at = time_of(object.if_contains("at"));
    if (!at) return damaged("at is no time");
    record.at = *at;
    const auto name = text_of(object, "kind", 64);
    if (!name || name->empty()) return damaged("kind is no text");
    record.kind = *name;
    auto session = text_of(object, "session", session_bytes_max);
    auto token = text_of(object, "token", token_digits);
    if (!session || !token || !is_token_id(*token)) return damaged("session or token is no id");
    record.session = std::move(*session);
    record.token = std::move(*token);
    if (const auto details = text_of(object, "details", 64); !details) {
        return damaged("details is no text");
    } else if (!details->empty()) {
        const auto hash = wire::from_base64url(*details);
        if (!hash || hash->size() != sizeof(Digest)) return damaged("details is no SHA-256");
        std::ranges::copy(*hash, record.details.emplace().begin());
    }
    auto* const body = object.if_contains("body");
    if (body == nullptr || !body->is_object()) return damaged("body is no object");
    record.body = std::move(body->get_object());
    if (then != nullptr) {
        auto events = events_of(*then, record.at);
        if (!events || record.session.empty()) return damaged("then is no list of events of a session");
        record.then = std::move(*events);
    }
    return record;
}

} // namespace taleus::audit
