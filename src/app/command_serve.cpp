#include "app/admin.hpp"
#include "app/commands.hpp"
#include "app/configured_hooks.hpp"
#include "app/node_control.hpp"
#include "app/party_settings.hpp"
#include "app/systemd.hpp"
#include "app/watch.hpp"

#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <taleus/listener.hpp>
#include <unistd.h>

#include <array>
#include <csignal>
#include <future>
#include <utility>

namespace taleus::app {

namespace {

constexpr Duration time_to_open = std::chrono::minutes{5}; // a large store may have to be migrated and recovered
constexpr Duration time_to_close = std::chrono::seconds{10};

struct ServeOptions {
    int ready_fd = -1;
};

// Signals wait while the store is opened, so that one of them then ends the program in order. They are held by the
// thread that makes this and by those that come of it; `release` lets them in to the thread that calls it, and `hold`
// keeps them from it again.
class HeldSignals {
public:
    HeldSignals() { hold(); }
    ~HeldSignals() { release(); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;
    void release() { change(SIG_UNBLOCK); }
    void hold() { change(SIG_BLOCK); }
    // Nobody hears them any more, nor those that wait: what ends in order is not to be killed by the last of them.
    void forget() {
        for (const int one : all) std::signal(one, SIG_IGN); // NOLINT(cert-err33-c): of signals that exist
    }

private:
    static constexpr std::array all{SIGINT, SIGTERM, SIGHUP};
    static void change(int how) {
        sigset_t held{};
        sigemptyset(&held);
        for (const int one : all) sigaddset(&held, one);
        pthread_sigmask(how, &held, nullptr);
    }
};

void tell_ready(const ConfiguredHome& home, const std::vector<wire::Multiaddr>& listening,
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
// that comes while the node starts waits until it has. All but `run` and what it calls happens on the listener's loop,
// where a signal is at once before whatever the network brings next.
class Serving final : public library::ControlPlane {
public:
    Serving(ConfiguredHome& home, Systemd& systemd, HeldSignals& held) : home_{home}, systemd_{systemd}, held_{held} {}

    Exit run(const ServeOptions& options, const Console& console);

    Result<void> begin(library::ListenerParts parts) override;
    void lost() override { drain(); }
    async::awaitable<void> end() override;

private:
    void on_signal();
    void started(const ServeOptions& options, const Console& console);
    void drain();
    void reload();
    Exit not_started(const Error& error, const Console& console) const;

    ConfiguredHome& home_;
    Systemd& systemd_;
    HeldSignals& held_;
    std::promise<Duration> is_to_stop_;   // within this grace
    std::optional<async::Executor> loop_; // from `begin` on
    // From `begin` to `end`.
    std::optional<library::ListenerParts> parts_;
    std::optional<NodeControl> control_;
    std::unique_ptr<Admin> admin_;
    std::optional<Watch> watch_;
    Signals signals_;
    Signals hangups_;
    bool has_started_ = false;
    bool draining_ = false;
    bool has_no_port_ = false; // to listen on, or for the admin interface: why it did not start
};

Result<void> Serving::begin(library::ListenerParts parts) {
    for (const auto& doubt : doubts_of(home_.config)) Log{*home_.log, "node"}.warn("{}", doubt);
    loop_ = parts.ground.executor;
    parts_.emplace(parts);
    control_.emplace(home_, std::move(parts), [this] { drain(); });
    signals_ = app::on_signal(*loop_, [this] { on_signal(); });
    hangups_ = on_hangup(*loop_, [this] { reload(); });
    held_.release();
    auto admin = Admin::open(home_, systemd_, *control_, parts_->events);
    has_no_port_ = !admin;
    if (!admin) return fail(admin.error());
    admin_ = std::move(*admin);
    return {};
}

void Serving::started(const ServeOptions& options, const Console& console) {
    has_started_ = true;
    if (std::exchange(draining_, false)) {
        drain(); // a signal came already
    } else {
        tell_ready(home_, parts_->node.listening(), admin_->address(), options, console);
        systemd_.ready("taking bootstraps");
    }
    watch_.emplace(parts_->ground.clock, systemd_, parts_->node, *home_.log);
}

void Serving::on_signal() {
    if (!draining_) return drain();
    if (!has_started_) return;
    Log{*home_.log, "node"}.warn("a second signal: ending now");
    parts_->node.hurry();
}

void Serving::drain() {
    if (std::exchange(draining_, true) || !has_started_) return;
    const auto counts = parts_->node.counts();
    Log{*home_.log, "node"}.info("draining: {} sessions under way, {} await their database and stay for the next start",
                                 counts.streams, counts.waiting);
    parts_->vitals.draining();
    parts_->node.drain();
    systemd_.stopping("draining");
    systemd_.extend_timeout(home_.config.grace + time_to_close);
    is_to_stop_.set_value(home_.config.grace);
}

void Serving::reload() {
    systemd_.reloading();
    control_->reload([this] {
        if (has_started_ && !draining_) systemd_.ready("taking bootstraps");
    });
}

// The admin interface answers to the end, and a second signal hurries as long as something is awaited. Then signals are
// kept out: what no set hears kills the process.
async::awaitable<void> Serving::end() {
    watch_.reset();
    if (admin_) admin_->stop();
    co_await control_->close();
    held_.hold();
    hangups_.reset();
    signals_.reset();
    held_.forget();
    has_no_port_ = has_no_port_ || parts_->node.has_no_port();
    admin_.reset();
    control_.reset();
    parts_.reset();
}

// --- on the command's thread

Exit Serving::not_started(const Error& error, const Console& console) const {
    if (!loop_ && error.code == Code::conflict) {
        console.error(error, "stop it first, or give this one a home of its own");
        return Exit::failed;
    }
    if (!loop_) return not_opened(error, console);
    std::string_view next; // what is wrong with a file or the store says so by itself
    if (has_no_port_ && error.code != Code::internal)
        next = error.code == Code::overloaded
                   ? more_of_the_machine
                   : "check p2p.listen and admin.listen in config.toml, or another program that has the port";
    console.error(error, next);
    return error.code == Code::malformed ? Exit::usage : Exit::failed;
}

// As many as are allowed: shells and supervisors allow 1,024 at first, which are fewer than `limits.connections`.
void raise_descriptor_limit() {
    struct rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Exit Serving::run(const ServeOptions& options, const Console& console) {
    raise_descriptor_limit();
    const auto hooks = hooks_of(home_.config);
    if (!hooks) return console.error(hooks.error(), "see docs/provisioning.md"), Exit::usage;
    auto settings = listener_settings(home_);
    settings.sockets = systemd_.take_sockets();
    auto listener = Inside::start(std::move(settings), *hooks, beyond(home_), this);
    if (!listener) return not_started(listener.error(), console);
    boost::asio::post(*loop_, [&] { started(options, console); });
    listener->stop(is_to_stop_.get_future().get());
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
            HeldSignals held;
            return with_configured_home(invocation, [&](ConfiguredHome& home, const Console& console) {
                Serving serving{home, *systemd, held};
                return serving.run(*options, console);
            });
        };
    });
}

} // namespace taleus::app
