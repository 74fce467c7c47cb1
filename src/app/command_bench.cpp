#include "app/commands.hpp"
#include "app/load.hpp"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace taleus::app {

namespace {

struct BenchOptions {
    std::string address;
    std::string token;
    std::string role = "stock";
    std::string mode = "warm";
    double timeout_s = 60;
    Load load;
};

const std::map<std::string, Load::Mode> modes{{"warm", Load::Mode::warm},
                                              {"cold", Load::Mode::cold},
                                              {"returning", Load::Mode::returning},
                                              {"mixed", Load::Mode::mixed}};

double milliseconds(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

// Written by hand: Boost.JSON has only exponents for numbers that are not whole.
std::string json_of(const LoadReport& report) {
    const auto latency = [&](double fraction) { return milliseconds(report.percentile(fraction)); };
    std::string codes;
    for (const auto& [code, count] : report.codes)
        codes += fmt::format(R"({}"{}":{})", codes.empty() ? "" : ",", to_text(code), count);
    return fmt::format(R"({{"sessions":{},"ok":{},"refused":{},"failed":{},"perSecond":{:.1f},)"
                       R"("latencyMs":{{"p50":{:.3f},"p90":{:.3f},"p99":{:.3f},"p999":{:.3f},"max":{:.3f}}},)"
                       R"("repeated":{},"unfinished":{},"codes":{{{}}}}})",
                       report.sessions, report.ok, report.refused, report.failed, report.per_second(), latency(0.5),
                       latency(0.9), latency(0.99), latency(0.999), latency(1), report.repeated, report.unfinished,
                       codes);
}

void show(const LoadReport& report, const Console& console) {
    if (console.json()) return console.text(json_of(report));
    console.text(
        fmt::format("sessions   {} ok, {} refused, {} failed, {} attempts repeated\nrate       {:.1f} a second",
                    report.ok, report.refused, report.failed, report.repeated, report.per_second()));
    console.text(fmt::format("latency    p50 {:.1f} ms  p90 {:.1f} ms  p99 {:.1f} ms  p99.9 {:.1f} ms  max {:.1f} ms",
                             milliseconds(report.percentile(0.5)), milliseconds(report.percentile(0.9)),
                             milliseconds(report.percentile(0.99)), milliseconds(report.percentile(0.999)),
                             milliseconds(report.percentile(1))));
    for (const auto& [code, count] : report.codes) console.text(fmt::format("{:10} {}", to_text(code), count));
}

Exit exit_of(const LoadReport& report, bool interrupted) {
    if (interrupted) return Exit::interrupted;
    if (report.failed > 0) return Exit::failed;
    return report.refused > 0 ? Exit::refused : Exit::done;
}

async::awaitable<void> run_into(Engine& engine, const Load& load, Random& random, async::Limit& limit,
                                std::optional<Result<LoadReport>>& out) {
    out = co_await run_load(load, engine.executor(), engine.clock(), random, limit);
    engine.stop();
}

Exit bench(BenchOptions options, const Console& console) {
    auto address = wire::Multiaddr::from_text(options.address);
    if (!address || !address->peer() || !address->as_tcp()) {
        console.error({Code::malformed, fmt::format("{} is no address such as /ip4/127.0.0.1/tcp/9000/p2p/12D3KooW…",
                                                    escaped(options.address))},
                      "take one from the ready line of taleus serve");
        return Exit::usage;
    }
    options.load.address = std::move(*address);
    options.load.token = options.token;
    options.load.role = *wire::role_from_text(options.role);
    options.load.mode = modes.at(options.mode);
    options.load.timeout = std::chrono::duration_cast<Duration>(std::chrono::duration<double>{options.timeout_s});

    SystemRandom random;
    Engine engine;
    std::optional<Result<LoadReport>> report;
    bool interrupted = false;
    {
        auto& limit = engine.tasks().spawn(
            [&](async::Limit& own) { return run_into(engine, options.load, random, own, report); });
        const auto signals = engine.on_signal([&] {
            interrupted = true;
            limit.stop();
        });
        engine.run_until_stopped();
    }
    if (!*report) {
        console.error(report->error(), "is the listener running, and do its limits allow so many connections?");
        return interrupted ? Exit::interrupted : Exit::unreachable;
    }
    show(**report, console);
    return exit_of(**report, interrupted);
}

} // namespace

void add_bench(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<BenchOptions>();
    auto& load = options->load;
    auto* command = root.add_subcommand("bench", "put load on a listener of the protocol and tell how it fared");
    command->add_option("--addr", options->address, "the listener, ending in /p2p/PEERID")->required();
    command->add_option("--token", options->token, "of an invitation with enough uses and the requirement `any`")
        ->required();
    command->add_option("--role", options->role, "the invitation's: stock or foil")
        ->capture_default_str()
        ->check(CLI::IsMember({"stock", "foil"}));
    command
        ->add_option("--mode", options->mode,
                     "warm: few connections for all; cold: a connection and identity each; returning: a connection "
                     "each, of as many identities as sessions at once; mixed: warm and cold in turn")
        ->capture_default_str()
        ->check(CLI::IsMember({"warm", "cold", "returning", "mixed"}));
    command->add_option("--sessions", load.sessions, "how many")->capture_default_str()->check(CLI::PositiveNumber);
    command->add_option("--concurrency", load.concurrency, "how many at once")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--connections", load.connections, "warm, mixed: how many connections share the sessions")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--rate", load.rate, "sessions to begin a second; without it as many as go")
        ->check(CLI::PositiveNumber);
    command->add_option("--timeout", options->timeout_s, "of a session, in seconds")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_flag("--abandon", load.abandon, "foil: leave every session waiting for its database");
    command->add_flag("--hang", load.hang, "say nothing on every stream; the latencies are how long each was let");
    command->add_flag("!--once", load.repeat, "do not try again after a refusal, whatever it asks for");
    command->footer("Example:\n  taleus bench --addr /ip4/127.0.0.1/tcp/9000/p2p/12D3KooW… --token T --mode warm "
                    "--sessions 10000 --concurrency 200\n"
                    "The listener's limits hold for this, too: raise limits.sessions_per_peer and the like for it.");
    command->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return bench(*options, Console{invocation.json}); };
    });
}

} // namespace taleus::app
