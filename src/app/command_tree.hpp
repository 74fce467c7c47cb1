#pragma once
// The command line as data: what completion scripts and manual pages are generated from, so that neither can say
// anything else than the program does.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace taleus::app {

struct OptionEntry {
    std::vector<std::string> names; // with their dashes; of a positional argument the one name without
    std::string description;
    std::string value; // what it takes, "" for a flag
    std::vector<std::string> choices;
    std::string standard; // its value when it is not given
    bool is_positional = false;
    bool is_required = false;
    bool is_path = false; // completed by the shell's file names
};

struct CommandEntry {
    std::string path; // "taleus invite create"
    std::string description;
    std::string footer;
    std::vector<OptionEntry> options;
    std::vector<std::string> commands; // names of those below it

    std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

// The root first, every command before those below it. What is hidden from --help is left out.
std::vector<CommandEntry> command_tree(const CLI::App& root);

// The script that a shell sources: "bash", "zsh" or "fish".
std::string completion_script(const std::vector<CommandEntry>& tree, const std::string& shell);

// man(7), section 1. `all`: what it may refer to.
std::string manual_page(const CommandEntry& command, const std::vector<CommandEntry>& all);
// "taleus-invite-create"
std::string manual_name(const CommandEntry& command);

} // namespace taleus::app
