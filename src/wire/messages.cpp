// The writing side of messages.hpp, and the texts of refusals.
#include "wire/messages.hpp"

#include "base/ensure.hpp"
#include "wire/json_scan.hpp"
#include "wire/utf8.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace taleus::wire {
namespace {

namespace json = boost::json;

constexpr std::size_t reason_bytes_max = 512;

struct PublishedReason {
    Code code;
    std::string_view text;
};
constexpr std::array<PublishedReason, 3> published_reasons{
    {{Code::invalid_token, "Invalid token"},
     {Code::invalid_identity, "Invalid identity"},
     {Code::overloaded, "Service temporarily unavailable - too many concurrent sessions"}}};

json::array array_of(const std::vector<std::string>& texts) {
    json::array out;
    for (const auto& text : texts) out.emplace_back(text);
    return out;
}

void add(json::object& to, std::string_view name, const std::optional<json::value>& value) {
    if (value) to.emplace(name, *value);
}
void add(json::object& to, std::string_view name, const std::optional<std::string>& value) {
    if (value) to.emplace(name, *value);
}
void add(json::object& to, std::string_view name, std::optional<std::chrono::milliseconds> value) {
    if (value) to.emplace(name, value->count());
}

void add(json::object& to, const Provisioned& from) {
    to.emplace("tally", json::object{{"tallyId", from.tally.tally_id}, {"createdBy", from.tally.created_by}});
    to.emplace("dbConnectionInfo",
               json::object{{"endpoint", from.database.endpoint}, {"credentialsRef", from.database.credentials_ref}});
    add(to, "draft", from.draft);
    add(to, "sealedCredentials", from.sealed_credentials);
    add(to, "receipt", from.receipt);
}

bool is_token_code(Code code) {
    return code == Code::invalid_token || code == Code::token_expired || code == Code::token_used ||
           code == Code::token_in_use || code == Code::token_revoked;
}

// At most so many bytes, without cutting a character in two.
std::string clipped(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string{text};
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0U) == 0x80U) --bytes_max;
    return std::string{text.substr(0, bytes_max)};
}

} // namespace

std::string to_json(const Contact& message) {
    return json::serialize(json::object{{"token", message.token},
                                        {"partyId", message.party_id},
                                        {"identityBundle", message.identity_bundle},
                                        {"cadrePeerAddrs", array_of(message.cadre)}});
}

std::string to_json(const Approved& message) {
    json::object out{{"approved", true}, {"partyId", message.party_id}, {"cadrePeerAddrs", array_of(message.cadre)}};
    if (message.provisioned) {
        json::object provisioned;
        add(provisioned, *message.provisioned);
        out.emplace("provisionResult", std::move(provisioned));
    }
    add(out, "sessionId", message.session_id);
    add(out, "expiresInMs", message.expires_in);
    add(out, "receipt", message.receipt);
    return json::serialize(out);
}

std::string to_json(const DatabaseResult& message) {
    json::object out;
    add(out, message.provisioned);
    add(out, "sessionId", message.session_id);
    return json::serialize(out);
}

std::string to_json(const Accepted& message) {
    json::object out{{"accepted", true}, {"tallyId", message.tally_id}};
    if (message.draft_verified) out.emplace("draft", "verified");
    add(out, "receipt", message.receipt);
    return json::serialize(out);
}

std::string to_json(const Refusal& message, RefusalForm form) {
    json::object out{{form == RefusalForm::result ? "approved" : "accepted", false}, {"reason", message.reason}};
    if (message.code) out.emplace("code", to_text(*message.code));
    add(out, "retryAfterMs", message.retry_after);
    return json::serialize(out);
}

std::string with_expiry(std::string_view approved_json, std::chrono::milliseconds left) {
    auto out = std::string{approved_json};
    const auto members = scan_members(approved_json);
    const auto found = std::ranges::find(members, "expiresInMs", &ScannedMember::name);
    if (found == members.end()) return out;
    const auto end = std::min(approved_json.find_first_not_of("0123456789", found->value), approved_json.size());
    out.replace(found->value, end - found->value, std::to_string(std::max<std::int64_t>(left.count(), 0)));
    return out;
}

std::string with_receipt(std::string_view json, std::string_view receipt) {
    std::string out{json};
    if (receipt.empty()) return out;
    const auto members = scan_members(json);
    const auto result = std::ranges::find(members, "provisionResult", &ScannedMember::name);
    const auto object = result == members.end() ? std::size_t{0} : result->value;
    ensure(object < out.size() && out[object] == '{', "a stored answer is an object with members");
    return out.insert(object + 1, fmt::format(R"("receipt":{},)", receipt));
}

std::string reason_for(Code code, std::string_view detail) {
    if (is_token_code(code)) code = Code::invalid_token; // the state of a token is in `code` only
    const auto* const found = std::ranges::find(published_reasons, code, &PublishedReason::code);
    return found == published_reasons.end() ? clipped(detail, reason_bytes_max) : std::string{found->text};
}

Code code_of(const Refusal& refusal) {
    if (refusal.code) return *refusal.code;
    const auto* const found = std::ranges::find(published_reasons, refusal.reason, &PublishedReason::text);
    return found == published_reasons.end() ? Code::refused : found->code;
}

bool is_tellable(const DatabaseAccess& database) {
    return !database.endpoint.empty() && database.endpoint.size() <= endpoint_bytes_max &&
           database.credentials_ref.size() <= credentials_ref_bytes_max && is_utf8(database.endpoint) &&
           is_utf8(database.credentials_ref);
}

} // namespace taleus::wire
