#include "hooks/hooks.hpp"

#include <boost/json/value_from.hpp>

#include "hooks/answer.hpp"
#include "hooks/executable_hook.hpp"
#include "hooks/http_hook.hpp"

namespace taleus::hooks {

std::unique_ptr<ports::Hook> make_hook(const HookTarget& target) {
    if (const auto* http = std::get_if<HttpTarget>(&target)) return std::make_unique<HttpHook>(*http);
    return std::make_unique<ExecutableHook>(std::vector{std::get<ExecutableTarget>(target).path});
}

async::awaitable<Result<std::optional<std::string>>> ExternalIdentity::judge(wire::Contact contact, std::string peer,
                                                                             Duration allowed) {
    boost::json::object request{{"v", 1},
                                {"call", "identity"},
                                {"deadlineMs", std::chrono::floor<std::chrono::milliseconds>(allowed).count()},
                                {"peerId", std::move(peer)},
                                {"partyId", contact.party_id},
                                {"identityBundle", std::move(contact.identity_bundle)},
                                {"cadrePeerAddrs", boost::json::value_from(contact.cadre)}};
    auto asking = hook_->ask(std::move(request));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return fail(answer.error());
    co_return identity_of_answer(*answer);
}

async::awaitable<Result<std::optional<protocol::Invitation>>> ExternalTokens::find(std::string token,
                                                                                   Duration allowed) {
    boost::json::object request{{"v", 1},
                                {"call", "token"},
                                {"deadlineMs", std::chrono::floor<std::chrono::milliseconds>(allowed).count()},
                                {"tokenId", id_of(protocol::hash_of_token(token))},
                                {"token", std::move(token)}};
    auto asking = hook_->ask(std::move(request));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return fail(answer.error());
    co_return invitation_of_answer(*answer);
}

} // namespace taleus::hooks
