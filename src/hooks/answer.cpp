#include "hooks/answer.hpp"

#include "wire/json.hpp"

#include <fmt/format.h>

namespace taleus::hooks {
namespace {

namespace json = boost::json;

constexpr std::size_t reason_bytes_max = 512;

std::unexpected<Error> nonsense(std::string_view what) {
    return fail(Code::dependency_unavailable, fmt::format("the hook's answer makes no sense: {}", what));
}

std::optional<bool> boolean(const json::object& answer, std::string_view name) {
    const auto* member = answer.if_contains(name);
    if (member == nullptr || !member->is_bool()) return std::nullopt;
    return member->get_bool();
}

std::optional<std::string_view> text(const json::object& answer, std::string_view name) {
    const auto* member = answer.if_contains(name);
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return std::string_view{member->get_string()};
}

// A number of uses: absent, or 1 and more.
bool read_count(const json::object& answer, std::string_view name, std::optional<std::uint64_t>& count) {
    const auto* member = answer.if_contains(name);
    if (member == nullptr || member->is_null()) return true;
    if (!member->is_int64() || member->get_int64() < 1) return false;
    count = static_cast<std::uint64_t>(member->get_int64());
    return true;
}

} // namespace

Result<json::object> parse_answer(std::string_view text) {
    auto value = wire::parse_json(as_bytes(text));
    if (!value) return nonsense(value.error().context);
    if (!value->is_object()) return nonsense("it is no object");
    return std::move(value->get_object());
}

Result<std::optional<std::string>> identity_of_answer(const json::object& answer) {
    const auto accepted = boolean(answer, "accepted");
    if (!accepted) return nonsense("accepted");
    if (*accepted) return std::optional<std::string>{};
    const auto reason = answer.contains("reason") ? text(answer, "reason") : std::string_view{"no reason given"};
    if (!reason || reason->size() > reason_bytes_max) return nonsense("reason");
    return std::optional{std::string{*reason}};
}

Result<std::optional<protocol::Invitation>> invitation_of_answer(const json::object& answer) {
    const auto known = boolean(answer, "known");
    if (!known) return nonsense("known");
    if (!*known) return std::optional<protocol::Invitation>{};

    protocol::Invitation invitation;
    const auto role = text(answer, "role").and_then(wire::role_from_text);
    if (!role) return nonsense("role");
    invitation.role = *role;
    const auto expires = text(answer, "expiresUtc");
    const auto expiry = expires ? utc_from_text(*expires) : fail(Code::malformed, "");
    if (!expiry) return nonsense("expiresUtc");
    invitation.expiry = *expiry;
    if (!read_count(answer, "uses", invitation.uses)) return nonsense("uses");
    if (!read_count(answer, "perPeer", invitation.per_peer)) return nonsense("perPeer");
    if (answer.contains("identity")) {
        const auto requirement = text(answer, "identity").and_then(protocol::requirement_from_text);
        if (!requirement) return nonsense("identity");
        invitation.requirement = *requirement;
    }
    return std::optional{std::move(invitation)};
}

} // namespace taleus::hooks
