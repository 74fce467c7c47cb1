#include "app/ask_listener.hpp"
#include "app/commands.hpp"
#include "guard/protection.hpp"
#include "host/host.hpp"
#include "store/trails.hpp"
#include "store/versions.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

// What is wrong with this home and this machine, each finding with what to do next. It changes nothing that is there.
namespace taleus::app {

namespace {

enum class Verdict : std::uint8_t { good, warning, failed, skipped };

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
    case Verdict::good: return "ok";
    case Verdict::warning: return "warning";
    case Verdict::failed: return "failed";
    case Verdict::skipped: return "skipped";
    }
    return {};
}

struct Finding {
    std::string_view check;
    Verdict verdict = Verdict::good;
    std::string what;
    std::string next{}; // what to do, where there is something
};
using Findings = std::vector<Finding>;

constexpr std::uint64_t mib = 1ULL << 20U;
constexpr Duration dial_time = std::chrono::seconds{5};

std::string last_error() { return std::error_code{errno, std::generic_category()}.message(); }

// --- what belongs to the home

Finding private_file(std::string_view check, const std::filesystem::path& path) {
    struct stat about{};
    if (::stat(path.c_str(), &about) != 0)
        return {check, Verdict::failed, fmt::format("{}: {}", path.string(), last_error()), "make a home: taleus init"};
    const auto open_to = static_cast<unsigned>(about.st_mode) & 077U;
    if (open_to == 0) return {check, Verdict::good, fmt::format("{} is yours alone", path.string())};
    return {check, Verdict::failed,
            fmt::format("{} can be read by others (mode {:o})", path.string(), about.st_mode & 0777U),
            fmt::format("chmod go= {}", path.string())};
}

Finding free_space(const Home& home) {
    struct statvfs about{};
    if (::statvfs(home.path().c_str(), &about) != 0) return {"disk", Verdict::failed, last_error()};
    const std::uint64_t free = std::uint64_t{about.f_bavail} * about.f_frsize / mib;
    auto what = fmt::format("{} MiB free beside the store", free);
    if (free >= 1024) return {"disk", Verdict::good, std::move(what)};
    return {"disk", free < 64 ? Verdict::failed : Verdict::warning, std::move(what),
            "a full disk refuses new sessions: make room"};
}

// Read only: neither made where there is none nor brought forward where it is of an older program.
Finding store_of(const Home& home, const Config& config) {
    const bool is_file = config.store_url.empty();
    const auto there = is_file ? is_there(home.store_file()) : true;
    if (there && !*there)
        return {"store", Verdict::failed, fmt::format("there is no {}", home.store_file().string()),
                "restore a backup; without one: taleus tally list makes an empty store"};
    const auto opened = is_file ? store::open_to_read(home.store_file()) : store::connect_to_read(config.store_url);
    if (!opened)
        return {"store", Verdict::failed, escaped(opened.error().context, 512),
                "see docs/storage.md, or restore a backup"};
    return {"store", Verdict::good, is_file ? "it opens and has this program's form" : "its server answers"};
}

// --- what belongs to the machine

Finding clock_of_machine() {
    struct timex about{};
    if (::adjtimex(&about) < 0) return {"clock", Verdict::skipped, "the system does not say: " + last_error()};
    if ((about.status & STA_UNSYNC) == 0) return {"clock", Verdict::good, "it is kept in time"};
    return {"clock", Verdict::warning, "nothing keeps it in time",
            "invitations expire by it: systemctl enable --now systemd-timesyncd (or chrony)"};
}

Finding descriptors(const Config& config) {
    struct rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    auto what =
        fmt::format("{} allowed, {} connections", limit.rlim_max, config.host.connections_max); // as `serve` has
    if (limit.rlim_max >= 2 * config.host.connections_max) return {"descriptors", Verdict::good, std::move(what)};
    return {"descriptors", Verdict::warning, std::move(what),
            "LimitNOFILE= of the unit, or a lower limits.connections, so that they are twice as many"};
}

Finding versions() {
    return {"versions", Verdict::good,
            fmt::format("taleus {}, OpenSSL {}, libsodium {}, {}", TALEUS_VERSION,
                        OpenSSL_version(OPENSSL_VERSION_STRING), sodium_version_string(), store::library_versions())};
}

// --- what belongs to the network

