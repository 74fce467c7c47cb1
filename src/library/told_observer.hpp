#pragma once
// Tells the application what happens in sessions, on its executor, and lets no slow observer pile up events. The node's
// thread; what is given outlives it.

#include "library/callbacks.hpp"
#include "session/observer.hpp"

#include <taleus/events.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace taleus::library {

class ToldObserver final : public session::Observer {
public:
    // `first` is told at once; `hook` may be null.
    ToldObserver(session::Observer& first, std::shared_ptr<taleus::Observer> hook, Callbacks& callbacks,
                 std::size_t waiting_max)
        : first_{first}, hook_{std::move(hook)}, callbacks_{callbacks}, waiting_max_{waiting_max} {}

    void moved(const session::Move& move) override;
    void ended(const session::Ending& ending) override;
    void resumed(std::string_view session_id) override { first_.resumed(session_id); }
    void left(std::string_view session_id) override { first_.left(session_id); }
    void joined() override { first_.joined(); }
    void turned_away(Code why) override;

    std::uint64_t dropped() const { return dropped_; }

private:
    // Calls `tell(hook)` there, unless too many wait. There is a hook.
    template <class Tell> void post(Tell tell);

    session::Observer& first_;
    std::shared_ptr<taleus::Observer> hook_;
    Callbacks& callbacks_;
    const std::size_t waiting_max_;
    std::shared_ptr<std::atomic<std::size_t>> waiting_ = std::make_shared<std::atomic<std::size_t>>(0);
    std::uint64_t dropped_ = 0;
};

} // namespace taleus::library
