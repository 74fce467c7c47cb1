#include "app/command_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

// One idea in three languages: the words so far name a command of the tree; a word after an option that takes a value
// is completed by that option's choices or by file names, any other by what the command knows.
namespace taleus::app {

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string line;
    for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
    return line;
}

// Single quotes do for all three shells when nothing in them is one; descriptions may have some.
std::string quoted(std::string text) {
    std::ranges::replace(text, '\'', ' ');
    std::ranges::replace(text, '`', ' ');
    std::ranges::replace(text, '\n', ' ');
    return "'" + text + "'";
}

std::vector<std::string> option_names(const CommandEntry& command) {
    std::vector<std::string> names;
    for (const auto& option : command.options)
        if (!option.is_positional) names.insert(names.end(), option.names.begin(), option.names.end());
    return names;
}

const CommandEntry* find(const std::vector<CommandEntry>& tree, const std::string& path) {
    const auto found = std::ranges::find(tree, path, &CommandEntry::path);
    return found == tree.end() ? nullptr : &*found;
}

// "--a|--b" for those options of these commands that `holds` is true of, once each.
std::string pattern(const std::vector<CommandEntry>& tree, auto holds) {
    std::vector<std::string> names;
    for (const auto& command : tree)
        for (const auto& option : command.options)
            if (!option.is_positional && holds(option))
                names.insert(names.end(), option.names.begin(), option.names.end());
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    std::string line;
    for (const auto& name : names) line += (line.empty() ? "" : "|") + name;
    return line;
}

std::string words_of(const CommandEntry& command, const CommandEntry& root) {
    auto words = command.commands;
    std::ranges::copy(option_names(command), std::back_inserter(words));
    if (&command != &root)
        for (const auto& name : option_names(root))
            if (std::ranges::find(words, name) == words.end()) words.push_back(name);
    for (const auto& option : command.options)
        if (option.is_positional) words.insert(words.end(), option.choices.begin(), option.choices.end());
    return joined(words);
}

std::string bash(const std::vector<CommandEntry>& tree) {
    const auto& root = tree.front();
    std::string steps;
    std::string words;
    std::string values;
    for (const auto& command : tree) {
        for (const auto& name : command.commands)
            steps += fmt::format("            \"{0} {1}\") path=\"{0} {1}\" ;;\n", command.path, name);
        words += fmt::format("        \"{}\") words=\"{}\" ;;\n", command.path, words_of(command, root));
        for (const auto& option : command.options) {
            if (option.is_positional || (option.choices.empty() && !option.is_path)) continue;
            const auto words_or_files = option.is_path ? "-f" : fmt::format("-W \"{}\"", joined(option.choices));
            for (const auto& name : option.names)
                values += fmt::format("        \"{} {}\") COMPREPLY=($(compgen {} -- \"$cur\")); return ;;\n",
                                      command.path, name, words_or_files);
        }
    }
    const auto paths = pattern({root}, [](const auto& option) { return option.is_path; });
    const auto taking = pattern(tree, [](const auto& option) { return !option.value.empty() && !option.is_path; });
    return fmt::format(R"(# bash completion for taleus, made by: taleus completion bash
_taleus() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} path=taleus words="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$path ${{COMP_WORDS[i]}}" in
{})"
                       R"(        esac
    done
    case "$path $prev" in
{})"
                       R"(    esac
    case "$prev" in
        {}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
        {}) return ;;
    esac
    case "$path" in
{})"
                       R"(    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}}
complete -o default -F _taleus taleus
)",
                       steps, values, paths, taking, words);
}

std::string zsh(const std::vector<CommandEntry>& tree) {
    const auto& root = tree.front();
    std::string steps;
    std::string values;
    std::string found;
    for (const auto& command : tree) {
        std::string list;
        for (const auto& name : command.commands) {
            steps += fmt::format("            \"{0} {1}\") at=\"{0} {1}\" ;;\n", command.path, name);
            list += fmt::format(" {}", quoted(name + ":" + find(tree, command.path + " " + name)->description));
        }
        const auto add = [&](const OptionEntry& option) {
            for (const auto& name : option.names) list += fmt::format(" {}", quoted(name + ":" + option.description));
        };
        for (const auto& option : command.options) {
            if (option.is_positional) {
                for (const auto& choice : option.choices) list += " " + quoted(choice);
                continue;
            }
            add(option);
            if (option.choices.empty() && !option.is_path) continue;
            const auto completed = option.is_path ? "_files" : "compadd -- " + joined(option.choices);
            for (const auto& name : option.names)
                values += fmt::format("        \"{} {}\") {}; return ;;\n", command.path, name, completed);
        }
        if (&command != &root)
            for (const auto& option : root.options)
                if (!option.is_positional && option.names.back() != "--help") add(option);
        found += fmt::format("        \"{}\") found=({} ) ;;\n", command.path, list);
    }
    const auto paths = pattern({root}, [](const auto& option) { return option.is_path; });
    const auto taking = pattern(tree, [](const auto& option) { return !option.value.empty() && !option.is_path; });
    return fmt::format(R"(#compdef taleus
# zsh completion for taleus, made by: taleus completion zsh
_taleus() {{
    local at=taleus word
    local -a found
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        case "$at $word" in
{})"
                       R"(        esac
    done
    case "$at $words[CURRENT-1]" in
{})"
                       R"(    esac
    case "$words[CURRENT-1]" in
        {}) _files; return ;;
        {}) return ;;
    esac
    case "$at" in
{})"
                       R"(    esac
    _describe -t commands taleus found
    _files
}}
if [ "$funcstack[1]" = "_taleus" ]; then _taleus "$@"; else compdef _taleus taleus; fi
)",
                       steps, values, paths, taking, found);
}

std::string fish(const std::vector<CommandEntry>& tree) {
    const auto& root = tree.front();
    std::string steps;
    std::string lines;
    const auto complete = [&](const CommandEntry& at, const OptionEntry& option) {
        std::string names;
        for (const auto& name : option.names)
            names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        std::string takes;
        if (option.is_path) takes = " -r -F";
        if (!option.is_path && !option.value.empty()) takes = " -x";
        if (!option.choices.empty()) takes = " -x -a " + quoted(joined(option.choices));
        lines += fmt::format("complete -c taleus -n '__taleus_at {}'{}{} -d {}\n", at.path, names, takes,
                             quoted(option.description));
    };
    for (const auto& command : tree) {
        for (const auto& name : command.commands) {
            steps += fmt::format("            case '{0} {1}'\n                set at '{0} {1}'\n", command.path, name);
            lines += fmt::format("complete -c taleus -n '__taleus_at {}' -f -a {} -d {}\n", command.path, name,
                                 quoted(find(tree, command.path + " " + name)->description));
        }
        for (const auto& option : command.options) {
            if (!option.is_positional) complete(command, option);
            if (option.is_positional && !option.choices.empty())
                lines += fmt::format("complete -c taleus -n '__taleus_at {}' -f -a {}\n", command.path,
                                     quoted(joined(option.choices)));
        }
        if (&command != &root)
            for (const auto& option : root.options)
                if (!option.is_positional && option.names.back() != "--help") complete(command, option);
    }
    return fmt::format(R"(# fish completion for taleus, made by: taleus completion fish
function __taleus_at
    set -l at taleus
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
{})"
                       R"(        end
    end
    test "$at" = "$argv"
end
{})",
                       steps, lines);
}

} // namespace

std::string completion_script(const std::vector<CommandEntry>& tree, const std::string& shell) {
    if (shell == "zsh") return zsh(tree);
    return shell == "fish" ? fish(tree) : bash(tree);
}

} // namespace taleus::app
