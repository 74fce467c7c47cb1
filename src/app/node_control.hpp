#pragma once
// The node as the admin interface and the signals see it: its health, what it shows, and the changes that it takes.
// Constructed, and told, on the node's thread; what ports::Control says may be asked from any.

#include "app/live_settings.hpp"
#include "app/open_home.hpp"
#include "app/process.hpp"
#include "async/task_group.hpp"
#include "library/control_plane.hpp"
#include "ports/control.hpp"

#include <atomic>
#include <functional>

namespace taleus::app {

class NodeControl final : public ports::Control {
public:
    // What is given outlives it. `drain` begins it, however often it is called.
    NodeControl(ConfiguredHome& home, library::ListenerParts parts, std::function<void()> drain);

    // --- the node's thread
    // Reads config.toml; what is refused is in the log. Nothing, and nobody is told, once it closes.
    void reload(std::function<void()> done);
    // Returns when whoever asked has been answered; nobody asks any more. Before the loop ends.
    async::awaitable<void> close();

    ports::Health live() const override { return parts_.vitals.live(); }
    ports::Health ready() const override { return parts_.vitals.ready(); }
    ports::Health started() const override { return parts_.vitals.has_started(); }
    std::string metrics(Exposition form) const override { return parts_.metrics.expose(form); }

    async::awaitable<Result<void>> sample() override;
    async::awaitable<Result<boost::json::object>> status() override;
    async::awaitable<Result<boost::json::object>> sessions(ports::SessionFilter filter) override;
    async::awaitable<Result<std::optional<boost::json::object>>> session(std::string id) override;
    async::awaitable<Result<std::optional<Bytes>>> trail_file(std::string path) override;
    async::awaitable<Result<boost::json::object>> settings() override;
    async::awaitable<Result<std::expected<boost::json::object, std::vector<ports::SettingFault>>>>
    change(ports::SettingChange change) override;
    async::awaitable<Result<boost::json::object>> drain(std::string by) override;

private:
    using Faults = std::vector<ports::SettingFault>;

    // `work() -> awaitable<Result<T>>` on the node's loop, until `close`.
    template <class Work> auto on_node(Work work) -> std::invoke_result_t<Work&>;
    // What those above do there.
    async::awaitable<Result<void>> sample_here();
    async::awaitable<Result<boost::json::object>> status_here();
    async::awaitable<Result<boost::json::object>> sessions_here(ports::SessionFilter filter);
    async::awaitable<Result<std::optional<boost::json::object>>> session_here(std::string id);
    async::awaitable<Result<boost::json::object>> settings_here();
    async::awaitable<Result<std::expected<boost::json::object, std::vector<ports::SettingFault>>>>
    change_here(ports::SettingChange change);
    async::awaitable<Result<boost::json::object>> drain_here(std::string by);
    boost::json::object status_now();
    std::vector<ops::Reading> readings();
    async::awaitable<void> reload_once();
    async::awaitable<std::expected<void, Faults>> make(LiveSettings::Judged proposal, std::string by, bool persist);

    ConfiguredHome& home_;
    library::ListenerParts parts_;
    LiveSettings settings_;
    const std::function<void()> drain_;
    const Log log_;
    const Instant began_;
    Process process_;
    async::TaskGroup tasks_;
    std::atomic<bool> closed_{false};
    std::uint64_t changes_made_ = 0;
    std::uint64_t changes_refused_ = 0;
    bool changing_ = false;
    bool reload_wanted_ = false;
    std::vector<std::function<void()>> reload_done_;
};

} // namespace taleus::app
