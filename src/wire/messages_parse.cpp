// The reading side of messages.hpp.
#include "wire/json_scan.hpp"
#include "wire/members.hpp"
#include "wire/messages.hpp"

#include <algorithm>

namespace taleus::wire {
namespace {

namespace json = boost::json;

constexpr Bounds token_bytes{1, 512};
constexpr Bounds party_id_bytes{1, 256};
constexpr Bounds cadre_count{0, 64};
constexpr Bounds cadre_bytes{0, 512};
constexpr Bounds tally_id_bytes{1, 256};
constexpr Bounds created_by_bytes{0, 64};
constexpr Bounds endpoint_bytes{1, endpoint_bytes_max};
constexpr Bounds credentials_ref_bytes{0, credentials_ref_bytes_max};
constexpr Bounds reason_bytes{0, 512};
constexpr Bounds code_bytes{0, 64};
constexpr Bounds session_id_bytes{1, 64};
constexpr Bounds sealed_bytes{0, 4096};
constexpr std::size_t draft_bytes_max = 4096;
constexpr std::size_t receipt_bytes_max = 2048;
// A value takes up to 63 bytes more than its text had. This many of them, of a message of the default size, still fit
// the memory that its session reserves (taleus/limits.hpp); an identity bundle of several credentials has some hundred.
constexpr std::size_t values_max = 1024;

Result<json::value> parse_object(ByteView text) {
    auto value = parse_json(text, values_max);
    if (value && !value->is_object()) return fail(Code::malformed, "message is not an object");
    return value;
}

// The message unless a fault was found while reading it.
template <class Out, class Message> Result<Out> checked(Message&& message, const Fault& fault) {
    if (!fault.empty()) return fail(Code::malformed, fault.text);
    return Out{std::forward<Message>(message)};
}

std::optional<std::string> session_id_of(const Members& from, Fault& fault) {
    auto id = from.optional_text("sessionId", session_id_bytes);
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (id && !std::ranges::all_of(*id, is_allowed)) fault.set("sessionId", "has a character that is not allowed");
    return id;
}

Provisioned provisioned_of(const Members& from) {
    const auto tally = from.members("tally");
    const auto database = from.members("dbConnectionInfo");
    Provisioned out;
    out.tally.tally_id = tally.text("tallyId", tally_id_bytes);
    out.tally.created_by = tally.text("createdBy", created_by_bytes);
    out.database.endpoint = database.text("endpoint", endpoint_bytes);
    out.database.credentials_ref = database.text("credentialsRef", credentials_ref_bytes);
    out.draft = from.optional_object("draft", draft_bytes_max);
    out.sealed_credentials = from.optional_text("sealedCredentials", sealed_bytes);
    out.receipt = from.optional_object("receipt", receipt_bytes_max);
    return out;
}

Contact contact_of(const Members& from) {
    Contact out;
    out.token = from.text("token", token_bytes);
    out.party_id = from.text("partyId", party_id_bytes);
    out.identity_bundle = from.any("identityBundle");
    out.cadre = from.texts("cadrePeerAddrs", cadre_count, cadre_bytes);
    return out;
}

Approved approved_of(const Members& from, Fault& fault) {
    Approved out;
    out.party_id = from.text("partyId", party_id_bytes);
    out.cadre = from.texts("cadrePeerAddrs", cadre_count, cadre_bytes);
    if (from.has("provisionResult")) out.provisioned = provisioned_of(from.members("provisionResult"));
    out.session_id = session_id_of(from, fault);
    out.expires_in = from.optional_duration("expiresInMs");
    out.receipt = from.optional_object("receipt", receipt_bytes_max);
    return out;
}

// A refusal with a code has said why; only without one is its reason needed.
Refusal refusal_of(const Members& from) {
    Refusal out;
    if (const auto code = from.optional_text("code", code_bytes))
        out.code = code_from_text(*code).value_or(Code::refused);
    out.reason = out.code && !from.has("reason") ? "" : from.text("reason", reason_bytes);
    out.retry_after = from.optional_duration("retryAfterMs");
    return out;
}

Accepted accepted_of(const Members& from) {
    Accepted out;
    out.tally_id = from.text("tallyId", tally_id_bytes);
    out.draft_verified = from.optional_text("draft", code_bytes) == "verified";
    out.receipt = from.optional_object("receipt", receipt_bytes_max);
    return out;
}

} // namespace

Result<InboundMessage> parse_inbound(ByteView text) {
    const auto value = parse_object(text);
    if (!value) return fail(value.error());
    Fault fault;
    const Members from{value->get_object(), fault};
    if (from.has("token") && from.has("tally")) return fail(Code::malformed, "token and tally exclude each other");
    if (from.has("token")) return checked<InboundMessage>(contact_of(from), fault);
    if (!from.has("tally")) return fail(Code::malformed, "token or tally is missing");
    DatabaseResult result;
    result.provisioned = provisioned_of(from);
    result.session_id = session_id_of(from, fault);
    return checked<InboundMessage>(std::move(result), fault);
}

bool looks_like_database_result(ByteView text) {
    bool has_tally = false;
    for (const auto& member : scan_members(as_text(text))) {
        auto name = std::string{member.name};
        if (name.contains('\\')) {
            const auto decoded = parse_json(as_bytes('"' + name + '"'));
            if (decoded && decoded->is_string()) name = std::string_view{decoded->get_string()};
        }
        if (name == "token") return false;
        has_tally = has_tally || name == "tally";
    }
    return has_tally;
}

Result<Response> parse_response(ByteView text) {
    const auto value = parse_object(text);
    if (!value) return fail(value.error());
    Fault fault;
    const Members from{value->get_object(), fault};
    if (from.boolean("approved")) return checked<Response>(approved_of(from, fault), fault);
    return checked<Response>(refusal_of(from), fault);
}

Result<Acknowledgement> parse_acknowledgement(ByteView text) {
    const auto value = parse_object(text);
    if (!value) return fail(value.error());
    Fault fault;
    const Members from{value->get_object(), fault};
    if (from.has("approved") && !from.has("accepted") && !from.has("code")) return NotAcknowledged{};
    const auto* const verdict = from.has("approved") && !from.has("accepted") ? "approved" : "accepted";
    if (!from.boolean(verdict)) return checked<Acknowledgement>(refusal_of(from), fault);
    if (from.has("code")) fault.set("code", "contradicts the verdict");
    return checked<Acknowledgement>(accepted_of(from), fault);
}

} // namespace taleus::wire
