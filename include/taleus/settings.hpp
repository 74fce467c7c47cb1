#pragma once
/// @file
/// What a listener and a dialer are started with. Plain values; the defaults are those of the program `taleus`.

#include <taleus/key.hpp>
#include <taleus/limits.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus {

/// How much a log line matters.
enum class LogLevel : std::uint8_t {
    debug, ///< for who looks for a fault
    info,  ///< what an operator likes to know
    warn,  ///< something did not work, and is handled
    error  ///< something did not work, and somebody should look
};

/// A line of the log: one line of printable text, in which what came from a partner is escaped and no secret stands.
struct LogLine {
    LogLevel level = LogLevel::info; ///< how much it matters
    std::string_view module{};       ///< which part says so: `session`, `host`, `store`, …; for the call only
    std::string_view message{};      ///< for the call only
};

/// Takes log lines. Called from any thread, several at once; it must not block for long or throw. Empty: nothing is
/// logged.
using LogTo = std::function<void(const LogLine&)>;

/// How the draft is read back from a partner's database, by the login that the partner sealed to this node
/// (docs/provisioning.md). What comes of it is `Tally::access` and never the outcome of a bootstrap.
struct ReadBack {
    /// The program `taleus`, which is run as `taleus read-draft` for each: what a partner names is asked in a process
    /// of its own, with bounded time and memory. Empty: drafts are not read back.
    std::filesystem::path program{};
    /// Dial no loopback, private, link-local or metadata address: for who answers strangers.
    bool only_public = true;
    /// `disable`, `prefer`, `require`, or `verify-full`, which trusts `authorities`.
    std::string tls = "prefer";
    /// Certificates of authorities, PEM.
    std::filesystem::path authorities = "/etc/ssl/certs/ca-certificates.crt";
    /// How long a session waits for it, more than zero and at most a day; then it goes on without.
    Duration timeout = std::chrono::seconds{2};
};

/// What listeners and dialers have in common: where they keep things, and who they are.
struct Party {
    /// A directory of its own, laid out as the home of the program `taleus`, whose commands may be used on it:
    /// identity.key, taleus.db, tallies/. Made where it is missing, mode 0700; secrets in it are mode 0600. One
    /// listener at a time.
    std::filesystem::path home{};
    /// The node's key. nullopt: identity.key of the home, which is made when there is none.
    std::optional<NodeKey> key = std::nullopt;
    /// PostgreSQL, `postgresql://…`, shared by all nodes of one inviter; empty: SQLite in the home.
    std::string store_url{};
    /// Whom partners deal with: 1 to 256 bytes of UTF-8. Empty: the node's peer id. The first one that serves fixes it
    /// for the store.
    std::string party_id{};
    /// Where the party's nodes are, for partners: at most 64 of at most 512 bytes. Empty: the announced addresses.
    std::vector<std::string> cadre{};
    /// How long a database is kept that no session completed; it is removed after that. More than zero.
    Duration time_to_live = std::chrono::hours{24};
    /// Whether and how partners' databases are looked into.
    ReadBack read_back{};
    /// Where the log goes.
    LogTo log{};
    /// Lines of lower levels are not made.
    LogLevel log_level = LogLevel::info;
};

/// What can be changed while a listener runs: it holds for sessions and connections that begin then.
struct LiveSettings {
    ListenerTimeouts timeouts{};              ///< of its sessions
    Limits limits{};                          ///< on its sessions
    std::size_t connections = 4096;           ///< inbound, in all
    std::size_t connections_per_address = 64; ///< of one IPv4 address or one IPv6 /64
};

/// What a listener is started with.
struct ListenerSettings {
    Party party{};                                                                ///< where and who
    std::vector<std::string> listen{"/ip4/0.0.0.0/tcp/9000", "/ip6/::/tcp/9000"}; ///< multiaddrs; port 0: any free one
    std::vector<std::string> announce{}; ///< what links carry, where it is not what it listens on: behind a NAT
    LiveSettings live{};                 ///< what `Listener::change` can change
    /// Sockets that somebody listens on for this process already, as systemd does; instead of `listen`, where there are
    /// any. The listener's to close; a `start` that fails may have closed them.
    std::vector<int> sockets{};
};

/// What a dialer is opened with.
struct DialerSettings {
    Party party{};             ///< where and who
    DialerTimeouts timeouts{}; ///< of its joins
};

} // namespace taleus
