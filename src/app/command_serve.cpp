#include "app/commands.hpp"
#include "app/node.hpp"
#include "app/systemd.hpp"
#include "app/watch.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace taleus::app {

namespace {

constexpr Duration time_to_open = std::chrono::minutes{5}; // a large store may have to be migrated and recovered
constexpr Duration time_to_close = std::chrono::seconds{10};

struct ServeOptions {
    int ready_fd = -1;
};

void tell_ready(const OpenHome& home, const std::vector<wire::Multiaddr>& listening, const ServeOptions& options,
                const Console& console) {
    boost::json::array addresses;
    for (const auto& address : listening) addresses.emplace_back(address.to_text());
    const boost::json::object ready{
        {"event", "ready"}, {"peerId", home.peer().to_text()}, {"addrs", std::move(addresses)}, {"admin", nullptr}};
    console.data(ready);
    if (options.ready_fd >= 0) {
        const auto line = boost::json::serialize(ready) + "\n";
        if (::write(options.ready_fd, line.data(), line.size()) < 0)
            console.note("warning: --ready-fd cannot be written");
        ::close(options.ready_fd);
    }
}

async::awaitable<void> stop_node(Node& node, Engine& engine, Duration grace) {
    co_await node.stop(engine.clock().now() + grace);
    engine.stop();
}

// The first signal drains, a second one hurries. One that comes while the node starts waits until it has.
class Signals {
public:
    Signals(Node& node, OpenHome& home, const Systemd& systemd) : node_{node}, home_{home}, systemd_{systemd} {}

    void operator()() {
        ++count_;
        if (!started_) return;
        count_ == 1 ? drain() : hurry();
    }
    // False when a signal came already: the node stops again.
    bool started() {
        started_ = true;
        if (count_ > 0) drain();
        return count_ == 0;
    }

private:
    void hurry() {
        Log{*home_.log, "node"}.warn("a second signal: ending now");
        node_.hurry();
    }
    void drain() {
        const Log log{*home_.log, "node"};
        const auto counts = node_.counts();
        log.info("draining: {} sessions under way, {} await their database and stay for the next start", counts.streams,
                 counts.waiting);
        systemd_.stopping("draining");
        systemd_.extend_timeout(home_.config.grace + time_to_close);
        home_.engine.tasks().spawn([&](async::Limit&) { return stop_node(node_, home_.engine, home_.config.grace); });
    }

    Node& node_;
    OpenHome& home_;
    const Systemd& systemd_;
    bool started_ = false;
    unsigned count_ = 0;
};

Exit serve(OpenHome& home, const Console& console, const ServeOptions& options, Systemd& systemd) {
    const auto lock = FileLock::try_lock(home.home.path() / "serve.lock");
    if (!lock) return console.error(lock.error()), Exit::failed;
    if (!*lock) {
        console.error({Code::conflict, fmt::format("a listener is running in {} already", home.home.path().string())},
                      "stop it first, or give this one a home of its own");
        return Exit::failed;
    }
    auto dependencies = Dependencies::of(home, Purpose::serve);
    if (!dependencies) return console.error(dependencies.error(), "see docs/provisioning.md"), Exit::usage;
    Node node{home, *dependencies};
    Signals stop{node, home, systemd};
    const auto signals = home.engine.on_signal([&] { stop(); });
    const auto announced = home.engine.run(node.start(systemd.take_sockets()));
    if (!announced) {
        home.engine.tasks().spawn([&](async::Limit&) { return stop_node(node, home.engine, Duration{}); });
        home.engine.run_until_stopped();
        console.error(announced.error(), "check p2p.listen in config.toml, or another program that has the port");
        return announced.error().code == Code::malformed ? Exit::usage : Exit::failed;
    }
    if (stop.started()) {
        tell_ready(home, node.listening(), options, console);
        systemd.ready("taking bootstraps");
    }
    const Watch watch{home.engine.clock(), systemd, node, *home.log};
    home.engine.run_until_stopped();
    return Exit::done;
}

} // namespace

void add_serve(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<ServeOptions>();
    auto* command = root.add_subcommand("serve", "run the listener until a signal");
    command->add_option("--ready-fd", options->ready_fd, "write the ready line to this descriptor too, and close it")
        ->check(CLI::Range(0, 1 << 20, "a descriptor"));
    command->footer("Example:\n  taleus serve --home alice --set p2p.listen=/ip4/0.0.0.0/tcp/9000");
    command->callback([&invocation, options] {
        invocation.run = [&invocation, options] {
            auto systemd = Systemd::from_environment();
            if (!systemd) return Console{invocation.json}.error(systemd.error()), Exit::usage;
            systemd->extend_timeout(time_to_open);
            return with_home(invocation, [&](OpenHome& home, const Console& console) {
                return serve(home, console, *options, *systemd);
            });
        };
    });
}

} // namespace taleus::app
