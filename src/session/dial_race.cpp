#include "session/dial_race.hpp"

#include <exception>

namespace taleus::session {
namespace {

// More than any dial may take: a dial ends by the race, or by its own patience.
constexpr Duration dial_patience = std::chrono::hours{1};

} // namespace

async::awaitable<void> DialRace::run(const std::vector<wire::Multiaddr>& addresses) {
    std::size_t begun = 0;
    for (const auto& address : addresses) {
        const auto failed_before = ended_;
        ++begun;
        dials_.spawn([&](async::Limit& limit) { return dial(address, limit); });
        const auto next_at = clock_.now() + dial_stagger;
        while (!winner_ && ended_ == failed_before && clock_.now() < next_at) co_await changed_or(next_at);
        if (winner_) co_return;
    }
    while (!winner_ && ended_ < begun) co_await changed_or(std::nullopt);
}

async::awaitable<void> DialRace::changed_or(std::optional<Instant> at) {
    changed_ = std::make_unique<async::OneShot<std::monostate>>(executor_);
    async::Clock::Timer timer{clock_, [this] { changed_->set({}); }};
    if (at) timer.set(*at);
    co_await changed_->wait();
}

async::awaitable<void> DialRace::dial(wire::Multiaddr address, async::Limit& limit) {
    std::string failure;
    try {
        auto dialling = network_.dial(address);
        auto dialled = co_await async::within(limit, clock_.now() + dial_patience, std::move(dialling));
        if (dialled && *dialled && !winner_)
            winner_ = std::move(**dialled);
        else if (dialled && !*dialled) {
            failure = dialled->error().context; // names the address
            was_lost_ |= dialled->error().code == Code::peer_gone;
        } else
            failure = address.to_text() + ": no answer in time";
    } catch (const std::exception& error) {
        failure = address.to_text() + ": " + error.what();
    }
    if (!winner_) failures_ += (failures_.empty() ? "" : "; ") + failure;
    ++ended_;
    if (changed_) changed_->set({});
}

async::awaitable<void> DialRace::settle() {
    dials_.stop();
    co_await dials_.join();
}

} // namespace taleus::session
