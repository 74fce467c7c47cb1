#include "library/terms.hpp"

#include "wire/link.hpp"
#include "wire/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace taleus {

std::string_view to_text(Standing standing) {
    constexpr std::array<std::string_view, 4> texts{"active", "exhausted", "expired", "revoked"};
    return texts.at(static_cast<std::size_t>(standing));
}

} // namespace taleus

namespace taleus::library {
namespace {

constexpr std::uint64_t uses_max = std::numeric_limits<std::int64_t>::max(); // what a store counts
constexpr std::size_t label_bytes_max = 256;
constexpr auto valid_max = std::chrono::days{365 * 100};

bool is_count(const std::optional<std::uint64_t>& count) { return !count || (*count > 0 && *count <= uses_max); }

Standing standing_of(std::string_view text) {
    for (const auto standing : {Standing::exhausted, Standing::expired, Standing::revoked})
        if (to_text(standing) == text) return standing;
    return Standing::active;
}

} // namespace

Result<protocol::Invitation> known_invitation_of(const Terms& terms, const TokenHash& token, UtcTime now) {
    const auto valid = std::chrono::floor<std::chrono::milliseconds>(terms.valid_for);
    if (!terms.expiry && (valid <= std::chrono::milliseconds{0} || valid > valid_max))
        return fail(Code::malformed, "an invitation is valid for a millisecond to a hundred years");
    if (!is_count(terms.uses) || !is_count(terms.per_peer))
        return fail(Code::malformed, "an invitation has one use or more, or any number");
    if (terms.label.size() > label_bytes_max || !wire::is_utf8(terms.label))
        return fail(Code::malformed, "a label has at most 256 bytes of UTF-8");
    return protocol::Invitation{.token = token,
                                .role = terms.role,
                                .created = now,
                                .expiry = std::min(terms.expiry.value_or(now + valid), wire::link_expiry_max),
                                .uses = terms.uses,
                                .per_peer = terms.per_peer,
                                .requirement = terms.requirement,
                                .label = terms.label,
                                .revoked = std::nullopt};
}

Result<protocol::Invitation> invitation_of(const Terms& terms, const TokenHash& token, UtcTime now) {
    if (terms.expiry > wire::link_expiry_max)
        return fail(Code::malformed, "an invitation ends in the year 9999 at the latest, as its link can say");
    auto invitation = known_invitation_of(terms, token, now);
    if (invitation && invitation->expiry <= now) return fail(Code::malformed, "the invitation would be over already");
    return invitation;
}

Invitation shown(const ports::InvitationView& view, UtcTime now) {
    const auto& of = view.invitation;
    return {.id = id_of(of.token),
            .role = of.role,
            .uses = of.uses,
            .per_peer = of.per_peer,
            .requirement = of.requirement,
            .label = of.label,
            .created = of.created,
            .expiry = of.expiry,
            .revoked = of.revoked,
            .spent = view.usage.spent,
            .reserved = view.usage.reserved,
            .standing = standing_of(protocol::standing(of, view.usage, now))};
}

JoinResult shown(const session::JoinResult& end) {
    return {.outcome = end.outcome,
            .code = end.code,
            .reason = end.reason,
            .resumed = end.resumed,
            .session = end.session_id,
            .address = end.address,
            .peer = end.peer_id,
            .tally = end.outcome == StateName::done && end.tally ? std::optional{shown(*end.tally)} : std::nullopt,
            .receipt = end.receipt};
}

Tally shown(const ports::TallyRecord& record) {
    return {.id = record.tally_id,
            .session = record.session_id,
            .side = record.side,
            .role = record.role,
            .created_by = record.tally.created_by,
            .own_party = record.own_party,
            .partner_party = record.partner_party,
            .partner_peer = record.peer.to_text(),
            .partner_cadre = record.partner_cadre,
            .invitation = id_of(record.token),
            .database = {record.database.endpoint, record.database.credentials_ref},
            .draft = record.draft,
            .draft_verified = record.draft_verified,
            .acknowledged = record.acknowledged,
            .confirmed = record.confirmed,
            .access = record.access,
            .recorded = record.recorded};
}

} // namespace taleus::library
