#include "app/ask_listener.hpp"
#include "app/commands.hpp"
#include "app/configured_hooks.hpp"
#include "app/live_settings.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace taleus::app {

namespace {

Exit check(const Invocation& invocation, const std::string& file) {
    const Console console{invocation.json};
    const auto there = is_there(file);
    if (!there) return console.error(there.error()), Exit::failed;
    if (!*there) {
        console.error({Code::malformed, fmt::format("there is no file {}", escaped(file))});
        return Exit::usage;
    }
    const auto flags = invocation.flags();
    if (!flags) return console.error(flags.error()), Exit::usage;
    const auto settings = load_settings(file, *flags);
    if (!settings) return console.error({Code::malformed, settings.error().text}), Exit::usage;
    if (const auto hooks = hooks_of(settings->config); !hooks) return console.error(hooks.error()), Exit::usage;
    for (const auto& doubt : doubts_of(settings->config)) console.note("warning: " + doubt);
    if (console.json())
        console.data(json_of(*settings));
    else
        console.note(fmt::format("{} is good: {} settings are not at their default", file, settings->origins.size()));
    return Exit::done;
}

void show(const Console& console, const boost::json::array& settings) {
    std::vector<std::vector<std::string>> rows{{"KEY", "VALUE", "SOURCE"}};
    for (const auto& one : settings) {
        const auto& setting = one.as_object();
        const auto text = [&](std::string_view name) { return readable(setting.at(name).as_string(), 1024); };
        if (console.json())
            console.data(setting);
        else
            rows.push_back({text("key"), text("value"), text("source")});
    }
    if (!console.json()) console.text(table(rows));
}

// What the running listener has, else what the next one will begin with.
Result<boost::json::object> settings_now(const Invocation& invocation) {
    const auto home = Home::at(invocation.home);
    auto told = ask_listener(home, {.target = "/v1/config"});
    if (!told) return fail(told.error());
    if (*told && (*told)->status >= 300) return fail(error_of(**told));
    if (*told) return std::move((*told)->document);
    const auto flags = invocation.flags();
    if (!flags) return fail(flags.error());
    const auto settings = load_settings(home.config_file(), *flags);
    if (!settings) return fail(Code::malformed, settings.error().text);
    return json_of(*settings);
}

Exit get(const Invocation& invocation, const std::string& key) {
    const Console console{invocation.json};
    if (!key.empty() && find_key(key) == nullptr) {
        console.error({Code::malformed, fmt::format("unknown key {}", escaped(key))}, "list them: taleus config get");
        return Exit::usage;
    }
    const auto settings = settings_now(invocation);
    if (!settings)
        return console.error(settings.error()), settings.error().code == Code::malformed ? Exit::usage : Exit::failed;
    const auto& all = settings->at("settings").as_array();
    if (key.empty()) return show(console, all), Exit::done;
    const auto* const found =
        std::ranges::find_if(all, [&](const auto& one) { return one.as_object().at("key").as_string() == key; });
    if (found == all.end()) { // it is of an earlier version than this program
        console.error({Code::conflict, fmt::format("the listener that runs does not know {}: restart it", key)});
        return Exit::failed;
    }
    if (console.json())
        console.data(found->as_object());
    else // whole: it may be meant for `config set`
        console.text(readable(found->as_object().at("value").as_string(), std::string_view::npos));
    return Exit::done;
}

// With no listener to ask, the file is changed by the same rules, and is on record as well: in the store that the home
// has before the change. Where it has none yet, one is made, as by every command that needs it, and the change is the
// first that its trail tells of.
std::optional<Error> change_file(const Home& home, const Flags& flags, ports::SettingChange change) {
    if (const auto key = home.identity(); !key) return key.error(); // no home
    auto settings = load_settings(home.config_file(), flags);
    if (!settings) return Error{Code::malformed, settings.error().text};
    const LiveSettings live{home, flags, *settings};
    const auto proposal = live.with(change, LiveSettings::When::stopped);
    if (!proposal) return Error{Code::malformed, proposal.error().front().detail};
    if (const auto hooks = hooks_of(proposal->next.config); !hooks) return hooks.error();
    const auto opened = OpenHome::open(home, flags);
    if (!opened)
        return Error{Code::internal,
                     "nothing was changed, because it cannot be put on record: " + opened.error().context};
    auto& open = **opened;
    const auto kept =
        open.engine.run(live.keep(*proposal, change.by, change.persist, *open.journal, open.engine.clock().utc()));
    if (!kept) return Error{Code::internal, kept.error().front().detail};
    return std::nullopt;
}

Exit set(const Invocation& invocation, const std::vector<std::string>& assignments, bool persist) {
    const Console console{invocation.json};
    ports::SettingChange change{.values = {}, .persist = persist, .by = "config set"};
    boost::json::object wanted;
    for (const auto& assignment : assignments) {
        const auto equals = assignment.find('=');
        if (equals == std::string::npos) {
            console.error({Code::malformed, fmt::format("config set takes KEY=VALUE, not {}", escaped(assignment))});
            return Exit::usage;
        }
        change.values.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
        wanted[change.values.back().first] = change.values.back().second;
    }
    const auto home = Home::at(invocation.home);
    const auto flags = invocation.flags();
    if (!flags) return console.error(flags.error()), Exit::usage;
    const auto body = boost::json::serialize(wanted);
    const auto told = ask_listener(
        home, {.method = "PATCH", .target = persist ? "/v1/config" : "/v1/config?persist=false", .body = body});
    std::optional<Error> failed;
    if (!told)
        failed = told.error();
    else if (*told && (*told)->status >= 300)
        failed = error_of(**told);
    else if (!*told && !persist)
        failed = Error{Code::conflict, "no listener runs, and nothing is to be written"};
    else if (!*told)
        failed = change_file(home, *flags, change);
    if (failed) return console.error(*failed), failed->code == Code::malformed ? Exit::usage : Exit::failed;
    const auto how = !*told     ? "written; it holds from the next start"
                     : !persist ? "set, until the listener ends or reads its file again"
                                : "set and written";
    if (console.json())
        console.data({{"changed", wanted}, {"running", told->has_value()}, {"persisted", persist}});
    else
        console.note(how);
    return Exit::done;
}

} // namespace

