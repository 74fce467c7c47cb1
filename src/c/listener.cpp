#include "c/error.hpp"
#include "c/hooks.hpp"
#include "c/options.hpp"
#include "c/records.hpp"
#include "c/sized.hpp"

#include <taleus/listener.hpp>

struct taleus_listener {
    taleus::Listener listener;
    std::string peer_id;
};

namespace taleus::c {
namespace {

// What a function of the listener gives, as a record of the caller's.
template <class Kept, class Out, class Body>
taleus_code ask(taleus_listener* whom, const Out** out, taleus_error** error, Body&& body) noexcept {
    return giving(out, error, [&]() -> Result<const Out*> {
        if (whom == nullptr) return fail(Code::malformed, "the listener is NULL");
        auto given = std::forward<Body>(body)(whom->listener);
        if (!given) return fail(std::move(given.error()));
        return std::make_unique<Kept>(std::move(*given)).release();
    });
}

} // namespace
} // namespace taleus::c

extern "C" {

using namespace taleus;

taleus_code taleus_listener_start(const taleus_listener_options* options, taleus_listener** listener,
                                  taleus_error** error) {
    return c::giving(listener, error, [&]() -> Result<taleus_listener*> {
        const auto given = c::sized(options, "options");
        if (!given) return fail(given.error());
        auto settings = c::listener_settings_of(*given);
        if (!settings) return fail(std::move(settings.error()));
        auto hooks = c::hooks_of(given->hooks);
        if (!hooks) return fail(std::move(hooks.error()));
        auto started = Listener::start(std::move(*settings), std::move(*hooks));
        if (!started) return fail(std::move(started.error()));
        auto peer_id = started->peer_id();
        return new taleus_listener{std::move(*started), std::move(peer_id)};
    });
}

const char* taleus_listener_peer_id(const taleus_listener* listener) {
    return listener == nullptr ? "" : listener->peer_id.c_str();
}

taleus_code taleus_listener_listening(taleus_listener* listener, const taleus_texts** addresses, taleus_error** error) {
    return c::ask<c::TextsRecord>(listener, addresses, error,
                                  [](Listener& of) { return Result<std::vector<std::string>>{of.listening()}; });
}

taleus_code taleus_listener_invite(taleus_listener* listener, const taleus_terms* terms, const char* token,
                                   const taleus_issued** issued, taleus_error** error) {
    return c::ask<c::IssuedRecord>(listener, issued, error, [&](Listener& of) -> Result<Issued> {
        const auto granted = c::terms_of(terms);
        if (!granted) return fail(granted.error());
        return of.invite(*granted, c::text_or_none(token));
    });
}

taleus_code taleus_listener_link(taleus_listener* listener, const taleus_terms* terms, const char* token,
                                 const taleus_issued** issued, taleus_error** error) {
    return c::ask<c::IssuedRecord>(listener, issued, error, [&](Listener& of) -> Result<Issued> {
        const auto granted = c::terms_of(terms);
        if (!granted) return fail(granted.error());
        return of.link(*granted, c::text_or_none(token));
    });
}

taleus_code taleus_listener_invitations(taleus_listener* listener, const taleus_invitations** invitations,
                                        taleus_error** error) {
    return c::ask<c::InvitationsRecord>(listener, invitations, error, [](Listener& of) { return of.invitations(); });
}

taleus_code taleus_listener_revoke(taleus_listener* listener, const char* id, int* found, taleus_error** error) {
    if (found != nullptr) *found = 0;
    return c::guarded(error, [&]() -> Result<void> {
        if (listener == nullptr || id == nullptr) return fail(Code::malformed, "the listener or the id is NULL");
        const auto revoked = listener->listener.revoke(id);
        if (!revoked) return fail(revoked.error());
        if (found != nullptr) *found = *revoked ? 1 : 0;
        return {};
    });
}

taleus_code taleus_listener_tallies(taleus_listener* listener, const taleus_tallies** tallies, taleus_error** error) {
    return c::ask<c::TalliesRecord>(listener, tallies, error, [](Listener& of) { return of.tallies(); });
}

taleus_code taleus_listener_login(taleus_listener* listener, const char* tally_id, const taleus_login** login,
                                  taleus_error** error) {
    return c::giving(login, error, [&]() -> Result<const taleus_login*> {
        if (listener == nullptr || tally_id == nullptr)
            return fail(Code::malformed, "the listener or the tally's id is NULL");
        auto found = listener->listener.login(tally_id);
        if (!found) return fail(std::move(found.error()));
        return *found ? new c::LoginRecord{std::move(**found)} : nullptr;
    });
}

taleus_code taleus_listener_health(taleus_listener* listener, const taleus_health** health, taleus_error** error) {
    return c::giving(health, error, [&]() -> Result<const taleus_health*> {
        if (listener == nullptr) return fail(Code::malformed, "the listener is NULL");
        const auto found = listener->listener.health();
        auto record = std::make_unique<c::HealthRecord>(found.checks);
        record->is_good = found.is_good() ? 1 : 0;
        return record.release();
    });
}

taleus_code taleus_listener_counts(taleus_listener* listener, const taleus_counts** counts, taleus_error** error) {
    return c::ask<c::CountsRecord>(listener, counts, error, [](Listener& of) { return of.counts(); });
}

taleus_code taleus_listener_metrics(taleus_listener* listener, const taleus_texts** metrics, taleus_error** error) {
    return c::ask<c::TextsRecord>(listener, metrics, error, [](Listener& of) -> Result<std::vector<std::string>> {
        auto text = of.metrics();
        if (!text) return fail(std::move(text.error()));
        return std::vector{std::move(*text)};
    });
}

taleus_code taleus_listener_change(taleus_listener* listener, const taleus_listener_timeouts* timeouts,
                                   const taleus_limits* limits, taleus_error** error) {
    return c::guarded(error, [&]() -> Result<void> {
        if (listener == nullptr) return fail(Code::malformed, "the listener is NULL");
        const auto live = c::live_of(timeouts, limits);
        if (!live) return fail(live.error());
        return listener->listener.change(*live);
    });
}

void taleus_listener_drain(taleus_listener* listener) {
    c::guarded(nullptr, [&]() -> Result<void> {
        if (listener != nullptr) listener->listener.drain();
        return {};
    });
}

void taleus_listener_hurry(taleus_listener* listener) {
    c::guarded(nullptr, [&]() -> Result<void> {
        if (listener != nullptr) listener->listener.hurry();
        return {};
    });
}

void taleus_listener_stop(taleus_listener* listener, int64_t grace) {
    c::guarded(nullptr, [&]() -> Result<void> {
        if (listener != nullptr) listener->listener.stop(c::milliseconds(grace));
        return {};
    });
}

void taleus_listener_free(taleus_listener* listener) { delete listener; }

} // extern "C"
