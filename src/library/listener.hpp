#pragma once
// What a public listener is made of. Its members are made in this order and end in the opposite one, after the loop
// has.

#include "library/control_plane.hpp"
#include "library/crew.hpp"
#include "library/settings.hpp"
#include "library/vitals.hpp"

#include <taleus/listener.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace taleus {

class Listener::Core {
public:
    static Result<std::unique_ptr<Core>> start(ListenerSettings settings, const Hooks& hooks, library::Beyond beyond,
                                               library::ControlPlane* plane);
    Core(std::unique_ptr<library::Premises> premises, library::FileLock lock, library::NodeSettings settings,
         const Hooks& hooks, std::function<void(library::NodeSettings&)> refine, library::ControlPlane* plane);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    // What `start() -> awaitable<Result<T>>` gives on the loop, unless it is stopped.
    template <class Start> auto ask(Start start) {
        using Answer = typename std::invoke_result_t<Start&>::value_type;
        if (is_stopped_) return Answer{fail(Code::shutting_down, "the listener was stopped")};
        return premises->loop.ask(std::move(start));
    }
    Result<protocol::Invitation> invitation_of(const Terms& terms, const std::string& token) const;
    void drain();
    void stop(Duration grace);
    void hurry();
    // On the loop.
    Result<void> change_here(const LiveSettings& live);
    Counts counts_here();
    std::string metrics_here();

    const std::unique_ptr<library::Premises> premises;
    library::NodeSettings settings; // on the loop
    library::Crew crew;
    std::optional<library::Node> node;     // there from `start` on
    std::optional<library::Vitals> vitals; // likewise
    std::vector<std::string> listening;
    std::vector<std::string> announced;

private:
    async::awaitable<Result<void>> start_here(std::vector<int> sockets);
    async::awaitable<void> stop_here(Duration grace);

    const library::FileLock lock_;
    const std::function<void(library::NodeSettings&)> refine_; // may be empty
    library::ControlPlane* const plane_;                       // may be null
    std::atomic<bool> is_stopped_{false};
};

} // namespace taleus
