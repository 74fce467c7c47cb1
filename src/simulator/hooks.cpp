#include "simulator/hooks.hpp"

#include "async/sleep.hpp"

#include <stdexcept>

namespace taleus::simulator {

async::awaitable<Result<std::optional<std::string>>> SimulatedVerifier::judge(wire::Contact contact, wire::PeerId,
                                                                              ports::Call) {
    using Answer = std::optional<std::string>;
    const auto how = mood;
    auto& clock = node_.process().clock;
    if (how == Mood::throws) throw std::runtime_error{"simulated: the verifier threw"};
    if (how == Mood::overruns)
        co_await async::asio::this_coro::reset_cancellation_state(async::asio::disable_cancellation());
    const auto length = how == Mood::hangs ? Duration{std::chrono::hours{1}} : delay;
    co_await async::sleep_until(clock, clock.now() + length);
    if (how == Mood::overruns) // whoever asked heeds it again
        co_await async::asio::this_coro::reset_cancellation_state(async::asio::enable_terminal_cancellation());
    if (how == Mood::fails) co_return fail(Code::dependency_unavailable, "simulated: no sense in its answer");
    const bool is_false = contact.party_id.find(false_party) != std::string::npos;
    co_return is_false ? Answer{"nobody knows it"} : Answer{};
}

} // namespace taleus::simulator
