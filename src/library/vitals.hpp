#pragma once
// How a node is: whether its event loop moves, its store takes writes, and it takes new sessions. Told, and probed, on
// the node's thread; asked from any, also while the event loop stands still.

#include "async/pulse.hpp"
#include "async/task_group.hpp"
#include "audit/checkpoint.hpp"
#include "library/node.hpp"

#include <taleus/health.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace taleus::library {

class Vitals {
public:
    // What is given outlives it.
    Vitals(Ground ground, Node& node);

    // --- the node's thread
    void started(); // the node takes sessions
    void draining() { phase_ = Phase::draining; }
    // Another process serves under this peer id.
    void lost() { is_lost_ = true; }
    async::awaitable<void> see_trail_head();
    // Nothing is probed any more. Before the event loop ends.
    async::awaitable<void> close();
    Duration beat_time() const { return beat_time_; } // of the last heartbeat, to its answer
    const std::optional<audit::Checkpoint>& trail_head() const { return trail_head_; } // as of then
    std::string_view phase_text() const;

    // --- any thread
    Health live() const;        // the event loop moves
    Health ready() const;       // it takes new sessions
    Health has_started() const; // it has been ready once
    Duration lag() const { return pulse_.lag(); }

private:
    void probe();
    async::awaitable<void> probe_once();

    enum class Phase : std::uint8_t { starting, serving, draining };

    Ground ground_;
    Node& node_;
    async::TaskGroup tasks_;
    async::Pulse pulse_;
    async::Clock::Timer next_probe_;
    std::atomic<Phase> phase_{Phase::starting};
    std::atomic<bool> has_started_{false};
    std::atomic<bool> is_lost_{false};
    std::atomic<Duration::rep> probing_since_{-1}; // nanoseconds of the clock; -1: no probe is under way
    mutable std::mutex mutex_;
    std::string store_fault_;          // by `mutex_`
    bool provisioner_is_open_ = false; // likewise
    bool is_closed_ = false;
    Duration beat_time_{};
    std::optional<audit::Checkpoint> trail_head_;
};

} // namespace taleus::library
