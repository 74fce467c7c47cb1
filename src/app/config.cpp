#include "app/config.hpp"

#include "app/home.hpp"
#include "app/log_levels.hpp"
#include "app/toml_document.hpp"
#include "base/log.hpp"
#include "ops/address.hpp"
#include "store/postgres_url.hpp"
#include "wire/multiaddr.hpp"
#include "wire/utf8.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "hooks/hook_target.hpp"

namespace taleus::app {

namespace {

struct Unit {
    std::string_view text;
    std::int64_t factor;
};
constexpr std::array duration_units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000}, Unit{"h", 3'600'000},
                                    Unit{"d", 86'400'000}};
constexpr std::array size_units{Unit{"B", 1}, Unit{"KiB", 1024}, Unit{"MiB", 1 << 20}, Unit{"GiB", 1 << 30}};

// "250ms" -> 250; nullopt for anything else, overflow included.
std::optional<std::int64_t> with_unit(std::string_view text, std::span<const Unit> units) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    for (const auto& known : units)
        if (unit == known.text) {
            std::int64_t value = 0;
            if (__builtin_mul_overflow(number, known.factor, &value)) return std::nullopt;
            return value;
        }
    return std::nullopt;
}

std::string in_units(std::int64_t value, std::span<const Unit> units) {
    for (auto unit = units.rbegin(); unit != units.rend(); ++unit)
        if (value % unit->factor == 0 && (value != 0 || unit->factor == 1))
            return fmt::format("{}{}", value / unit->factor, unit->text);
    return fmt::format("{}{}", value, units.front().text);
}

} // namespace

std::string allowed(const Key& key) {
    struct Words {
        const Key& key;
        std::string operator()(Duration& (*)(Config&)) const {
            return fmt::format("a duration from {} to {}, such as 5s or 250ms", in_units(key.min, duration_units),
                               in_units(key.max, duration_units));
        }
        std::string operator()(std::size_t& (*)(Config&)) const {
            if (key.is_size)
                return fmt::format("a size from {} to {}, such as 64KiB", in_units(key.min, size_units),
                                   in_units(key.max, size_units));
            return fmt::format("a number from {} to {}", key.min, key.max);
        }
        std::string operator()(bool& (*)(Config&)) const { return "true or false"; }
        std::string operator()(std::string& (*)(Config&)) const {
            return key.choices.empty() ? "a text" : fmt::format("one of {}", fmt::join(key.choices, ", "));
        }
        std::string operator()(std::vector<std::string>& (*)(Config&)) const { return "a list of texts"; }
    };
    return std::visit(Words{key}, key.place);
}

const Key* find_key(std::string_view name) {
    const auto keys = config_keys();
    const auto found = std::ranges::find(keys, name, &Key::name);
    return found == keys.end() ? nullptr : &*found;
}

