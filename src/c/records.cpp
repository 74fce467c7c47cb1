#include "c/records.hpp"

#include "c/error.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace taleus::c {
namespace {

std::int64_t time_of(UtcTime time) { return time.time_since_epoch().count(); }

// JSON allows a NUL within a text. C would take the text for what stands before it: an address, say, for another one.
std::string without_nul(std::string text) {
    constexpr std::string_view replacement = "\uFFFD";
    for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) text.replace(at, 1, replacement);
    return text;
}

Tally without_nul(Tally tally) {
    for (auto* text : {&tally.id, &tally.created_by, &tally.own_party, &tally.partner_party, &tally.database.endpoint,
                       &tally.database.credentials_ref})
        *text = without_nul(std::move(*text));
    for (auto& address : tally.partner_cadre) address = without_nul(std::move(address));
    return tally;
}

Login without_nul(Login login) {
    login.name = without_nul(std::move(login.name));
    return login;
}

Link without_nul(Link link) {
    link.token = without_nul(std::move(link.token));
    link.requirement = without_nul(std::move(link.requirement));
    return link;
}

} // namespace

TextsRecord::TextsRecord(std::vector<std::string> texts) : Record{std::move(texts)}, pointers{value} {
    count = value.size();
    items = pointers.data();
}

IssuedRecord::IssuedRecord(Issued issued) : Record{std::move(issued)} {
    id = value.id.c_str();
    uri = value.uri.c_str();
    json = value.json.c_str();
    expiry = time_of(value.expiry);
}

InvitationRecord::InvitationRecord(Invitation invitation) : Record{std::move(invitation)} {
    id = value.id.c_str();
    role = static_cast<int32_t>(value.role);
    requirement = static_cast<int32_t>(value.requirement);
    uses = value.uses.value_or(TALEUS_UNLIMITED);
    per_peer = value.per_peer.value_or(0);
    label = value.label.c_str();
    created = time_of(value.created);
    expiry = time_of(value.expiry);
    revoked = value.revoked ? time_of(*value.revoked) : 0;
    spent = value.spent;
    reserved = value.reserved;
    standing = static_cast<int32_t>(value.standing);
}

TallyRecord::TallyRecord(Tally tally) : Record{without_nul(std::move(tally))}, cadre{value.partner_cadre} {
    id = value.id.c_str();
    session = value.session.c_str();
    side = static_cast<int32_t>(value.side);
    role = static_cast<int32_t>(value.role);
    created_by = value.created_by.c_str();
    own_party = value.own_party.c_str();
    partner_party = value.partner_party.c_str();
    partner_peer = value.partner_peer.c_str();
    partner_cadre = cadre.data();
    partner_cadre_count = value.partner_cadre.size();
    invitation = value.invitation.c_str();
    endpoint = value.database.endpoint.c_str();
    credentials_ref = value.database.credentials_ref.c_str();
    draft = value.draft.c_str();
    draft_verified = value.draft_verified ? 1 : 0;
    acknowledged = value.acknowledged ? 1 : 0;
    confirmed = value.confirmed ? 1 : 0;
    access = static_cast<int32_t>(value.access);
    recorded = time_of(value.recorded);
}

LoginRecord::LoginRecord(Login login) : Record{without_nul(std::move(login))} {
    name = value.name.c_str();
    password = value.password.c_str();
}

CheckRecord::CheckRecord(Check check) : Record{std::move(check)} {
    name = value.name.c_str();
    code = value.code.c_str();
    detail = value.detail.c_str();
}

CountsRecord::CountsRecord(Counts counts) : Record{counts} {
    serving = value.serving;
    awaiting_database = value.awaiting_database;
    connections = value.connections;
    begun = value.begun;
    active = value.active;
    ended = value.ended;
    left = value.left;
    events_dropped = value.events_dropped;
}

LinkRecord::LinkRecord(Link link) : Record{without_nul(std::move(link))}, pointers{value.addresses} {
    addresses = pointers.data();
    addresses_count = value.addresses.size();
    token = value.token.c_str();
    expiry = time_of(value.expiry);
    role = static_cast<int32_t>(value.role);
    requirement = value.requirement.c_str();
    signer = value.signer.c_str();
}

JoinResultRecord::JoinResultRecord(JoinResult result)
    : Record{std::move(result)},
      made{value.tally ? std::make_unique<const TallyRecord>(*value.tally) : std::unique_ptr<const TallyRecord>{}} {
    outcome = static_cast<int32_t>(value.outcome);
    code = value.code ? code_of(*value.code) : TALEUS_OK;
    reason = value.reason.c_str();
    resumed = value.resumed ? 1 : 0;
    session = value.session.c_str();
    address = value.address.c_str();
    this->tally = made.get();
    receipt = static_cast<int32_t>(value.receipt);
    peer = value.peer.c_str();
}

} // namespace taleus::c

extern "C" {

void taleus_texts_free(const taleus_texts* texts) { delete static_cast<const taleus::c::TextsRecord*>(texts); }
void taleus_issued_free(const taleus_issued* issued) { delete static_cast<const taleus::c::IssuedRecord*>(issued); }
void taleus_invitations_free(const taleus_invitations* invitations) {
    delete static_cast<const taleus::c::InvitationsRecord*>(invitations);
}
void taleus_tallies_free(const taleus_tallies* tallies) {
    delete static_cast<const taleus::c::TalliesRecord*>(tallies);
}
void taleus_login_free(const taleus_login* login) { delete static_cast<const taleus::c::LoginRecord*>(login); }
void taleus_health_free(const taleus_health* health) { delete static_cast<const taleus::c::HealthRecord*>(health); }
void taleus_counts_free(const taleus_counts* counts) { delete static_cast<const taleus::c::CountsRecord*>(counts); }
void taleus_link_free(const taleus_link* link) { delete static_cast<const taleus::c::LinkRecord*>(link); }
void taleus_join_result_free(const taleus_join_result* result) {
    delete static_cast<const taleus::c::JoinResultRecord*>(result);
}

taleus_code taleus_link_parse(const char* text, const taleus_link** link, taleus_error** error) {
    using namespace taleus;
    return c::giving(link, error, [&]() -> Result<const taleus_link*> {
        if (text == nullptr) return fail(Code::malformed, "the text is NULL");
        auto parsed = parse_link(text);
        if (!parsed) return fail(std::move(parsed.error()));
        return new c::LinkRecord{std::move(*parsed)};
    });
}

} // extern "C"
