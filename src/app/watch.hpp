#pragma once
// What a listener does now and then for those who watch over it: feeds systemd's watchdog, keeps the status line true,
// and tells what the log held back. Its timer is one of the event loop's, so that a loop that stands still is silent.
// One thread.

#include "app/log_sink.hpp"
#include "app/systemd.hpp"
#include "async/clock.hpp"
#include "library/control_plane.hpp"

#include <string>

namespace taleus::app {

class Watch {
public:
    // What is given outlives it.
    Watch(async::Clock& clock, const Systemd& systemd, const library::Node& node, StderrLog& log);

private:
    void look();

    async::Clock& clock_;
    const Systemd& systemd_;
    const library::Node& node_;
    StderrLog& log_;
    const Duration period_;
    std::string status_; // as told last
    async::Clock::Timer timer_;
};

} // namespace taleus::app
