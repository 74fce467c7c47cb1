#pragma once
// The settings of the program: one table of keys (config_keys.cpp) parses, checks, prints and documents them. A value
// comes from the default, then `config.toml`, then the environment (`p2p.listen` is TALEUS_P2P_LISTEN), then flags.

#include "base/instant.hpp"
#include "base/result.hpp"
#include "host/limits.hpp"
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

// The defaults: an address or a peer may do what a busy partner does, all together what a large machine bears.
constexpr guard::StageRates contact_rates() {
    constexpr std::size_t mib = 1 << 20;
    return {guard::Rates{{500, 2000}, {16 * mib, 128 * mib}}, guard::Rates{{500, 2000}, {16 * mib, 128 * mib}},
            guard::Rates{{1000, 4000}, {}}, guard::Rates{{5000, 20'000}, {64 * mib, 1024 * mib}}};
}
constexpr guard::StageRates connection_rates() {
    guard::StageRates rates{};
    rates[static_cast<std::size_t>(guard::Stage::address)].contacts = {100, 1000};
    rates[static_cast<std::size_t>(guard::Stage::global)].contacts = {2000, 10'000};
    return rates;
}

struct Config {
    std::vector<std::string> listen{"/ip4/0.0.0.0/tcp/9000", "/ip6/::/tcp/9000"};
    std::vector<std::string> announce;
    bool mplex = true;
    std::string party_id;                 // empty: this node's peer id
    std::vector<std::string> party_cadre; // empty: the announced addresses
    protocol::ListenerTimeouts listener;
    protocol::DialerTimeouts dialer;
    session::Limits limits;
    guard::StageRates rates = contact_rates(); // of messages and their bytes
    guard::WorkLimitSettings work;
    guard::BreakerSettings breaker;
    host::HostLimits host{.rates = connection_rates()};
    p2p::ConnectionLimits connection;
    std::string store_url; // empty: SQLite in the home
    std::string tokens = "local";
    std::string token_hook;
    std::string identity_hook;
    ProvisionerConfig provisioner;
    VerifyConfig verify;
    Duration grace = std::chrono::seconds{30};
    std::string log_level = "info";
    std::vector<std::string> log_levels; // MODULE=LEVEL
    std::string log_format = "text";
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
};
std::span<const Key> config_keys();

// Reads a value as a person writes it: 5s, 250ms, 24h; 64KiB; 12; true; comma-separated lists. The error names what is
// allowed.
Result<void> set_from_text(Config& config, const Key& key, std::string_view text);
std::string text_of(const Config& config, const Key& key);

// The whole configuration of a home: file, environment, then `flags` (key, value). Errors name file, line, key and
// range.
using Flags = std::vector<std::pair<std::string, std::string>>;
Result<Config> load_config(const std::filesystem::path& file, const Flags& flags);

// config.toml with every key commented out at its default, as `init` writes it.
std::string documented_config(const Config& initial);

} // namespace taleus::app
