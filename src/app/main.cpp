// The program `taleus`: reads the command line, runs one command, and turns what is left over into an exit code.

#include "app/commands.hpp"

#include <exception>

namespace {

using namespace taleus::app;

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
                "  taleus init --home alice && taleus serve --home alice\n"
                "  taleus invite create --home alice --role stock --out invite.txt\n"
                "  taleus init --home bob && taleus join --home bob invite.txt");
    add_init(root, invocation);
    add_serve(root, invocation);
    add_invite(root, invocation);
    add_join(root, invocation);
    add_tally(root, invocation);
    add_session(root, invocation);
    add_bench(root, invocation);
}

} // namespace

int main(int argc, char** argv) {
    Invocation invocation;
    try {
        CLI::App root{"Taleus: open a tally, a private credit relationship, with someone you trust.", "taleus"};
        add_commands(root, invocation);
        try {
            root.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return root.exit(error) == 0 ? static_cast<int>(Exit::done) : static_cast<int>(Exit::usage);
        }
        return static_cast<int>(invocation.run());
    } catch (const std::exception& error) {
        Console{invocation.json}.error(
            {taleus::Code::internal, std::string{"stopped by a fault of its own: "} + error.what()},
            "please report it, with what you did");
        return static_cast<int>(Exit::failed);
    }
}
