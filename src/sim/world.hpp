#pragma once
// A whole world in one thread: nodes, a network between them, one time. One seed makes one world: the same seed gives
// the same events in the same order, to the byte. Tests say what happens, then let time pass until it has happened.

#include "protocol/token.hpp"
#include "sim/network.hpp"
#include "sim/node.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::sim {

struct InviteOptions {
    wire::Role role = wire::Role::stock;
    std::optional<std::uint64_t> uses = 1;
    std::optional<std::uint64_t> per_peer{};
    protocol::Requirement requirement = protocol::Requirement::any;
    std::string token{}; // empty: made from the seed
    Duration expires = std::chrono::hours{24};
};

class World {
public:
    enum class Medium : bool { folders, disk };
    // Homes are folders of the system, or all on one simulated disk.
    explicit World(std::uint64_t seed = 1, Medium medium = Medium::folders);
    ~World(); // ends every node in order; a session that was lost aborts the run

    // Not yet alive: set what it needs, then `boot` and, to listen, `serve`.
    Node& add(std::string name);
    // Alive; `listener` also serves.
    Node& dialer(std::string name);
    Node& listener(std::string name);
    wire::Link invite(Node& node, InviteOptions options = {});

    // Lets time pass until `is_done`. When nothing can happen any more before that, a task was lost: aborts.
    void run_until(const std::function<bool()>& is_done);
    // The same for who is prepared for that; false: nothing can happen any more.
    bool reach(const std::function<bool()>& is_done);
    void run_for(Duration length);
    void run_dry(); // until nothing is left to happen
    session::JoinResult join(Node& node, const wire::Link& link);
    // Runs `work` in the node's loop until it has its result.
    template <class T> T ask(Node& node, async::awaitable<T> work) {
        std::optional<T> result;
        async::asio::co_spawn(node.process().executor(), std::move(work),
                              [&](const std::exception_ptr& failed, T value) {
                                  if (failed) std::rethrow_exception(failed);
                                  result.emplace(std::move(value));
                              });
        run_until([&] { return result.has_value(); });
        return std::move(*result);
    }
    // Stops a listener in order; `grace` from now.
    void stop(Node& node, Duration grace);
    void jump_calendar(Duration by) { time.utc_offset += by; }
    // Told of each moment in which something happened, when all of it has.
    std::function<void()> on_moment;
    // A process that was doomed (Process::is_doomed) has ended.
    std::function<void(Node&)> on_death;

    Time time;
    SeededRandom random;
    Process wire; // where packets travel
    Network network;
    std::unique_ptr<Disk> disk; // of all, or nullptr
    std::vector<std::unique_ptr<Node>> nodes;

private:
    bool poll();
    void settle(); // until nothing more happens in this moment
    void bury();
    bool advance(std::optional<Instant> limit);
    std::uint64_t seed_;
};

} // namespace taleus::sim
