#include "app/node_control.hpp"

namespace taleus::app {

// What others count, as metrics. The labels are of closed sets, so the series are always the same.
std::vector<ops::Reading> NodeControl::readings() {
    const auto& host = node_.host_counts();
    const auto counts = node_.counts();
    const auto commits = home_.journal->commit_counts();
    const auto use = process_.use();
    std::vector<ops::Reading> out;
    const auto gauge = [&](std::string_view name, std::string_view help, double value) {
        out.push_back({.name = name, .help = help, .value = value});
    };
    const auto counter = [&](std::string_view name, std::string_view help, auto value,
                             std::vector<std::pair<std::string, std::string>> labels = {}) {
        out.push_back({name, help, true, static_cast<double>(value), std::move(labels)});
    };

    gauge("connections", "Connections open, both directions.", static_cast<double>(host.connections));
    gauge("connections_handshaking", "Of these, the ones that have not proven who they are.",
          static_cast<double>(host.handshaking));
    gauge("streams", "Application streams open.", static_cast<double>(host.streams));
    counter("connections_accepted_total", "Connections accepted.", host.accepted);
    counter("connections_dialled_total", "Connections attempted to others.", host.dialled);
    counter("accept_failures_total", "Connections that could not be accepted, for want of descriptors mostly.",
            host.accept_failures);
    for (std::size_t i = 0; i < host::refusal_texts.size(); ++i)
        counter("connections_refused_total", "Connections closed as soon as they were accepted, by cause.",
                host.refused[i], {{"cause", std::string{host::refusal_texts[i]}}});
    counter("handshakes_total", "Handshakes that succeeded.", host.handshakes);
    for (std::size_t i = 0; i < code_texts.size(); ++i)
        counter("handshake_failures_total", "Handshakes that failed, by code.", host.handshake_failures[i],
                {{"code", std::string{code_texts[i]}}});
    counter("streams_opened_total", "Application streams opened, by direction.", host.streams_in,
            {{"direction", "in"}});
    counter("streams_opened_total", "Application streams opened, by direction.", host.streams_out,
            {{"direction", "out"}});
    counter("network_bytes_total", "Bytes on sockets, by direction.", host.bytes_in, {{"direction", "in"}});
    counter("network_bytes_total", "Bytes on sockets, by direction.", host.bytes_out, {{"direction", "out"}});

    gauge("sessions_served", "Streams being served.", static_cast<double>(counts.streams));
    gauge("sessions_awaiting_database", "Foil sessions that await their database.",
          static_cast<double>(counts.waiting));
    gauge("tasks", "Coroutines of sessions, those included that wait for the store.",
          static_cast<double>(counts.tasks));
    gauge("uses_reserved", "Uses of invitations reserved in memory.", static_cast<double>(counts.reserved));

    counter("store_calls_total", "Calls that wrote to the store.", commits.calls);
    counter("store_commits_total", "Transactions that these calls shared.", commits.commits);

    gauge("store_heartbeat_seconds", "How long the last heartbeat, a write like any other, took in the store.",
          std::chrono::duration<double>(beat_time_).count());
    counter("setting_changes_total", "Changes of settings while running, by outcome.", changes_made_,
            {{"outcome", "made"}});
    counter("setting_changes_total", "Changes of settings while running, by outcome.", changes_refused_,
            {{"outcome", "refused"}});

    gauge("event_loop_lag_seconds", "How late the event loop's last heartbeat came.",
          std::chrono::duration<double>(pulse_.lag()).count());
    gauge("ready", "1 while new sessions are taken.", ready().is_good() ? 1 : 0);
    gauge("process_resident_memory_bytes", "Memory resident.", static_cast<double>(use.resident_bytes));
    gauge("process_open_fds", "Descriptors open.", static_cast<double>(use.descriptors));
    gauge("process_max_fds", "Descriptors that may be open.", static_cast<double>(use.descriptors_max));
    counter("process_cpu_seconds_total", "CPU time used.", use.cpu_seconds);
    gauge("uptime_seconds", "Time since the start.",
          std::chrono::duration<double>(home_.engine.clock().now() - began_).count());
    return out;
}

} // namespace taleus::app
