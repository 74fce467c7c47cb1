#pragma once
// The settings of the program: one table of keys (config_keys.cpp) parses, checks, prints and documents them. A value
// comes from the default, then `config.toml`, then the environment (`p2p.listen` is TALEUS_P2P_LISTEN), then flags.

#include "base/instant.hpp"
#include "base/result.hpp"
#include "host/limits.hpp"
#include "library/rates.hpp"
#include "p2p/connection.hpp"
#include "protocol/timeouts.hpp"
#include "session/settings.hpp"

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace taleus::app {

struct ProvisionerConfig {
    std::string kind = "sqlite";
    std::string url;
    std::string password_file;
    std::string endpoint;
    std::string hook;
    Duration time_to_live = std::chrono::hours{24};
};

struct VerifyConfig {
    std::string connect = "auto";
    std::string tls = "prefer";
    std::string root_cert = "/etc/ssl/certs/ca-certificates.crt";
    Duration timeout = std::chrono::seconds{2};
};

struct Config {
    std::vector<std::string> listen{"/ip4/0.0.0.0/tcp/9000", "/ip6/::/tcp/9000"};
    std::vector<std::string> announce;
    bool mplex = true;
    std::size_t handshake_threads = 0;    // one for each processor
    std::string party_id;                 // empty: this node's peer id
    std::vector<std::string> party_cadre; // empty: the announced addresses
    protocol::ListenerTimeouts listener;
    protocol::DialerTimeouts dialer;
    session::Limits limits;
    guard::StageRates rates = library::contact_rates(); // of messages and their bytes
    guard::WorkLimitSettings work;
    guard::BreakerSettings breaker;
    host::HostLimits host{.rates = library::connection_rates()};
    p2p::ConnectionLimits connection;
    std::string store_url; // empty: SQLite in the home
    std::string tokens = "local";
    std::string token_hook;
    std::string identity_hook;
    ProvisionerConfig provisioner;
    VerifyConfig verify;
    Duration keep_details{}; // of the audit trail and of sessions that came to nothing; zero: for ever
    Duration grace = std::chrono::seconds{30};
    std::string log_level = "info";
    std::vector<std::string> log_levels; // MODULE=LEVEL
    std::string log_format = "text";
    std::string admin_listen = "127.0.0.1:9080"; // HOST:PORT of the loopback, unix:PATH, or "" for none
};

// One setting: its name in the file, what it is for, where it lives, and what it may be.
struct Key {
    using Place = std::variant<Duration& (*)(Config&), std::size_t& (*)(Config&), bool& (*)(Config&),
                               std::string& (*)(Config&), std::vector<std::string>& (*)(Config&)>;
    std::string_view name;
    std::string_view about;
    Place place;
    std::int64_t min = 0; // durations in milliseconds, counts and sizes as they are
    std::int64_t max = 0;
    bool is_size = false;                       // a count of bytes: written 64KiB
    std::vector<std::string_view> choices = {}; // texts that are allowed; empty: any
    bool needs_restart = false;                 // a listener that runs keeps what it began with
};
std::span<const Key> config_keys();
const Key* find_key(std::string_view name);
std::string allowed(const Key& key); // what it may be, for people
std::string environment_name(std::string_view key);

// Reads a value as a person writes it: 5s, 250ms, 24h; 64KiB; 12; true; comma-separated lists. The error names what is
// allowed.
Result<void> set_from_text(Config& config, const Key& key, std::string_view text);
std::string text_of(const Config& config, const Key& key);
std::string toml_of(const Config& config, const Key& key); // as it stands in the file

// Where the value of a setting is from; `runtime`: changed while the listener runs, and not written to the file.
enum class Source : std::uint8_t { standard, file, environment, flag, runtime };
std::string_view name_of(Source source);
struct Origin {
    Source source = Source::standard;
    std::size_t line = 0; // of the file
};
struct Settings {
    Config config;
    std::map<std::string, Origin, std::less<>> origins; // of what is not at its default

    Origin origin_of(std::string_view key) const;
};

// What is wrong with a configuration; `text` names file and line where it is from there, key, and what is allowed.
struct ConfigFault {
    std::string key; // empty: none in particular
    std::string text;
};
template <class T> using Configured = std::expected<T, ConfigFault>;

inline constexpr std::size_t config_bytes_max = 1 << 20; // of config.toml

// The whole configuration of a home: file, environment, then `flags` (key, value).
using Flags = std::vector<std::pair<std::string, std::string>>;
Configured<Settings> settings_of(std::string_view text, const std::filesystem::path& file, const Flags& flags);
Configured<Settings> load_settings(const std::filesystem::path& file, const Flags& flags); // no file: the defaults
Result<Config> load_config(const std::filesystem::path& file, const Flags& flags);
// `store.url` of the environment, else of this file, whatever else of the two is refused; empty: there is none.
std::string store_url_of(std::string_view text);
// What holds between keys.
Configured<void> check_together(const Config& config);
// What is allowed and may not be meant: sentences for whoever runs it, with what to do.
std::vector<std::string> doubts_of(const Config& config);

// config.toml with every key commented out at its default, as `init` writes it.
std::string documented_config(const Config& initial);

} // namespace taleus::app
