#pragma once
// This node among the inviter's: registered in the store under its peer id and this boot, with a heartbeat, so that
// links may list its addresses and the others know when to take over what it leaves. One thread.

#include "async/clock.hpp"
#include "async/task_group.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "store/journal.hpp"
#include "wire/peer_id.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace taleus::library {

inline constexpr std::chrono::seconds heartbeat{5};
inline constexpr std::chrono::seconds node_silent_max{30}; // a node that was silent for longer counts as dead

// Names a home on a machine, so that a process can tell an earlier boot of itself from somebody else.
std::string place_of(const std::filesystem::path& home);

class Presence {
public:
    struct Events {
        std::function<void()> taken_over; // sessions of a node that died are this one's now
        std::function<void()> lost;       // another process serves under this peer id: this one must end
    };
    Presence(async::Executor executor, async::Clock& clock, store::Journal& journal, Log log)
        : clock_{clock}, journal_{journal}, log_{log}, tasks_{executor, clock}, timer_{clock, [this] { beat(); }} {}

    // `conflict` when this peer id is alive in another `place`.
    async::awaitable<Result<void>> begin(wire::PeerId peer, std::string place, Random& random);
    async::awaitable<Result<void>> announce(std::vector<std::string> addresses, Events events);
    async::awaitable<void> end(); // no heart beats any more; what is left is the others' at once

    // That this node is there; false: another process serves under its peer id.
    async::awaitable<Result<bool>> write();

private:
    void beat();
    async::awaitable<void> tell();

    async::Clock& clock_;
    store::Journal& journal_;
    Log log_;
    ports::Node node_;
    Events events_;
    async::TaskGroup tasks_;
    async::Clock::Timer timer_;
};

} // namespace taleus::library
