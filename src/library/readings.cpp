#include "library/readings.hpp"

#include <array>

namespace taleus::library {

void read_node(Readings& out, Node& node, const store::Journal& journal, const NodeSettings& settings, Instant now) {
    const auto& host = node.host_counts();
    const auto counts = node.counts();
    const auto commits = journal.commit_counts();

    out.gauge("connections", "Connections open, both directions.", static_cast<double>(host.connections));
    out.gauge("connections_handshaking", "Of these, the ones that have not proven who they are.",
              static_cast<double>(host.handshaking));
    out.gauge("streams", "Application streams open.", static_cast<double>(host.streams));
    out.counter("connections_accepted_total", "Connections accepted.", host.accepted);
    out.counter("connections_dialled_total", "Connections attempted to others.", host.dialled);
    out.counter("accept_failures_total", "Connections that could not be accepted, for want of descriptors mostly.",
                host.accept_failures);
    for (std::size_t i = 0; i < host::refusal_texts.size(); ++i)
        out.counter("connections_refused_total", "Connections closed as soon as they were accepted, by cause.",
                    host.refused[i], {{"cause", std::string{host::refusal_texts[i]}}});
    out.counter("handshakes_total", "Handshakes that succeeded.", host.handshakes);
    for (std::size_t i = 0; i < code_texts.size(); ++i)
        out.counter("handshake_failures_total", "Handshakes that failed, by code.", host.handshake_failures[i],
                    {{"code", std::string{code_texts[i]}}});
    out.counter("streams_opened_total", "Application streams opened, by direction.", host.streams_in,
                {{"direction", "in"}});
    out.counter("streams_opened_total", "Application streams opened, by direction.", host.streams_out,
                {{"direction", "out"}});
    out.counter("network_bytes_total", "Bytes on sockets, by direction.", host.bytes_in, {{"direction", "in"}});
    out.counter("network_bytes_total", "Bytes on sockets, by direction.", host.bytes_out, {{"direction", "out"}});

    out.gauge("sessions_served", "Streams being served.", static_cast<double>(counts.streams));
    out.gauge("sessions_awaiting_database", "Foil sessions that await their database.",
              static_cast<double>(counts.waiting));
    out.gauge("tasks", "Coroutines of sessions, those included that wait for the store.",
              static_cast<double>(counts.tasks));
    out.gauge("uses_reserved", "Uses of invitations reserved in memory.", static_cast<double>(counts.reserved));

    out.counter("store_calls_total", "Calls that wrote to the store.", commits.calls);
    out.counter("store_commits_total", "Transactions that these calls shared.", commits.commits);
    const auto measures = journal.commit_measures();
    out.histogram("store_batch_calls", "Calls that the store's writer took together.", measures.calls);
    out.histogram("store_commit_duration_seconds", "How long such a batch took until it was on stable storage.",
                  measures.durations);

    auto& breakers = node.breakers();
    for (const auto& [dependency, breaker] : {std::pair{"store", &breakers.store},
                                              {"identity", &breakers.identity},
                                              {"provisioner", &breakers.provisioner}}) {
        const auto seen = breaker->counts(now);
        for (std::size_t i = 0; i < guard::breaker_state_texts.size(); ++i) {
            const std::string state{guard::breaker_state_texts[i]};
            out.gauge("breaker_state", "1 for the state that a dependency's breaker is in.",
                      seen.state == static_cast<guard::BreakerState>(i) ? 1 : 0,
                      {{"dependency", dependency}, {"state", state}});
            out.counter("breaker_transitions_total", "Times that a breaker came into a state.", seen.transitions[i],
                        {{"dependency", dependency}, {"state", state}});
        }
        for (std::size_t i = 0; i < guard::call_result_texts.size(); ++i) {
            const std::string outcome{guard::call_result_texts[i]};
            out.counter("dependency_calls_total", "Calls of a dependency, by what came of them.", seen.results[i],
                        {{"dependency", dependency}, {"outcome", outcome}});
            out.histogram("dependency_duration_seconds", "How long calls of a dependency took, by what came of them.",
                          breaker->durations()[i], {{"dependency", dependency}, {"outcome", outcome}});
        }
        out.counter("breaker_refused_total", "Calls that a breaker did not let through.", seen.refused,
                    {{"dependency", dependency}});
    }

    auto& guards = node.guards();
    const auto held = guards.scopes.held(guard::Kind::process);
    const auto& limits = settings.session.limits;
    const auto& host_limits = settings.host.limits;
    const guard::Amounts most{.connections = host_limits.connections_max,
                              .streams = host_limits.streams_max,
                              .sessions = limits.all_sessions(),
                              .waiting = limits.waiting,
                              .bytes = limits.memory};
    for (const auto resource : guard::resources) {
        const std::string name{guard::to_text(resource)};
        out.gauge("held", "What the limits count, in the whole process.", static_cast<double>(held.*resource),
                  {{"resource", name}});
        out.gauge("held_max", "How much of it may be held.", static_cast<double>(most.*resource), {{"resource", name}});
    }
    const auto work = guards.work.counts(now);
    out.gauge("work_limit", "Messages that may be worked on at once, as found from latency.",
              static_cast<double>(work.limit));
    out.gauge("work_in_use", "Messages worked on.", static_cast<double>(work.in_use));
    out.gauge("work_latency_seconds", "Mean latency of the last window.",
              std::chrono::duration<double>(work.latency).count());
    out.gauge("work_baseline_seconds", "Latency when little is under way.",
              std::chrono::duration<double>(work.baseline).count());
    out.gauge("work_loop_delay_seconds", "How late the event loop was at worst in the last window.",
              std::chrono::duration<double>(work.loop_delay).count());
    out.counter("work_limit_decreases_total", "Times that the limit shrank.", work.decreases);
    constexpr std::array kinds{"unproven", "unknown", "half_done"};
    for (std::size_t i = 0; i < kinds.size(); ++i)
        out.counter("work_shed_total", "Messages refused for want of capacity, by what is known of them.", work.shed[i],
                    {{"work", kinds[i]}});
    for (std::size_t i = 0; i < guard::stage_texts.size(); ++i) {
        const std::string stage{guard::stage_texts[i]};
        out.counter("rate_refused_total", "Connections and messages that came too fast, by the stage that said so.",
                    guards.connects.counts().refused[i], {{"of", "connections"}, {"stage", stage}});
        out.counter("rate_refused_total", "Connections and messages that came too fast, by the stage that said so.",
                    guards.contacts.counts().refused[i], {{"of", "contacts"}, {"stage", stage}});
    }
}

} // namespace taleus::library
