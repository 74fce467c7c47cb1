#include "app/admin.hpp"
#include "app/commands.hpp"
#include "app/dependencies.hpp"
#include "app/node_control.hpp"
#include "app/node_settings.hpp"
#include "app/systemd.hpp"
#include "app/watch.hpp"
#include "library/node.hpp"
#include "library/observation.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <csignal>

namespace taleus::app {

namespace {

constexpr Duration time_to_open = std::chrono::minutes{5}; // a large store may have to be migrated and recovered
constexpr Duration time_to_close = std::chrono::seconds{10};

struct ServeOptions {
    int ready_fd = -1;
};

// Signals wait while the store is opened, so that one of them then ends the program in order.
class HeldSignals {
public:
    HeldSignals() { change(SIG_BLOCK); }
    ~HeldSignals() { release(); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;
    void release() { change(SIG_UNBLOCK); }

private:
    static void change(int how) {
        sigset_t held{};
        sigemptyset(&held);
        for (const int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, one);
        pthread_sigmask(how, &held, nullptr);
    }
};

void tell_ready(const OpenHome& home, const std::vector<wire::Multiaddr>& listening,
                const std::optional<std::string>& admin, const ServeOptions& options, const Console& console) {
    boost::json::array addresses;
    for (const auto& address : listening) addresses.emplace_back(address.to_text());
    boost::json::object ready{
        {"event", "ready"}, {"peerId", home.peer().to_text()}, {"addrs", std::move(addresses)}, {"admin", nullptr}};
    if (admin) ready["admin"] = *admin;
    console.data(ready);
    if (options.ready_fd >= 0) {
        const auto line = boost::json::serialize(ready) + "\n";
        if (::write(options.ready_fd, line.data(), line.size()) < 0)
            console.note("warning: --ready-fd cannot be written");
        ::close(options.ready_fd);
    }
}

// A listener that runs, from its start to its end. The first signal, or a request, drains; a second signal hurries. One
// that comes while the node starts waits until it has.
class Serving {
public:
    Serving(OpenHome& home, const library::Dependencies& dependencies, Systemd& systemd)
        : home_{home}, systemd_{systemd}, node_{home.ground(), dependencies, node_settings(home), &observation_,
                                                // NOLINTNEXTLINE(cert-err33-c): of a signal that exists
                                                [] { std::raise(SIGTERM); }},
          control_{home, node_, metrics_, [this] { drain(); }} {}

    Exit run(const ServeOptions& options, const Console& console, HeldSignals& held);

private:
    void on_signal();
    void drain();
    void reload();
    async::awaitable<void> stop(Duration grace);
    void start_stopping(Duration grace) {
        home_.engine.tasks().spawn([this, grace](async::Limit&) { return stop(grace); });
    }

    OpenHome& home_;
    Systemd& systemd_;
    ops::Events events_;
    ops::Metrics metrics_{TALEUS_VERSION};
    library::Observation observation_{metrics_, events_};
    library::Node node_;
    NodeControl control_;
    std::unique_ptr<Admin> admin_;
    bool has_started_ = false;
    bool draining_ = false;
};

void Serving::on_signal() {
    if (!draining_) return drain();
    if (!has_started_) return;
    Log{*home_.log, "node"}.warn("a second signal: ending now");
    node_.hurry();
}

void Serving::drain() {
    if (std::exchange(draining_, true) || !has_started_) return;
    const auto counts = node_.counts();
    Log{*home_.log, "node"}.info("draining: {} sessions under way, {} await their database and stay for the next start",
                                 counts.streams, counts.waiting);
    control_.draining();
    systemd_.stopping("draining");
    systemd_.extend_timeout(home_.config.grace + time_to_close);
    start_stopping(home_.config.grace);
}

void Serving::reload() {
    systemd_.reloading();
    control_.reload([this] {
        if (has_started_ && !draining_) systemd_.ready("taking bootstraps");
    });
}

// The admin interface answers to the end.
async::awaitable<void> Serving::stop(Duration grace) {
    co_await node_.stop(home_.engine.clock().now() + grace);
    if (admin_) admin_->stop();
    co_await control_.close();
    home_.engine.stop();
}

Exit Serving::run(const ServeOptions& options, const Console& console, HeldSignals& held) {
    const auto signals = home_.engine.on_signal([this] { on_signal(); });
    const auto hangups = home_.engine.on_hangup([this] { reload(); });
    held.release();
    auto admin = Admin::open(home_, systemd_, control_, events_);
    std::optional<Error> failed;
    if (admin)
        admin_ = std::move(*admin);
    else
        failed = admin.error();
    if (!failed)
        if (const auto announced = home_.engine.run(node_.start(systemd_.take_sockets())); !announced)
            failed = announced.error();
    if (failed) {
        start_stopping(Duration{});
        home_.engine.run_until_stopped();
        console.error(*failed,
                      "check p2p.listen and admin.listen in config.toml, or another program that has the port");
        return failed->code == Code::malformed ? Exit::usage : Exit::failed;
    }
    has_started_ = true;
    if (std::exchange(draining_, false)) {
        drain(); // a signal came already
    } else {
        control_.started();
        tell_ready(home_, node_.listening(), admin_->address(), options, console);
        systemd_.ready("taking bootstraps");
    }
    const Watch watch{home_.engine.clock(), systemd_, node_, *home_.log};
    home_.engine.run_until_stopped();
    return Exit::done;
}

Exit serve(OpenHome& home, const Console& console, const ServeOptions& options, Systemd& systemd, HeldSignals& held) {
    const auto lock = FileLock::try_lock(home.home.path() / "serve.lock");
    if (!lock) return console.error(lock.error()), Exit::failed;
    if (!*lock) {
        console.error({Code::conflict, fmt::format("a listener is running in {} already", home.home.path().string())},
                      "stop it first, or give this one a home of its own");
        return Exit::failed;
    }
    auto dependencies = dependencies_of(home, Purpose::serve);
    if (!dependencies) return console.error(dependencies.error(), "see docs/provisioning.md"), Exit::usage;
    for (const auto& doubt : doubts_of(home.config)) Log{*home.log, "node"}.warn("{}", doubt);
    Serving serving{home, *dependencies, systemd};
    return serving.run(options, console, held);
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
            HeldSignals held;
            return with_home(invocation, [&](OpenHome& home, const Console& console) {
                return serve(home, console, *options, *systemd, held);
            });
        };
    });
}

} // namespace taleus::app
