#pragma once
// Tries all addresses of a link, each a little after the one before or as soon as that one has failed, and takes the
// first that proves its identity; the others are cancelled. One shard's thread.

#include "async/clock.hpp"
#include "async/task_group.hpp"
#include "ports/stream.hpp"
#include "wire/multiaddr.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace taleus::session {

inline constexpr Duration dial_stagger = std::chrono::milliseconds{250};

class DialRace {
public:
    DialRace(ports::Network& network, async::Clock& clock, async::Executor executor)
        : network_{network}, clock_{clock}, executor_{executor}, dials_{executor, clock} {}

    // Returns when one has won or all have failed. Cancellable by the task's limit.
    async::awaitable<void> run(const std::vector<wire::Multiaddr>& addresses);
    // Must be awaited before destruction, however `run` ended: asks the losers to end and waits for them.
    async::awaitable<void> settle();

    std::unique_ptr<ports::Connection> take_winner() { return std::move(winner_); }
    // What each address said, for people.
    const std::string& failures() const { return failures_; }
    // Was somebody there, at any of them, and went away before it was known who?
    bool was_lost() const { return was_lost_; }

private:
    async::awaitable<void> dial(wire::Multiaddr address, async::Limit& limit);
    async::awaitable<void> changed_or(std::optional<Instant> at);

    ports::Network& network_;
    async::Clock& clock_;
    async::Executor executor_;
    std::unique_ptr<ports::Connection> winner_;
    std::string failures_;
    bool was_lost_ = false;
    std::size_t ended_ = 0;
    std::unique_ptr<async::OneShot<std::monostate>> changed_;
    async::TaskGroup dials_;
};

} // namespace taleus::session