// `is_alone`: without an address of IPv4 beside it, so that `serve` cannot leave it out.
Finding port_of(Engine& engine, const std::string& text, bool is_alone) {
    using tcp = boost::asio::ip::tcp;
    const auto address = wire::Multiaddr::from_text(text);
    const auto target = address ? address->as_tcp() : std::nullopt;
    if (!target)
        return {"ports", Verdict::failed, fmt::format("{} is no TCP address", escaped(text)), "set p2p.listen"};
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(target->host, error);
    if (error) return {"ports", Verdict::skipped, fmt::format("{} has a name", text)};
    boost::asio::basic_socket_acceptor<tcp, async::Executor> acceptor{engine.executor()};
    acceptor.open(ip.is_v6() ? tcp::v6() : tcp::v4(), error);
    if (!error && ip.is_v6()) acceptor.set_option(boost::asio::ip::v6_only{true}, error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor.bind({ip, target->port}, error);
    if (!error) acceptor.listen(1, error);
    if (!error) return {"ports", Verdict::good, text + " is free"};
    if (error == boost::asio::error::address_family_not_supported && ip.is_v6() && ip.is_unspecified() && !is_alone)
        return {"ports", Verdict::warning, fmt::format("{}: this machine has no IPv6, and serve leaves it out", text)};
    return {"ports", Verdict::failed, fmt::format("{}: {}", text, error.message()),
            "who has it: ss -ltnp; or set p2p.listen to another"};
}

async::awaitable<Finding> dialled(Engine& engine, const wire::PeerId& self, std::string text) {
    SystemRandom random;
    const auto key = wire::KeyPair::generate(random);
    guard::Protection guards{random, {}};
    host::HostSettings settings;
    settings.agent = "taleus-doctor";
    host::Host host{engine.executor(), engine.clock(), random, key, std::move(settings), nullptr, guards};
    auto address = wire::Multiaddr::from_text(text);
    if (address && !address->peer()) address = address->with_peer(self);
    Finding found{"reachability", Verdict::failed, text + " is no address", "set p2p.announce"};
    if (address) {
        auto connection = co_await host.dial(*address);
        if (connection)
            found = {"reachability", Verdict::good, text + " answers, and it is this node"};
        else
            found = {"reachability", Verdict::failed, escaped(connection.error().context, 512),
                     "partners cannot reach it either: check name, router and firewall, or set p2p.announce"};
    }
    co_await host.close(engine.clock().now() + dial_time);
    co_return found;
}

void ask_network(const Home& home, const Config& config, const wire::PeerId& self, Findings& findings) {
    Engine engine;
    const auto told = ask_listener(home, {.target = "/v1/status"});
    if (!told || (*told && (*told)->status >= 300)) {
        const auto why = told ? error_of(**told).context : told.error().context;
        findings.push_back({"listener", Verdict::failed, "it runs and cannot be asked: " + escaped(why, 512),
                            "restart it, which makes a new admin.token where there is none"});
        return;
    }
    if (!*told) {
        const auto runs = home.has_listener();
        if (runs && *runs) {
            findings.push_back({"listener", Verdict::skipped, "it runs and has no admin interface (admin.listen)"});
            return;
        }
        findings.push_back({"listener", Verdict::skipped, "none runs in this home"});
        const bool has_ip4 =
            std::ranges::any_of(config.listen, [](const auto& one) { return one.starts_with("/ip4/"); });
        for (const auto& address : config.listen) findings.push_back(port_of(engine, address, !has_ip4));
        findings.push_back({"reachability", Verdict::skipped, "only a running listener can be called"});
        return;
    }
    const auto& status = (*told)->document;
    const auto* version = status.if_contains("version");
    const bool is_same = version != nullptr && version->is_string() && version->as_string() == TALEUS_VERSION;
    findings.push_back(is_same ? Finding{"listener", Verdict::good, "it runs, and it is of this version"}
                               : Finding{"listener", Verdict::warning,
                                         "it runs, but is of another version than this program",
                                         "restart it after an upgrade: systemctl restart taleus"});
    const auto* announced = status.if_contains("announced");
    if (announced == nullptr || !announced->is_array()) return;
    for (const auto& address : announced->as_array())
        if (address.is_string())
            findings.push_back(engine.run(dialled(engine, self, std::string{std::string_view{address.as_string()}})));
}

Findings examine(const Home& home, const Flags& flags) {
    Findings findings{versions(), clock_of_machine(), private_file("home", home.path())};
    const auto identity = home.identity();
    if (!identity) {
        findings.push_back(
            {"key", Verdict::failed, escaped(identity.error().context, 512), "make a home: taleus init"});
        return findings;
    }
    findings.push_back(private_file("key", home.identity_file()));
    findings.push_back(free_space(home));
    const auto config = home.config(flags);
    if (!config) {
        findings.push_back({"settings", Verdict::failed, escaped(config.error().context, 512),
                            fmt::format("mend {}; taleus config check says more", home.config_file().string())});
        return findings;
    }
    const auto doubts = doubts_of(*config);
    if (doubts.empty()) findings.push_back({"settings", Verdict::good, "they are valid"});
    for (const auto& doubt : doubts) findings.push_back({"settings", Verdict::warning, doubt});
    findings.push_back(descriptors(*config));
    findings.push_back(store_of(home, *config));
    ask_network(home, *config, wire::PeerId::of(identity->public_key()), findings);
    return findings;
}

Exit doctor(const Invocation& invocation) {
    const Console console{invocation.json};
    const auto flags = invocation.flags();
    if (!flags) {
        console.error(flags.error(), "see: taleus doctor --help");
        return Exit::usage;
    }
    const auto findings = examine(Home::at(invocation.home), *flags);
    for (const auto& one : findings) {
        if (console.json())
            console.data(
                {{"check", one.check}, {"verdict", to_text(one.verdict)}, {"what", one.what}, {"next", one.next}});
        else
            console.text(fmt::format("{:8} {:12} {}{}", to_text(one.verdict), one.check, one.what,
                                     one.next.empty() ? "" : "\n                      " + one.next));
    }
    return std::ranges::any_of(findings, [](const auto& one) { return one.verdict == Verdict::failed; }) ? Exit::failed
                                                                                                         : Exit::done;
}

} // namespace

void add_doctor(CLI::App& root, Invocation& invocation) {
    auto* command = root.add_subcommand("doctor", "examine this home and this machine, and say what to do");
    command->footer("Example:\n  taleus doctor\n  taleus doctor --json | grep failed");
    command->callback([&invocation] { invocation.run = [&invocation] { return doctor(invocation); }; });
}

} // namespace taleus::app
