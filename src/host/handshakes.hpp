#pragma once
// Handshakes on threads of their own (docs/adr/0011): until a peer has proven who it is, what it costs, nearly all of
// it cryptography, takes nothing of the thread that serves those who have. An accepted connection is dealt to the
// thread that has the fewest under way and comes back ready for streams, with all that came behind its handshake, or
// with the reason why not. Nothing is shared with those threads but what is said to be for any thread; what travels
// belongs to one of them at a time.
//
// Owned by the host; made, called and destroyed on its thread. Before it is destroyed all have come back: see `stop`.

#include "async/awaitable.hpp"
#include "async/handler_memory.hpp"
#include "guard/work_limit.hpp"
#include "host/newcomer.hpp"
#include "p2p/connection.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>

namespace taleus::host {

class Handshakes {
public:
    // Called on `home`, once for each that was dealt; the newcomer is the callee's.
    using Back = std::move_only_function<void(Newcomer)>;

    // `context`: copied for each thread; its random numbers and remembered proofs are for any thread. `work`: whether
    // there is room for new work, which sets the pace. Throws std::system_error where there are no threads to be had.
    Handshakes(std::size_t threads, async::Executor home, const p2p::ConnectionContext& context,
               const guard::WorkLimit& work, Back back);
    ~Handshakes();
    Handshakes(const Handshakes&) = delete;
    Handshakes& operator=(const Handshakes&) = delete;

    // Throws bad_alloc, and then has not taken it.
    void deal(Newcomer newcomer);
    std::size_t under_way() const { return away_.size(); }
    // For handshakes that begin from now on: limits and what identify tells.
    void use(const p2p::ConnectionContext& context);
    // Whoever is under way comes back at once, as `shutting_down`, and whoever is dealt later.
    void stop();

private:
    class Lane;
    struct Away { // one that is on its way; its address stays
        Newcomer newcomer;
        Lane* lane = nullptr;
        std::list<Away>::iterator self{};
        async::HandlerMemory<96> memory{}; // to travel in: one that has none to come back would be lost for ever
    };
    class Return;
    void come_back(Away& away) noexcept;

    const async::Executor home_;
    Back back_;
    bool is_stopped_ = false;
    std::list<Away> away_;
    std::list<Lane> lanes_; // first to go: they use what is above
};

} // namespace taleus::host
