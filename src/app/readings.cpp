#include "app/node_control.hpp"

#include <array>

namespace taleus::app {

// What others count, as metrics. The labels are of closed sets, so the series are always the same.
std::vector<ops::Reading> NodeControl::readings() {
    const auto& host = node_.host_counts();
    const auto counts = node_.counts();
    const auto commits = home_.journal->commit_counts();
    const auto use = process_.use();
    std::vector<ops::Reading> out;
    const auto gauge = [&](std::string_view name, std::string_view help, double value,
                           std::vector<std::pair<std::string, std::string>> labels = {}) {
        out.push_back({name, help, false, value, std::move(labels)});
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

    if (trail_head_)
        gauge("audit_records", "Records of the audit trail that this node writes, under its newest signed head.",
              static_cast<double>(trail_head_->size));
    counter("store_calls_total", "Calls that wrote to the store.", commits.calls);
    counter("store_commits_total", "Transactions that these calls shared.", commits.commits);

    const auto now = home_.engine.clock().now();
    auto& breakers = node_.breakers();
    for (const auto& [dependency, breaker] : {std::pair{"store", &breakers.store},
                                              {"identity", &breakers.identity},
                                              {"provisioner", &breakers.provisioner}}) {
        const auto seen = breaker->counts(now);
        for (std::size_t i = 0; i < guard::breaker_state_texts.size(); ++i) {
            const std::string state{guard::breaker_state_texts[i]};
            gauge("breaker_state", "1 for the state that a dependency's breaker is in.",
                  seen.state == static_cast<guard::BreakerState>(i) ? 1 : 0,
                  {{"dependency", dependency}, {"state", state}});
            counter("breaker_transitions_total", "Times that a breaker came into a state.", seen.transitions[i],
                    {{"dependency", dependency}, {"state", state}});
        }
        constexpr std::array outcomes{"good", "failed", "timed_out", "abandoned"};
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            counter("dependency_calls_total", "Calls of a dependency, by what came of them.", seen.results[i],
                    {{"dependency", dependency}, {"outcome", outcomes[i]}});
        counter("breaker_refused_total", "Calls that a breaker did not let through.", seen.refused,
                {{"dependency", dependency}});
    }

    auto& guards = node_.guards();
    const auto held = guards.scopes.held(guard::Kind::process);
    const auto& limits = home_.config.limits;
    const auto& host_limits = home_.config.host;
    const guard::Amounts most{.connections = host_limits.connections_max,
                              .streams = host_limits.streams_max,
                              .sessions = limits.sessions + limits.reserved,
                              .waiting = limits.waiting,
                              .bytes = limits.memory};
    for (const auto resource : guard::resources) {
        const std::string name{guard::to_text(resource)};
        gauge("held", "What the limits count, in the whole process.", static_cast<double>(held.*resource),
              {{"resource", name}});
        gauge("held_max", "How much of it may be held.", static_cast<double>(most.*resource), {{"resource", name}});
    }
    const auto work = guards.work.counts(now);
    gauge("work_limit", "Messages that may be worked on at once, as found from latency.",
          static_cast<double>(work.limit));
    gauge("work_in_use", "Messages worked on.", static_cast<double>(work.in_use));
    gauge("work_latency_seconds", "Mean latency of the last window.",
          std::chrono::duration<double>(work.latency).count());
    gauge("work_baseline_seconds", "Latency when little is under way.",
          std::chrono::duration<double>(work.baseline).count());
    gauge("work_loop_delay_seconds", "How late the event loop was at worst in the last window.",
          std::chrono::duration<double>(work.loop_delay).count());
    counter("work_limit_decreases_total", "Times that the limit shrank.", work.decreases);
    constexpr std::array kinds{"unproven", "unknown", "half_done"};
    for (std::size_t i = 0; i < kinds.size(); ++i)
        counter("work_shed_total", "Messages refused for want of capacity, by what is known of them.", work.shed[i],
                {{"work", kinds[i]}});
    for (std::size_t i = 0; i < guard::stage_texts.size(); ++i) {
        const std::string stage{guard::stage_texts[i]};
        counter("rate_refused_total", "Connections and messages that came too fast, by the stage that said so.",
                guards.connects.counts().refused[i], {{"of", "connections"}, {"stage", stage}});
        counter("rate_refused_total", "Connections and messages that came too fast, by the stage that said so.",
                guards.contacts.counts().refused[i], {{"of", "contacts"}, {"stage", stage}});
    }

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
