#pragma once
// Turns of input, in order, one at a time, each only after all else that the loop had ready by then: what is under way
// goes before what is new. While there is no room for new work they come at a measured pace: most of what they bring is
// refused, and refusing must not take the time of what was let in. Until then peers wait in their sockets. Owned by
// whoever reads; one thread.

#include "async/awaitable.hpp"
#include "async/clock.hpp"
#include "async/handler_memory.hpp"
#include "guard/work_limit.hpp"

#include <deque>
#include <functional>

namespace taleus::host {

inline constexpr std::size_t streams_per_turn_max = 8; // of a peer, heard of in one turn of its input

class Turns {
public:
    // `work`: where there is room or not; it may be of another thread. `when_none`: called when none waits any more.
    Turns(async::Executor executor, async::Clock& clock, const guard::WorkLimit& work,
          std::move_only_function<void()> when_none);
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    // Throws only bad_alloc, and then has not taken it.
    void queue_up(std::move_only_function<void()> turn);
    std::size_t waiting() const { return turns_.size(); }
    void hurry() { is_hurried_ = true; } // without a pace: all is about to end

private:
    void await_turn() noexcept;
    bool look_again_soon() noexcept; // false: there is no memory for that
    void take_turn();

    const async::Executor executor_;
    async::Clock& clock_;
    const guard::WorkLimit& work_;
    std::move_only_function<void()> when_none_;
    bool is_hurried_ = false;
    std::deque<std::move_only_function<void()>> turns_;
    Instant turn_taken_;
    async::Clock::Timer timer_;
    async::HandlerMemory<128> memory_;
};

// How far apart turns come without room for new work, when so many wait for theirs. Refusing costs what others could be
// served with, so there is time between them, but not so much that the last is refused only when it has given up.
Duration turns_apart(std::size_t waiting);

} // namespace taleus::host
