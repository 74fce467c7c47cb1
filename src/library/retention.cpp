#include "library/retention.hpp"

#include "async/sleep.hpp"

#include <algorithm>
#include <chrono>

namespace taleus::library {
namespace {

constexpr std::size_t rows_at_once = 500; // in a commit that sessions wait for too
constexpr Duration pause_min = std::chrono::milliseconds{250};
constexpr Duration pause_max = std::chrono::hours{1};

Duration pause_of(Duration keep) {
    return keep == Duration::zero() ? pause_max : std::clamp(keep / 4, pause_min, pause_max);
}

} // namespace

async::awaitable<Result<void>> erase_older(store::Journal& journal, async::Clock& clock, UtcTime before,
                                           const async::Limit* limit) {
    while (limit == nullptr || !limit->is_stopped()) {
        auto erasing = journal.erase_details(before, clock.utc(), rows_at_once);
        const auto has_more = co_await std::move(erasing);
        if (!has_more) co_return fail(has_more.error());
        if (!*has_more) break;
    }
    co_return Result<void>{};
}

async::awaitable<void> keep_erasing(store::Journal& journal, async::Clock& clock, Log log, const Duration& keep,
                                    async::Limit& limit) {
    while (!limit.is_stopped()) {
        if (keep > Duration::zero()) {
            const auto before = clock.utc() - std::chrono::duration_cast<std::chrono::milliseconds>(keep);
            auto erasing = erase_older(journal, clock, before, &limit);
            if (const auto erased = co_await std::move(erasing); !erased)
                log.warn("details that are over their time cannot be erased: {}", erased.error().context);
        }
        const auto next = clock.now() + pause_of(keep);
        auto sleep = async::sleep_until(clock, next);
        static_cast<void>(co_await async::within(limit, next + pause_min, std::move(sleep)));
    }
}

} // namespace taleus::library
