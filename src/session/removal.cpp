#include "session/removal.hpp"

#include "async/sleep.hpp"
#include "session/chronicle.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace taleus::session {
namespace {

constexpr std::size_t round_max = 100; // instances; more are left to the next round
constexpr Duration pause_min = std::chrono::milliseconds{250};
constexpr Duration pause_max = std::chrono::minutes{20}; // when the longest claim of one that was killed is over

async::awaitable<Result<void>> removed(RemovalWorld& world, const ports::Intent& intent, async::Limit& limit,
                                       Instant round_ends) {
    try {
        const auto until = std::min(world.clock.now() + world.step, round_ends);
        auto removing = world.provisioner.remove(intent, {.key = {}, .until = until});
        auto answer = co_await async::within(limit, until, std::move(removing));
        const bool is_late = world.clock.now() >= until; // whoever was asked may have given up, and not what it began
        if (answer && (*answer || !is_late)) co_return std::move(*answer);
    } catch (const std::exception& error) {
        co_return fail(Code::internal, error.what());
    }
    co_return fail(Code::timeout, "it took too long");
}

} // namespace

async::awaitable<std::size_t> remove_abandoned(RemovalWorld& world, async::Limit& limit, Instant until) {
    const auto now = world.clock.utc();
    until = std::min(until, world.clock.now() + ports::time_of_claim(world.time_to_live));
    const auto lived = std::chrono::duration_cast<std::chrono::milliseconds>(world.time_to_live);
    auto claiming = world.journal.claim_stale_instances(now - lived, now, round_max);
    const auto claimed = co_await std::move(claiming);
    if (!claimed) {
        world.log.warn("abandoned databases cannot be looked for: {}", claimed.error().context);
        co_return 0;
    }
    std::size_t gone = 0;
    std::vector<InstanceId> left;
    for (const auto& intent : *claimed) {
        if (limit.is_stopped() || world.clock.now() >= until) {
            left.push_back(intent.instance);
            continue;
        }
        auto removing = removed(world, intent, limit, until);
        const auto answer = co_await std::move(removing);
        if (!answer) {
            world.log.warn("the abandoned database of tally {} is still there: {}", intent.tally_id,
                           answer.error().context);
            if (answer.error().code != Code::timeout) left.push_back(intent.instance); // else it may be under way still
            continue;
        }
        auto record = audit_record(world.clock, "instance_removed", {}, {}, {{"tallyId", intent.tally_id}});
        auto forgetting = world.journal.forget_instance(intent.instance, std::move(record));
        const auto forgotten = co_await std::move(forgetting);
        if (forgotten) ++gone;
    }
    if (left.empty()) co_return gone;
    auto giving = world.journal.hand_back_instances(std::move(left), now);
    if (const auto given = co_await std::move(giving); !given)
        world.log.warn("abandoned databases that are left are nobody else's for a while: {}", given.error().context);
    co_return gone;
}

async::awaitable<void> keep_removing(RemovalWorld& world, async::Limit& limit) {
    const auto pause = std::clamp(world.time_to_live / 4, pause_min, pause_max);
    while (!limit.is_stopped()) {
        auto round = remove_abandoned(world, limit, Instant::max());
        const auto gone = co_await std::move(round);
        if (gone > 0) world.log.info("removed {} abandoned databases", gone);
        const auto next = world.clock.now() + pause;
        auto sleep = async::sleep_until(world.clock, next);
        static_cast<void>(co_await async::within(limit, next + pause, std::move(sleep)));
    }
}

} // namespace taleus::session
