#include "sim/provisioner.hpp"

#include "async/sleep.hpp"

#include <stdexcept>

namespace taleus::sim {

async::awaitable<Result<ports::MadeDatabase>> SimulatedProvisioner::provision(ports::Intent intent, ports::Call) {
    ++asked;
    if (on_asked) on_asked(intent);
    const auto how = mood;
    if (how == Mood::throws) throw std::runtime_error{"simulated: the provisioner threw"};
    if (how == Mood::overruns)
        co_await async::asio::this_coro::reset_cancellation_state(async::asio::disable_cancellation());
    const wire::DatabaseAccess access{"taleus-sim:" + to_hex(intent.instance.view()).substr(0, 16), "simulated"};
    if (how == Mood::late) made.try_emplace(intent.tally_id, access);
    const auto length = how == Mood::hangs ? Duration{std::chrono::hours{1}} : delay;
    co_await async::sleep_until(process_.clock, process_.clock.now() + length);
    if (how == Mood::overruns) // whoever asked heeds it again
        co_await async::asio::this_coro::reset_cancellation_state(async::asio::enable_terminal_cancellation());
    if (how == Mood::fails) co_return fail(Code::provisioning_failed, "simulated: cannot be made");
    if (how == Mood::unavailable) co_return fail(Code::dependency_unavailable, "simulated: not now");
    if (how == Mood::nonsense) co_return ports::MadeDatabase{};
    ports::MadeDatabase database;
    database.access = made.try_emplace(intent.tally_id, access).first->second;
    if (has_logins) { // of the instance, so that a repeated call has the same
        database.own_login = "own-of-" + intent.tally_id;
        database.own_secret = Secret{to_bytes("own secret of " + to_hex(intent.instance.view()))};
        database.partner_secret = Secret{to_bytes("secret of " + to_hex(intent.instance.view()))};
    }
    co_return database;
}

async::awaitable<Result<void>> SimulatedProvisioner::remove(ports::Intent intent, ports::Call) {
    if (mood == Mood::hangs)
        co_await async::sleep_until(process_.clock, process_.clock.now() + Duration{std::chrono::hours{1}});
    if (mood == Mood::unavailable) co_return fail(Code::dependency_unavailable, "simulated: not now");
    made.erase(intent.tally_id);
    co_return Result<void>{};
}

} // namespace taleus::sim
