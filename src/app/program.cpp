#include "app/program.hpp"

#include "app/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <span>

namespace taleus::app {

namespace {

void add_commands(CLI::App& root, Invocation& invocation) {
    root.require_subcommand(1);
    root.fallthrough();
    root.set_help_all_flag("--help-all", "help for all commands");
    root.set_version_flag("--version", std::string{"taleus "} + TALEUS_VERSION);
    root.add_option("--home", invocation.home, "the home directory (else $TALEUS_HOME, else the XDG data directory)");
    root.add_flag("--json", invocation.json, "machine-readable output on stdout");
    root.add_option("--set", invocation.settings, "override a setting for this run: KEY=VALUE; may be repeated")
        ->allow_extra_args(false);
    root.footer("Example, two parties on one machine:\n"
                "  taleus init --home alice\n"
                "  taleus serve --home alice &\n"
                "  taleus invite create --home alice --role stock --out invite.txt\n"
                "  taleus init --home bob\n"
                "  taleus join --home bob invite.txt");
    add_init(root, invocation);
    add_serve(root, invocation);
    add_invite(root, invocation);
    add_join(root, invocation);
    add_tally(root, invocation);
    add_session(root, invocation);
    add_backup(root, invocation);
    add_read_draft(root, invocation);
    add_config(root, invocation);
    add_status(root, invocation);
    add_drain(root, invocation);
    add_bench(root, invocation);
}

// A word that is no command comes to us as a command that is missing.
std::string what_is_wrong(const CLI::App& root, const CLI::ParseError& error) {
    const auto unknown = root.remaining(true);
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) && !unknown.empty())
        return fmt::format("there is no command or option {}", escaped(unknown.front()));
    return escaped(error.what(), 512);
}

Exit misused(const CLI::App& root, const CLI::ParseError& error, bool json) {
    std::string command = "taleus";
    for (const auto* app = &root; !app->get_subcommands().empty();) {
        app = app->get_subcommands().front();
        command += " " + app->get_name();
    }
    Console{json}.error({Code::malformed, what_is_wrong(root, error)}, fmt::format("see: {} --help", command));
    return Exit::usage;
}

Exit run_command(std::span<const char* const> arguments) {
    // Errors of the command line come before its flags are read.
    const bool json = std::ranges::find(arguments, std::string_view{"--json"}) != arguments.end();
    Invocation invocation;
    try {
        CLI::App root{"Taleus: open a tally, a private credit relationship, with someone you trust.", "taleus"};
        add_commands(root, invocation);
        try {
            root.parse(static_cast<int>(arguments.size()), arguments.data());
        } catch (const CLI::ParseError& error) {
            return error.get_exit_code() == 0 ? static_cast<Exit>(root.exit(error)) : misused(root, error, json);
        }
        return invocation.run();
    } catch (const std::exception& error) {
        Console{json}.error({Code::internal, fmt::format("stopped by a fault of its own: {}", escaped(error.what()))},
                            "please report it, with what you did");
        return Exit::failed;
    }
}

} // namespace

int run_program(int argc, const char* const* argv) {
    auto exit = run_command({argv, static_cast<std::size_t>(argc)});
    if (!Console::is_told()) {
        Console{false}.error({Code::internal, "standard output could not be written"},
                             "is the disk full, or has its reader gone?");
        if (exit == Exit::done) exit = Exit::failed;
    }
    return static_cast<int>(exit);
}

} // namespace taleus::app
