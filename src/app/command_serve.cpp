#include "app/commands.hpp"
#include "app/node.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace taleus::app {

namespace {

struct ServeOptions {
    int ready_fd = -1;
};

// Tells systemd, when it started us (sd_notify's protocol: one datagram to $NOTIFY_SOCKET).
void notify_systemd(std::string_view state) {
    const auto* path = std::getenv("NOTIFY_SOCKET"); // NOLINT(concurrency-mt-unsafe)
    sockaddr_un address{};
    if (path == nullptr || std::string_view{path}.size() >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    std::string_view{path}.copy(address.sun_path, sizeof address.sun_path - 1);
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::string_view{path}.size());
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return;
    ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), // NOLINT
             length);
    ::close(socket);
}

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
    notify_systemd("READY=1");
}

async::awaitable<void> stop_node(Node& node, Engine& engine, Duration grace) {
    co_await node.stop(engine.clock().now() + grace);
    engine.stop();
}

// The first signal drains, a second one hurries. One that comes while the node starts waits until it has.
class Signals {
public:
    Signals(Node& node, OpenHome& home) : node_{node}, home_{home} {}

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
        notify_systemd("STOPPING=1");
        home_.engine.tasks().spawn([&](async::Limit&) { return stop_node(node_, home_.engine, home_.config.grace); });
    }

    Node& node_;
    OpenHome& home_;
    bool started_ = false;
    unsigned count_ = 0;
};

Exit serve(OpenHome& home, const Console& console, const ServeOptions& options) {
    const auto lock = FileLock::try_lock(home.home.path() / "serve.lock");
    if (!lock) return console.error(lock.error()), Exit::failed;
    if (!*lock) {
        console.error({Code::conflict, fmt::format("a listener is running in {} already", home.home.path().string())},
                      "stop it first, or give this one a home of its own");
        return Exit::failed;
    }
    Node node{home};
    Signals stop{node, home};
    const auto signals = home.engine.on_signal([&] { stop(); });
    const auto announced = home.engine.run(node.start());
    if (!announced) {
        home.engine.tasks().spawn([&](async::Limit&) { return stop_node(node, home.engine, Duration{}); });
        home.engine.run_until_stopped();
        console.error(announced.error(), "check p2p.listen in config.toml, or another program that has the port");
        return announced.error().code == Code::malformed ? Exit::usage : Exit::failed;
    }
    if (stop.started()) tell_ready(home, node.listening(), options, console);
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
            return with_home(invocation,
                             [&](OpenHome& home, const Console& console) { return serve(home, console, *options); });
        };
    });
}

} // namespace taleus::app
