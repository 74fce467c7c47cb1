#include "provision/external_provisioner.hpp"

#include "provision/external_answer.hpp"
#include "provision/logins.hpp"
#include "wire/json.hpp"

namespace taleus::provision {
namespace {

boost::json::object request_for(std::string_view call, const ports::Intent& intent, Duration allowed) {
    return {{"v", 1},
            {"call", call},
            {"deadlineMs", std::chrono::floor<std::chrono::milliseconds>(allowed).count()},
            {"idempotencyKey", to_hex(intent.instance.view())},
            {"tallyId", intent.tally_id}};
}

} // namespace

async::awaitable<Result<ports::MadeDatabase>> ExternalProvisioner::provision(ports::Intent intent, ports::Call) {
    auto passwords = passwords_of(intent, store_key_);
    auto draft = wire::parse_json(as_bytes(intent.draft));
    if (!passwords) co_return fail(std::move(passwords.error()));
    if (!draft) co_return fail(Code::provisioning_failed, "the draft is no JSON");
    auto request = request_for("provision", intent, allowed_);
    request["draft"] = std::move(*draft);
    request["ownSecret"] = as_text(passwords->own.reveal());
    request["partnerSecret"] = as_text(passwords->partner.reveal());
    auto asking = hook_->ask(std::move(request));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return fail(answer.error());
    auto made = database_of_answer(*answer);
    if (!made) co_return fail(std::move(made.error()));
    ports::MadeDatabase database{.access = std::move(made->access),
                                 .partner_secret = {},
                                 .own_login = std::move(made->own_login),
                                 .own_secret = {}};
    if (made->has_logins) {
        database.partner_secret = std::move(passwords->partner);
        database.own_secret = std::move(passwords->own);
    }
    co_return database;
}

async::awaitable<Result<void>> ExternalProvisioner::remove(ports::Intent intent, ports::Call) {
    auto asking = hook_->ask(request_for("remove", intent, allowed_));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return fail(answer.error());
    co_return removal_of_answer(*answer);
}

} // namespace taleus::provision
