#include "c/options.hpp"

#include "c/sized.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace taleus::c {
namespace {

Result<std::vector<std::string>> texts_of(const char* const* items, std::size_t count, const char* name) {
    constexpr std::size_t count_max = 1024; // beyond any that is allowed; a count that nobody set is not followed far
    std::vector<std::string> texts;
    if (count > count_max || (count > 0 && items == nullptr))
        return fail(Code::malformed, std::string{name} + " does not hold what its count says");
    for (std::size_t i = 0; i < count; ++i) {
        if (items[i] == nullptr) return fail(Code::malformed, std::string{name} + " holds NULL");
        texts.emplace_back(items[i]);
    }
    return texts;
}

void set(Duration& setting, std::int64_t given) {
    if (given != 0) setting = milliseconds(given);
}
void set(std::size_t& setting, std::uint64_t given) {
    if (given != 0) setting = given;
}

Result<ReadBack> read_back_of(const taleus_read_back* pointer) {
    const auto given = sized(pointer, "party.read_back");
    if (!given) return fail(given.error());
    ReadBack how{.program = text_or_none(given->program), .only_public = given->any_address == 0};
    if (given->tls != nullptr) how.tls = given->tls;
    if (given->authorities != nullptr) how.authorities = given->authorities;
    set(how.timeout, given->timeout);
    return how;
}

Result<Party> party_of(const taleus_party* pointer) {
    if (pointer == nullptr) return fail(Code::malformed, "party is NULL");
    const auto given = sized(pointer, "party");
    if (!given) return fail(given.error());
    if (text_or_none(given->home).empty()) return fail(Code::malformed, "party.home is missing");
    Party party{
        .home = given->home, .store_url = text_or_none(given->store_url), .party_id = text_or_none(given->party_id)};
    if (given->key_file != nullptr) {
        auto key = NodeKey::load(given->key_file);
        if (!key) return fail(std::move(key.error()));
        party.key = std::move(*key);
    }
    auto cadre = texts_of(given->cadre, given->cadre_count, "party.cadre");
    if (!cadre) return fail(std::move(cadre.error()));
    party.cadre = std::move(*cadre);
    set(party.time_to_live, given->time_to_live);
    if (given->log_level < 0 || given->log_level > TALEUS_LOG_ERROR)
        return fail(Code::malformed, "party.log_level is none");
    if (given->log_level != 0) party.log_level = static_cast<LogLevel>(given->log_level - TALEUS_LOG_DEBUG);
    auto how = read_back_of(given->read_back);
    if (!how) return fail(std::move(how.error()));
    party.read_back = std::move(*how);
    if (given->log != nullptr)
        party.log = [log = given->log, context = given->log_context](const LogLine& line) {
            log(context, static_cast<int32_t>(line.level) + TALEUS_LOG_DEBUG, std::string{line.module}.c_str(),
                std::string{line.message}.c_str());
        };
    return party;
}

} // namespace

Duration milliseconds(std::int64_t count) {
    constexpr std::int64_t most = 1'000'000'000'000; // thirty years
    return std::chrono::milliseconds{std::clamp(count, -most, most)};
}

Result<Terms> terms_of(const taleus_terms* pointer) {
    const auto given = sized(pointer, "terms");
    if (!given) return fail(given.error());
    if (given->role != TALEUS_STOCK && given->role != TALEUS_FOIL) return fail(Code::malformed, "terms.role is none");
    if (given->requirement < TALEUS_ANY || given->requirement > TALEUS_EXTERNAL)
        return fail(Code::malformed, "terms.requirement is none");
    Terms terms{.role = static_cast<Role>(given->role),
                .requirement = static_cast<Requirement>(given->requirement),
                .label = text_or_none(given->label)};
    if (given->uses == TALEUS_UNLIMITED)
        terms.uses = std::nullopt;
    else if (given->uses != 0)
        terms.uses = given->uses;
    if (given->per_peer != 0) terms.per_peer = given->per_peer;
    set(terms.valid_for, given->valid_for);
    if (given->expiry != 0) terms.expiry = UtcTime{std::chrono::milliseconds{given->expiry}};
    return terms;
}

Result<MadeDatabase> made_of(const taleus_made_database* pointer) {
    const auto given = sized(pointer, "made");
    if (!given) return fail(given.error());
    return MadeDatabase{.database = {.endpoint = text_or_none(given->endpoint),
                                     .credentials_ref = text_or_none(given->credentials_ref)},
                        .own_login = text_or_none(given->own_login),
                        .has_logins = given->has_logins != 0};
}

Result<LiveSettings> live_of(const taleus_listener_timeouts* timeouts, const taleus_limits* limits) {
    const auto times = sized(timeouts, "timeouts");
    if (!times) return fail(times.error());
    const auto most = sized(limits, "limits");
    if (!most) return fail(most.error());
    LiveSettings live;
    set(live.timeouts.step, times->step);
    set(live.timeouts.respond, times->respond);
    set(live.timeouts.session, times->session);
    set(live.timeouts.await_database, times->await_database);
    set(live.timeouts.refusal, times->refusal);
    set(live.limits.sessions, most->sessions);
    set(live.limits.sessions_per_peer, most->sessions_per_peer);
    set(live.limits.sessions_per_address, most->sessions_per_address);
    set(live.limits.reserved, most->reserved);
    set(live.limits.memory, most->memory);
    set(live.limits.sessions_per_token, most->sessions_per_token);
    set(live.limits.waiting, most->waiting);
    set(live.limits.waiting_per_peer, most->waiting_per_peer);
    set(live.limits.waiting_per_token, most->waiting_per_token);
    set(live.limits.joiners, most->joiners);
    set(live.limits.message_bytes, most->message_bytes);
    set(live.connections, most->connections);
    set(live.connections_per_address, most->connections_per_address);
    return live;
}

Result<ListenerSettings> listener_settings_of(const taleus_listener_options& given) {
    auto party = party_of(given.party);
    if (!party) return fail(std::move(party.error()));
    auto listen = texts_of(given.listen, given.listen_count, "listen");
    if (!listen) return fail(std::move(listen.error()));
    auto announce = texts_of(given.announce, given.announce_count, "announce");
    if (!announce) return fail(std::move(announce.error()));
    auto live = live_of(given.timeouts, given.limits);
    if (!live) return fail(std::move(live.error()));
    ListenerSettings settings{.party = std::move(*party), .announce = std::move(*announce), .live = *live};
    if (!listen->empty()) settings.listen = std::move(*listen);
    return settings;
}

Result<DialerSettings> dialer_settings_of(const taleus_dialer_options& given) {
    auto party = party_of(given.party);
    if (!party) return fail(std::move(party.error()));
    const auto times = sized(given.timeouts, "timeouts");
    if (!times) return fail(times.error());
    DialerSettings settings{.party = std::move(*party)};
    set(settings.timeouts.connect, times->connect);
    set(settings.timeouts.step, times->step);
    set(settings.timeouts.response, times->response);
    set(settings.timeouts.session, times->session);
    return settings;
}

Result<JoinRequest> request_of(const taleus_join_options& given) {
    if (given.link == nullptr) return fail(Code::malformed, "join.link is NULL");
    return JoinRequest{.link = given.link,
                       .expected_signer = text_or_none(given.expected_signer),
                       .require_signed = given.require_signed != 0};
}

} // namespace taleus::c