std::string environment_name(std::string_view key) {
    std::string name = "TALEUS_";
    for (const char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

std::string_view name_of(Source source) {
    switch (source) {
    case Source::standard: return "default";
    case Source::file: return "file";
    case Source::environment: return "environment";
    case Source::flag: return "flag";
    case Source::runtime: break;
    }
    return "runtime";
}

Origin Settings::origin_of(std::string_view key) const {
    const auto found = origins.find(key);
    return found == origins.end() ? Origin{} : found->second;
}

namespace {

std::unexpected<Error> not_allowed(const Key& key) {
    return fail(Code::malformed, fmt::format("{} must be {}", key.name, allowed(key)));
}

std::optional<std::int64_t> ranged(std::optional<std::int64_t> value, const Key& key) {
    return value && *value >= key.min && *value <= key.max ? value : std::nullopt;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto comma = text.find(',');
        if (const auto part = text.substr(0, comma); !part.empty()) parts.emplace_back(part);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return parts;
}

// A TOML value as the text a person would type; nullopt for a type that no key of ours has.
std::optional<std::string> text_of(const toml::node& node, const Key& key) {
    const bool numeric = std::holds_alternative<std::size_t& (*)(Config&)>(key.place) && !key.is_size;
    const bool list = std::holds_alternative<std::vector<std::string>& (*)(Config&)>(key.place);
    const bool flag = std::holds_alternative<bool& (*)(Config&)>(key.place);
    if (const auto* text = node.as_string(); text && !numeric && !list && !flag) return text->get();
    if (const auto* number = node.as_integer(); number && numeric) return std::to_string(number->get());
    if (const auto* boolean = node.as_boolean(); boolean && flag) return boolean->get() ? "true" : "false";
    if (const auto* array = node.as_array(); array && list) {
        std::string joined;
        for (const auto& element : *array) {
            const auto* text = element.as_string();
            if (text == nullptr || text->get().find(',') != std::string::npos) return std::nullopt;
            joined += (joined.empty() ? "" : ",") + text->get();
        }
        return joined;
    }
    return std::nullopt;
}

Configured<void> apply_table(Settings& settings, const toml::table& table, const std::string& prefix,
                             const std::filesystem::path& file) {
    for (const auto& [name, node] : table) {
        const auto full = prefix + std::string{name.str()};
        const auto line = node.source().begin.line;
        const auto where = fmt::format("{}:{}", file.string(), line);
        if (const auto* inner = node.as_table()) {
            if (auto done = apply_table(settings, *inner, full + ".", file); !done) return done;
            continue;
        }
        const auto* key = find_key(full);
        if (key == nullptr)
            return std::unexpected(ConfigFault{full, fmt::format("{}: unknown key {}", where, escaped(full))});
        const auto text = text_of(node, *key);
        const auto done = text ? set_from_text(settings.config, *key, *text) : Result<void>{not_allowed(*key)};
        if (!done) return std::unexpected(ConfigFault{full, fmt::format("{}: {}", where, done.error().context)});
        settings.origins[full] = {Source::file, line};
    }
    return {};
}

std::unexpected<ConfigFault> fault(std::string_view key, std::string text) {
    return std::unexpected(ConfigFault{std::string{key}, std::move(text)});
}

Configured<void> check_addresses(const Config& config) {
    for (const auto* list : {&config.listen, &config.announce})
        for (const auto& text : *list) {
            const auto* key = list == &config.listen ? "p2p.listen" : "p2p.announce";
            const auto address = wire::Multiaddr::from_text(text);
            if (!address || !address->as_tcp())
                return fault(key,
                             fmt::format("{}: {} is not an address such as /ip4/0.0.0.0/tcp/9000", key, escaped(text)));
        }
    if (auto done = ops::check_address(config.admin_listen); !done) return fault("admin.listen", done.error().context);
    return {};
}

Configured<void> check_party(const Config& config) {
    if (config.party_id.size() > 256 || !wire::is_utf8(config.party_id))
        return fault("party.id", "party.id must be a text of at most 256 bytes");
    const auto is_too_long = [](const std::string& address) { return address.size() > 512 || !wire::is_utf8(address); };
    if (config.party_cadre.size() > 64 || std::ranges::any_of(config.party_cadre, is_too_long))
        return fault("party.cadre", "party.cadre must be at most 64 texts of at most 512 bytes each");
    return {};
}

Configured<void> check_limits(const Config& config) {
    if (config.limits.memory < config.limits.session_bytes())
        return fault("limits.memory",
                     "limits.memory must hold a session at least, which is twice limits.message_bytes");
    if (config.work.initial > config.work.max)
        return fault("overload.work", "overload.work must not be more than overload.work_max");
    return {};
}

Configured<void> check_hook(std::string_view key, const std::string& target, bool is_needed) {
    if (target.empty() && !is_needed) return {};
    if (const auto parsed = hooks::parse_hook_target(target); !parsed)
        return fault(key, fmt::format("{}: {}", key, parsed.error().context));
    return {};
}

Configured<void> check_dependencies(const Config& config) {
    if (!config.store_url.empty())
        if (const auto hosts = store::postgres_hosts(config.store_url); !hosts)
            return fault("store.url", hosts.error().context);
    const auto& provisioner = config.provisioner;
    if (provisioner.kind == "postgres" && provisioner.url.empty())
        return fault("provisioner.kind", "provisioner.kind = \"postgres\" needs provisioner.url, such as "
                                         "postgres://provisioner@db.example/tallies");
    if (provisioner.time_to_live < std::max(config.listener.session, config.dialer.session))
        return fault("provisioner.ttl", "provisioner.ttl must not be shorter than a session (timeouts.session, "
                                        "timeouts.join_session)");
    if (auto done = check_hook("provisioner.hook", provisioner.hook, provisioner.kind == "external"); !done)
        return done;
    if (auto done = check_hook("token.hook", config.token_hook, config.tokens == "external"); !done) return done;
    return check_hook("identity.hook", config.identity_hook, false);
}

} // namespace

Configured<void> check_together(const Config& config) {
    if (config.listener.step > config.listener.session)
        return fault("timeouts.step", "timeouts.step must not be longer than timeouts.session");
    if (config.listener.respond > config.listener.session)
        return fault("timeouts.respond", "timeouts.respond must not be longer than timeouts.session");
    if (auto done = check_party(config); !done) return done;
    if (auto done = check_limits(config); !done) return done;
    if (auto done = check_dependencies(config); !done) return done;
    if (auto levels = LogLevels::parse(config.log_level, config.log_levels); !levels)
        return fault("log.levels", levels.error().context);
    return check_addresses(config);
}

Result<void> set_from_text(Config& config, const Key& key, std::string_view text) {
    struct Setter {
        Config& config;
        const Key& key;
        std::string_view text;
        Result<void> operator()(Duration& (*place)(Config&)) const {
            const auto value = ranged(with_unit(text, duration_units), key);
            if (!value) return not_allowed(key);
            place(config) = std::chrono::milliseconds{*value};
            return {};
        }
        Result<void> operator()(std::size_t& (*place)(Config&)) const {
            static constexpr std::array plain{Unit{"", 1}};
            const auto value = ranged(key.is_size ? with_unit(text, size_units) : with_unit(text, plain), key);
            if (!value) return not_allowed(key);
            place(config) = static_cast<std::size_t>(*value);
            return {};
        }
        Result<void> operator()(bool& (*place)(Config&)) const {
            if (text != "true" && text != "false") return not_allowed(key);
            place(config) = text == "true";
            return {};
        }
        Result<void> operator()(std::string& (*place)(Config&)) const {
            if (!key.choices.empty() && std::ranges::find(key.choices, text) == key.choices.end())
                return not_allowed(key);
            place(config) = text;
            return {};
        }
        Result<void> operator()(std::vector<std::string>& (*place)(Config&)) const {
            place(config) = split(text);
            return {};
        }
    };
    return std::visit(Setter{config, key, text}, key.place);
}

std::string text_of(const Config& config, const Key& key) {
    struct Getter {
        Config& config;
        const Key& key;
        std::string operator()(Duration& (*place)(Config&)) const {
            return in_units(std::chrono::duration_cast<std::chrono::milliseconds>(place(config)).count(),
                            duration_units);
        }
        std::string operator()(std::size_t& (*place)(Config&)) const {
            const auto value = static_cast<std::int64_t>(place(config));
            return key.is_size ? in_units(value, size_units) : std::to_string(value);
        }
        std::string operator()(bool& (*place)(Config&)) const { return place(config) ? "true" : "false"; }
        std::string operator()(std::string& (*place)(Config&)) const { return place(config); }
        std::string operator()(std::vector<std::string>& (*place)(Config&)) const {
            return fmt::format("{}", fmt::join(place(config), ","));
        }
    };
    auto copy = config; // the table's places are written for setting; reading goes through a copy
    return std::visit(Getter{copy, key}, key.place);
}

namespace {

Configured<void> apply_environment(Settings& settings) {
    for (const auto& key : config_keys()) {
        const auto name = environment_name(key.name);
        const auto* text = std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): nobody changes it
        if (text == nullptr) continue;
        if (auto done = set_from_text(settings.config, key, text); !done)
            return fault(key.name, fmt::format("${}: {}", name, done.error().context));
        settings.origins[std::string{key.name}] = {Source::environment, 0};
    }
    return {};
}

Configured<void> apply_flags(Settings& settings, const Flags& flags) {
    for (const auto& [name, text] : flags) {
        const auto* key = find_key(name);
        if (key == nullptr) return fault(name, fmt::format("--set: unknown key {}", escaped(name)));
        if (auto done = set_from_text(settings.config, *key, text); !done)
            return fault(name, fmt::format("--set {}: {}", name, done.error().context));
        settings.origins[name] = {Source::flag, 0};
    }
    return {};
}

} // namespace

Configured<Settings> settings_of(std::string_view text, const std::filesystem::path& file, const Flags& flags) {
    const auto table = read_toml(text);
    if (!table)
        return fault({}, fmt::format("{}:{}: {}", file.string(), table.error().line, escaped(table.error().text)));
    Settings settings;
    if (auto done = apply_table(settings, *table, "", file); !done) return std::unexpected(done.error());
    if (auto done = apply_environment(settings); !done) return std::unexpected(done.error());
    if (auto done = apply_flags(settings, flags); !done) return std::unexpected(done.error());
    if (auto done = check_together(settings.config); !done) {
        const auto origin = settings.origin_of(done.error().key);
        if (origin.source == Source::file)
            done.error().text = fmt::format("{}:{}: {}", file.string(), origin.line, done.error().text);
        return std::unexpected(done.error());
    }
    return settings;
}

Configured<Settings> load_settings(const std::filesystem::path& file, const Flags& flags) {
    const auto text = read_if_there(file, config_bytes_max);
    if (!text) return std::unexpected(ConfigFault{{}, text.error().context});
    return settings_of(*text ? as_text(**text) : std::string_view{}, file, flags);
}

Result<Config> load_config(const std::filesystem::path& file, const Flags& flags) {
    auto settings = load_settings(file, flags);
    if (!settings) return fail(Code::malformed, settings.error().text);
    return std::move(settings->config);
}

std::string store_url_of(std::string_view text) {
    constexpr std::string_view key = "store.url";
    const auto* said = std::getenv(environment_name(key).c_str()); // NOLINT(concurrency-mt-unsafe): nobody changes it
    if (said != nullptr) return said;
    const auto table = read_toml(text);
    return table ? table->at_path(key).value_or(std::string{}) : std::string{};
}

std::vector<std::string> doubts_of(const Config& config) {
    std::vector<std::string> doubts;
    if (!config.store_url.empty() && config.provisioner.kind == "sqlite") // right for one node, so not refused
        doubts.emplace_back("store.url lets other nodes share this store, but tally databases are files of this "
                            "machine: with more than one node set provisioner.kind to postgres or external");
    if (config.listen.empty()) // right where systemd hands over sockets
        doubts.emplace_back("p2p.listen is empty: serve starts only with sockets that are handed over to it");
    return doubts;
}

std::string toml_of(const Config& config, const Key& key) {
    const auto quoted = [](std::string_view text) { // a JSON text is a TOML text, but for DEL
        auto json = boost::json::serialize(boost::json::string{text});
        for (auto at = json.find('\x7f'); at != std::string::npos; at = json.find('\x7f', at))
            json.replace(at, 1, "\\u007f");
        return json;
    };
    const auto value = text_of(config, key);
    if (std::holds_alternative<std::vector<std::string>& (*)(Config&)>(key.place)) {
        std::string list;
        for (const auto& part : split(value)) list += (list.empty() ? "" : ", ") + quoted(part);
        return fmt::format("[{}]", list);
    }
    const bool is_plain = std::holds_alternative<bool& (*)(Config&)>(key.place) ||
                          (std::holds_alternative<std::size_t& (*)(Config&)>(key.place) && !key.is_size);
    return is_plain ? value : quoted(value);
}

std::string documented_config(const Config& initial) {
    std::string out =
        "# Settings of this taleus home. Every key stands here at its default; take the # away to change one.\n"
        "# Durations are written 5s, 250ms, 24h; sizes 64KiB. The environment wins over this file:\n"
        "# p2p.listen is TALEUS_P2P_LISTEN, lists comma-separated. Flags win over both.\n";
    std::string section;
    for (const auto& key : config_keys()) {
        const auto dot = key.name.find('.');
        const auto of = dot == std::string_view::npos ? std::string{} : std::string{key.name.substr(0, dot)};
        if (of != section) {
            section = of;
            out += fmt::format("\n[{}]\n", section);
        }
        out +=
            fmt::format("# {} ({}{})\n#{} = {}\n", key.about, allowed(key),
                        key.needs_restart ? "; needs a restart" : "", key.name.substr(dot + 1), toml_of(initial, key));
    }
    return out;
}

} // namespace taleus::app
