#include "library/readings.hpp"

#include "app/node_control.hpp"

namespace taleus::app {

// What the node counts, and the program about it.
std::vector<ops::Reading> NodeControl::readings() {
    library::Readings out;
    library::read_node(out, parts_.node, parts_.ground.journal, parts_.settings, parts_.ground.clock.now());
    const auto use = process_.use();
    const auto& trail_head = parts_.vitals.trail_head();
    if (trail_head)
        out.gauge("audit_records", "Records of the audit trail that this node writes, under its newest signed head.",
                  static_cast<double>(trail_head->size));
    out.gauge("store_heartbeat_seconds", "How long the last heartbeat, a write like any other, took in the store.",
              std::chrono::duration<double>(parts_.vitals.beat_time()).count());
    out.counter("setting_changes_total", "Changes of settings while running, by outcome.", changes_made_,
                {{"outcome", "made"}});
    out.counter("setting_changes_total", "Changes of settings while running, by outcome.", changes_refused_,
                {{"outcome", "refused"}});

    out.gauge("event_loop_lag_seconds", "How late the event loop's last heartbeat came.",
              std::chrono::duration<double>(parts_.vitals.lag()).count());
    out.gauge("ready", "1 while new sessions are taken.", ready().is_good() ? 1 : 0);
    out.gauge("process_resident_memory_bytes", "Memory resident.", static_cast<double>(use.resident_bytes));
    out.gauge("process_open_fds", "Descriptors open.", static_cast<double>(use.descriptors));
    out.gauge("process_max_fds", "Descriptors that may be open.", static_cast<double>(use.descriptors_max));
    out.counter("process_cpu_seconds_total", "CPU time used.", use.cpu_seconds);
    out.gauge("uptime_seconds", "Time since the start.",
              std::chrono::duration<double>(parts_.ground.clock.now() - began_).count());
    return out.take();
}

} // namespace taleus::app
