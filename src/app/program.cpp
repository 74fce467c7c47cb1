#include "app/program.hpp"

#include "app/command_tree.hpp"
#include "app/commands.hpp"
#include "base/keeps_trail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace taleus::app {

namespace {

void add_commands(CLI::App& root, Invocation& invocation) {
    root.require_subcommand(1);
    root.fallthrough();
    root.set_help_all_flag("--help-all", "help for all commands");
    root.set_version_flag("--version", std::string{"taleus "} + TALEUS_VERSION +
                                           (keeps_trail() ? "" : "\nwithout the audit trail: for benchmarks only"));
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
    add_audit(root, invocation);
    add_backup(root, invocation);
    add_read_draft(root, invocation);
    add_config(root, invocation);
    add_status(root, invocation);
    add_drain(root, invocation);
    add_bench(root, invocation);
    add_doctor(root, invocation);
    add_completion(root, invocation);
    add_manual(root, invocation);
}

// How many letters must be put in, taken out, changed or swapped with their neighbour to make one word of the other.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::vector<std::size_t>> steps(from.size() + 1, std::vector<std::size_t>(to.size() + 1));
    for (std::size_t i = 0; i <= from.size(); ++i) {
        for (std::size_t k = 0; k <= to.size(); ++k) {
            if (i == 0 || k == 0) {
                steps[i][k] = i + k;
                continue;
            }
            const std::size_t change = from[i - 1] == to[k - 1] ? 0 : 1;
            steps[i][k] = std::min({steps[i - 1][k] + 1, steps[i][k - 1] + 1, steps[i - 1][k - 1] + change});
            if (i > 1 && k > 1 && from[i - 1] == to[k - 2] && from[i - 2] == to[k - 1])
                steps[i][k] = std::min(steps[i][k], steps[i - 2][k - 2] + 1);
        }
    }
    return steps[from.size()][to.size()];
}

// What was meant by a word that is neither command nor option; empty when nothing is near.
std::string nearest(const CLI::App& root, const std::string& word) {
    constexpr std::size_t word_max = 64;
    if (word.size() > word_max) return {};
    std::string found;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    const auto weigh = [&](const std::string& name) {
        const auto far = distance(word, name);
        if (far < least) {
            least = far;
            found = name;
        }
    };
    const auto* app = &root;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    const auto tree = command_tree(*app);
    for (const auto& name : tree.front().commands) weigh(name);
    for (const auto& option : tree.front().options)
        for (const auto& name : option.names) weigh(name);
    return found;
}

std::string unknown_word(const CLI::App& root, const std::string& word) {
    const auto meant = nearest(root, word);
    return fmt::format("there is no command or option {}{}", escaped(word),
                       meant.empty() ? std::string{} : fmt::format("; did you mean {}?", meant));
}

// A word that is no command comes to us as a command that is missing.
std::string what_is_wrong(const CLI::App& root, const CLI::ParseError& error) {
    const auto unknown = root.remaining(true);
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) && !unknown.empty())
        return unknown_word(root, unknown.front());
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !unknown.empty())
        return unknown_word(root, unknown.front());
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

Exit refused_by_the_machine(std::string what, bool json) {
    Console{json}.error({Code::internal, std::move(what)}, more_of_the_machine);
    return Exit::failed;
}

Exit faulty(const std::exception& error, bool json) {
    Console{json}.error({Code::internal, fmt::format("stopped by a fault of its own: {}", escaped(error.what()))},
                        "please report it, with what you did");
    return Exit::failed;
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
    } catch (const std::bad_alloc&) {
        return refused_by_the_machine("out of memory", json);
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::resource_unavailable_try_again || error.code() == std::errc::not_enough_memory)
            return refused_by_the_machine(fmt::format("no thread was to be had: {}", escaped(error.what())), json);
        return faulty(error, json);
    } catch (const std::exception& error) {
        return faulty(error, json);
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
