#include "app/watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taleus::app {

namespace {
constexpr Duration period_max = std::chrono::seconds{5};
}

Watch::Watch(async::Clock& clock, const Systemd& systemd, const library::Node& node, StderrLog& log)
    : clock_{clock}, systemd_{systemd}, node_{node}, log_{log},
      period_{std::min(period_max, systemd.watchdog().value_or(period_max) / 3)}, timer_{clock, [this] { look(); }} {
    look();
}

void Watch::look() {
    timer_.set(clock_.now() + period_);
    if (systemd_.watchdog()) systemd_.alive();
    log_.tell_held_back();
    const auto counts = node_.counts();
    auto status = fmt::format("{}{} sessions under way, {} await their database",
                              node_.is_draining() ? "draining: " : "", counts.streams, counts.waiting);
    if (status == status_) return;
    status_ = std::move(status);
    systemd_.status(status_);
}

} // namespace taleus::app