void add_config(CLI::App& root, Invocation& invocation) {
    auto* config = root.add_subcommand("config", "reads or changes the settings");
    config->require_subcommand(1);

    auto file = std::make_shared<std::string>();
    auto* checking = config->add_subcommand("check", "checks a file, the environment and --set as a whole");
    checking->add_option("FILE", *file, "such as config.toml of the home")->required();
    checking->footer("Example:\n  taleus config check alice/config.toml");
    checking->callback(
        [&invocation, file] { invocation.run = [&invocation, file] { return check(invocation, *file); }; });

    auto key = std::make_shared<std::string>();
    auto* getting =
        config->add_subcommand("get", "settings with value and source; of the running listener, if one runs");
    getting->add_option("KEY", *key, "one of them; its bare value");
    getting->footer("Example:\n  taleus config get limits.sessions");
    getting->callback([&invocation, key] { invocation.run = [&invocation, key] { return get(invocation, *key); }; });

    auto assignments = std::make_shared<std::vector<std::string>>();
    auto volatile_only = std::make_shared<bool>(false);
    auto* setting = config->add_subcommand("set", "changes the running listener and config.toml, all or nothing");
    setting->add_option("KEY=VALUE", *assignments, "one or more")->required();
    setting->add_flag("--no-persist", *volatile_only, "leave config.toml as it is");
    setting->footer("Example:\n  taleus config set limits.sessions=500 timeouts.step=3s");
    setting->callback([&invocation, assignments, volatile_only] {
        invocation.run = [&invocation, assignments, volatile_only] {
            return set(invocation, *assignments, !*volatile_only);
        };
    });
}

} // namespace taleus::app
