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
constexpr std::size_t members_max = 8;

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

Result<Entry> entry_of(Record record, const json::object& details) {
    Entry entry{std::move(record), {}};
    if (details.empty()) return entry;
    auto text = wire::canonical_json(details);
    if (!text) return fail(Code::internal, "an audit record's details have no canonical form");
    entry.details = std::move(*text);
    return entry;
}

bool is_known_member(std::string_view name) {
    static constexpr std::array<std::string_view, members_max> members{"at",  "body",    "details", "kind",
                                                                       "seq", "session", "token",   "v"};
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

Result<Entry> make_entry(Record record) {
    const auto details = take_details(record.kind, record.body);
    auto fault = fault_of(record);
    const auto* const kind = kind_of(record.kind);
    if (fault.empty() && kind != nullptr && !kind->is_counts)
        if (const auto name = bad_member(*kind, details, Place::details); !name.empty())
            fault = fmt::format("a record {} has no proper member {}", record.kind, name);
    if (!fault.empty()) return fail(Code::internal, std::move(fault));
    return entry_of(std::move(record), details);
}

Result<Entry> take_entry(Record record) {
    const auto details = take_details(record.kind, record.body);
    return entry_of(std::move(record), details);
}

Result<Encoded> encode(Entry entry, const Salt& salt) {
    if (!entry.details.empty()) entry.record.details = commitment(salt, entry.details);
    auto bytes = to_bytes(std::move(entry.record));
    if (!bytes) return fail(bytes.error());
    return Encoded{std::move(*bytes), std::move(entry.details)};
}

Result<std::string> to_bytes(Record record) {
    json::object object; // its members in the order of the canonical form
    object.reserve(members_max);
    object.emplace("at", to_text(record.at));
    object.emplace("body", std::move(record.body));
    if (record.details) object.emplace("details", wire::to_base64url(*record.details));
    object.emplace("kind", record.kind);
    object.emplace("seq", record.seq);
    if (!record.session.empty()) object.emplace("session", record.session);
    if (!record.token.empty()) object.emplace("token", record.token);
    object.emplace("v", record_version);
    auto bytes = wire::canonical_json(std::move(object));
    if (!bytes || bytes->size() > record_bytes_max)
        return fail(Code::internal, fmt::format("an audit record {} has no canonical form", record.kind));
    return bytes;
}

std::string fault_of(const Record& record) {
    const auto* const kind = kind_of(record.kind);
    if (kind == nullptr) return fmt::format("the kind {} is not listed", escaped(record.kind, 64));
    const auto name = bad_member(*kind, record.body, Place::body);
    if (name.empty()) return {};
    return fmt::format("a record {} has no proper member {}", record.kind, escaped(name, 64));
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
    if (version == nullptr || !version->is_int64() || version->get_int64() != record_version)
        return damaged("it is of another version");
    const auto* const seq = object.if_contains("seq");
    if (seq == nullptr || !is_number(*seq)) return damaged("seq is no number");
    record.seq = seq->to_number<std::uint64_t>();
    const auto at = text_of(object, "at", 32);
    const auto time = at ? utc_from_text(*at) : Result<UtcTime>{damaged("at is no time")};
    if (!time || to_text(*time) != *at) return damaged("at is no time");
    record.at = *time;
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
    return record;
}

} // namespace taleus::audit
