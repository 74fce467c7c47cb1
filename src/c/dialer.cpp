#include "c/error.hpp"
#include "c/hooks.hpp"
#include "c/options.hpp"
#include "c/records.hpp"
#include "c/sized.hpp"

#include <taleus/dialer.hpp>

struct taleus_dialer {
    taleus::Dialer dialer;
    std::string peer_id;
};

struct taleus_join {
    taleus::Joining joining;
};

namespace taleus::c {
namespace {

Result<JoinRequest> watched_request_of(const taleus_join_options& given) {
    auto request = request_of(given);
    if (request && given.progress != nullptr)
        request->progress = [progress = given.progress, context = given.context](const JoinProgress& step) {
            const taleus_join_progress told{.size = sizeof(taleus_join_progress),
                                            .state = static_cast<int32_t>(step.state),
                                            .address = step.address.c_str(),
                                            .text = step.text.c_str()};
            progress(context, &told);
        };
    return request;
}

} // namespace
} // namespace taleus::c

extern "C" {

using namespace taleus;

taleus_code taleus_dialer_open(const taleus_dialer_options* options, taleus_dialer** dialer, taleus_error** error) {
    return c::giving(dialer, error, [&]() -> Result<taleus_dialer*> {
        const auto given = c::sized(options, "options");
        if (!given) return fail(given.error());
        auto settings = c::dialer_settings_of(*given);
        if (!settings) return fail(std::move(settings.error()));
        auto hooks = c::hooks_of(given->hooks);
        if (!hooks) return fail(std::move(hooks.error()));
        auto opened = Dialer::open(std::move(*settings), std::move(*hooks));
        if (!opened) return fail(std::move(opened.error()));
        auto peer_id = opened->peer_id();
        return new taleus_dialer{std::move(*opened), std::move(peer_id)};
    });
}

const char* taleus_dialer_peer_id(const taleus_dialer* dialer) {
    return dialer == nullptr ? "" : dialer->peer_id.c_str();
}

taleus_code taleus_dialer_join(taleus_dialer* dialer, const taleus_join_options* options, taleus_join** join,
                               taleus_error** error) {
    if (join != nullptr) *join = nullptr;
    return c::guarded(error, [&]() -> Result<void> {
        const auto given = c::sized(options, "join");
        if (!given) return fail(given.error());
        if (dialer == nullptr || given->done == nullptr)
            return fail(Code::malformed, "the dialer or join.done is NULL");
        auto request = c::watched_request_of(*given);
        if (!request) return fail(std::move(request.error()));
        auto joining = dialer->dialer.join(std::move(*request),
                                           [done = given->done, context = given->context](Result<JoinResult> ended) {
                                               if (ended) {
                                                   const c::JoinResultRecord result{std::move(*ended)};
                                                   done(context, &result, nullptr);
                                               } else {
                                                   const auto why = c::error_of(ended.error());
                                                   done(context, nullptr, &why);
                                               }
                                           });
        if (join != nullptr) *join = new taleus_join{std::move(joining)};
        return {};
    });
}

taleus_code taleus_dialer_join_and_wait(taleus_dialer* dialer, const taleus_join_options* options,
                                        const taleus_join_result** result, taleus_error** error) {
    return c::giving(result, error, [&]() -> Result<const taleus_join_result*> {
        const auto given = c::sized(options, "join");
        if (!given) return fail(given.error());
        if (dialer == nullptr) return fail(Code::malformed, "the dialer is NULL");
        auto request = c::watched_request_of(*given);
        if (!request) return fail(std::move(request.error()));
        auto ended = dialer->dialer.join(std::move(*request));
        if (!ended) return fail(std::move(ended.error()));
        return new c::JoinResultRecord{std::move(*ended)};
    });
}

void taleus_join_cancel(taleus_join* join) {
    c::guarded(nullptr, [&]() -> Result<void> {
        if (join != nullptr) join->joining.cancel();
        return {};
    });
}

void taleus_join_free(taleus_join* join) { delete join; }

taleus_code taleus_dialer_tallies(taleus_dialer* dialer, const taleus_tallies** tallies, taleus_error** error) {
    return c::giving(tallies, error, [&]() -> Result<const taleus_tallies*> {
        if (dialer == nullptr) return fail(Code::malformed, "the dialer is NULL");
        auto found = dialer->dialer.tallies();
        if (!found) return fail(std::move(found.error()));
        return new c::TalliesRecord{std::move(*found)};
    });
}

taleus_code taleus_dialer_login(taleus_dialer* dialer, const char* tally_id, const taleus_login** login,
                                taleus_error** error) {
    return c::giving(login, error, [&]() -> Result<const taleus_login*> {
        if (dialer == nullptr || tally_id == nullptr)
            return fail(Code::malformed, "the dialer or the tally's id is NULL");
        auto found = dialer->dialer.login(tally_id);
        if (!found) return fail(std::move(found.error()));
        return *found ? new c::LoginRecord{std::move(**found)} : nullptr;
    });
}

void taleus_dialer_free(taleus_dialer* dialer) { delete dialer; }

} // extern "C"
