#include "app/command_tree.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace taleus::app {

namespace {

// Options that name files, and of which command alone where another has a time by that name.
struct PathName {
    std::string_view option;
    std::string_view command{}; // empty: of any
};
constexpr std::array<PathName, 6> path_names{
    {{"--home"}, {"--out"}, {"--png"}, {"--receipts"}, {"--store"}, {"--since", "taleus audit verify"}}};

bool is_path(std::string_view option, std::string_view command) {
    return std::ranges::any_of(path_names, [&](const PathName& one) {
        return one.option == option && (one.command.empty() || one.command == command);
    });
}

std::vector<std::string> choices_in(const std::string& type) {
    const auto begin = type.find('{');
    const auto end = type.find('}');
    std::vector<std::string> found;
    if (begin == std::string::npos || end == std::string::npos) return found;
    std::string word;
    for (const char c : type.substr(begin + 1, end - begin - 1) + ",") {
        if (c != ',') {
            word += c;
        } else if (!word.empty()) {
            found.push_back(std::exchange(word, {}));
        }
    }
    return found;
}

OptionEntry entry_of(const CLI::Option& option, const std::string& command) {
    OptionEntry entry;
    for (const auto& name : option.get_snames()) entry.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) entry.names.push_back("--" + name);
    entry.is_positional = option.get_positional();
    if (entry.names.empty()) entry.names.push_back(option.get_name(true));
    entry.description = option.get_description();
    entry.is_required = option.get_required();
    entry.standard = option.get_default_str();
    if (option.get_items_expected_max() > 0) {
        const auto type = option.get_type_name();
        entry.choices = choices_in(type);
        entry.value = entry.choices.empty() ? type.substr(0, type.find(':')) : std::string{"CHOICE"};
        if (entry.value.empty()) entry.value = "TEXT";
    }
    entry.is_path = std::ranges::any_of(entry.names, [&](const auto& name) { return is_path(name, command); });
    return entry;
}

void add(const CLI::App& app, const std::string& parent, std::vector<CommandEntry>& tree) {
    CommandEntry entry;
    entry.path = parent.empty() ? app.get_name() : parent + " " + app.get_name();
    entry.description = app.get_description();
    entry.footer = app.get_footer();
    for (const auto* option : app.get_options([](const CLI::Option* one) { return !one->get_group().empty(); }))
        entry.options.push_back(entry_of(*option, entry.path));
    const auto below = app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
    for (const auto* command : below) entry.commands.push_back(command->get_name());
    const auto path = entry.path;
    tree.push_back(std::move(entry));
    for (const auto* command : below) add(*command, path, tree);
}

} // namespace

std::vector<CommandEntry> command_tree(const CLI::App& root) {
    std::vector<CommandEntry> tree;
    add(root, {}, tree);
    return tree;
}

} // namespace taleus::app
