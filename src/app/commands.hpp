#pragma once
// The commands of the program, one function each: it adds the command to the tree with its options, help and example,
// and sets what is run when it is chosen. docs/commands.md is their contract.

#include "app/console.hpp"
#include "app/open_home.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::app {

// What the command line said, and what to run.
struct Invocation {
    std::optional<std::string> home;
    bool json = false;
    std::vector<std::string> settings; // --set KEY=VALUE
    std::function<Exit()> run;

    Result<Flags> flags() const;
};

void add_init(CLI::App& root, Invocation& invocation);
void add_serve(CLI::App& root, Invocation& invocation);
void add_invite(CLI::App& root, Invocation& invocation);
void add_join(CLI::App& root, Invocation& invocation);
void add_tally(CLI::App& root, Invocation& invocation);
void add_session(CLI::App& root, Invocation& invocation);
void add_audit(CLI::App& root, Invocation& invocation);
void add_backup(CLI::App& root, Invocation& invocation);
void add_read_draft(CLI::App& root, Invocation& invocation);
void add_status(CLI::App& root, Invocation& invocation);
void add_drain(CLI::App& root, Invocation& invocation);
void add_config(CLI::App& root, Invocation& invocation);
void add_bench(CLI::App& root, Invocation& invocation);
void add_doctor(CLI::App& root, Invocation& invocation);
void add_completion(CLI::App& root, Invocation& invocation);
void add_manual(CLI::App& root, Invocation& invocation);

// Opens the home and runs `command` with it; what cannot be opened is said and ends as Exit::failed (a bad setting:
// usage).
Exit with_home(const Invocation& invocation, const std::function<Exit(OpenHome&, const Console&)>& command);
// The same without its store.
Exit with_configured_home(const Invocation& invocation,
                          const std::function<Exit(ConfiguredHome&, const Console&)>& command);
// Says so.
Exit not_opened(const Error& error, const Console& console);

// "in 23 h", "3 min ago".
std::string relative(UtcTime time, UtcTime now);

// Lines of columns, each as wide as its widest cell; the first line is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows);

} // namespace taleus::app
