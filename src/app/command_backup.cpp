#include "app/backup.hpp"
#include "app/commands.hpp"
#include "app/configured_hooks.hpp"

#include <fmt/format.h>

namespace taleus::app {

namespace {

Exit told(const Console& console, std::string_view what, const std::string& path, const Result<BackupContent>& done,
          std::string_view if_taken) {
    if (!done) {
        console.error(done.error(), done.error().code == Code::conflict ? if_taken : "");
        return Exit::failed;
    }
    if (console.json())
        console.data({{what, path}, {"tallies", done->tallies}, {"bytes", done->bytes}});
    else
        console.text(fmt::format("{} {}: {} tally databases, {} bytes", what, path, done->tallies, done->bytes));
    return Exit::done;
}

// What `taleus config check` would say.
std::optional<std::string> refusal_of_settings(const Home& home) {
    const auto settings = load_settings(home.config_file(), {});
    if (!settings) return settings.error().text;
    if (const auto hooks = hooks_of(settings->config); !hooks) return hooks.error().context;
    return std::nullopt;
}

} // namespace

void add_backup(CLI::App& root, Invocation& invocation) {
    auto to = std::make_shared<std::string>();
    auto* backing = root.add_subcommand("backup", "copy the home, in use or not, to a new directory");
    backing->add_option("DIR", *to, "the directory to make; it will hold the node's secret key")->required();
    backing->footer("Example:\n  taleus backup --home alice /mnt/safe/alice-2026-11-24");
    backing->callback([&invocation, to] {
        invocation.run = [&invocation, to] {
            const Console console{invocation.json};
            const auto flags = invocation.flags();
            if (!flags) return console.error(flags.error()), Exit::usage;
            return told(console, "backup", *to, back_up(Home::at(invocation.home), *flags, *to),
                        "name another directory");
        };
    });

    auto from = std::make_shared<std::string>();
    auto* restoring = root.add_subcommand("restore", "make a home of a backup");
    restoring->add_option("DIR", *from, "what `taleus backup` made")->required();
    restoring->footer("Never run the old home and the restored one both: they are one node.\n\n"
                      "Example:\n  taleus restore --home alice /mnt/safe/alice-2026-11-24");
    restoring->callback([&invocation, from] {
        invocation.run = [&invocation, from] {
            const Console console{invocation.json};
            const auto home = Home::at(invocation.home);
            const auto done = restore(*from, home);
            if (const auto refused = done ? refusal_of_settings(home) : std::nullopt)
                console.note(
                    fmt::format("warning: this program does not take its settings: {}\n  mend them before it is "
                                "used; see: taleus config check {}",
                                *refused, home.config_file().string()));
            return told(console, "home", home.path().string(), done,
                        "name another home by --home, or move the old one away");
        };
    });
}

} // namespace taleus::app
