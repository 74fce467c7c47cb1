#include "provision/external_provisioner.hpp"

#include "provision/external_answer.hpp"
#include "wire/json.hpp"

namespace taleus::provision {
namespace {

boost::json::object request_for(std::string_view call, const Order& order, Duration allowed) {
    return {{"v", 1},
            {"call", call},
            {"deadlineMs", std::chrono::floor<std::chrono::milliseconds>(allowed).count()},
            {"idempotencyKey", to_hex(order.instance.view())},
            {"tallyId", order.tally_id}};
}

} // namespace

async::awaitable<Result<Made>> ExternalProvisioner::provision(Order order, Duration allowed) {
    auto draft = wire::parse_json(as_bytes(order.draft));
    if (!draft) co_return fail(Code::provisioning_failed, "the draft is no JSON");
    auto request = request_for("provision", order, allowed);
    request["draft"] = std::move(*draft);
    request["ownSecret"] = as_text(order.passwords.own.reveal());
    request["partnerSecret"] = as_text(order.passwords.partner.reveal());
    auto asking = hook_->ask(std::move(request));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return fail(answer.error());
    co_return database_of_answer(*answer);
}

async::awaitable<Result<void>> ExternalProvisioner::remove(Order order, Duration allowed) {
    auto asking = hook_->ask(request_for("remove", order, allowed));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return fail(answer.error());
    co_return removal_of_answer(*answer);
}

} // namespace taleus::provision
