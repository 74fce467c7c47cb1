#include "app/command_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taleus::app {

namespace {

// Text of roff: nothing in it is a request, and a dash is a dash that can be copied.
std::string roff(std::string_view text) {
    std::string out;
    bool at_line_start = true;
    for (const char c : text) {
        if (at_line_start && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
        at_line_start = c == '\n';
    }
    return out;
}

std::string names_of(const OptionEntry& option) {
    std::string line;
    for (const auto& name : option.names) line += (line.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
    if (!option.value.empty() && option.choices.empty() && !option.is_positional)
        line += " \\fI" + roff(option.value) + "\\fR";
    for (std::size_t i = 0; i < option.choices.size(); ++i)
        line += (i == 0 ? " " : "|") + ("\\fB" + roff(option.choices[i]) + "\\fR");
    return line;
}

std::string synopsis(const CommandEntry& command) {
    std::string line = "\\fB" + roff(command.path) + "\\fR";
    if (!command.commands.empty()) line += " \\fICOMMAND\\fR";
    for (const auto& option : command.options) {
        if (!option.is_positional) continue;
        const auto name = "\\fI" + roff(option.names.front()) + "\\fR";
        line += option.is_required ? " " + name : " [" + name + "]";
    }
    return line + " [\\fIOPTIONS\\fR]";
}

std::string options_of(const CommandEntry& command, bool positional) {
    std::string text;
    for (const auto& option : command.options) {
        if (option.is_positional != positional) continue;
        text += ".TP\n" + names_of(option) + "\n" + roff(option.description);
        if (!option.standard.empty()) text += roff(fmt::format(" (default: {})", option.standard));
        text += "\n";
    }
    return text;
}

std::string section(std::string_view title, const std::string& text) {
    return text.empty() ? std::string{} : fmt::format(".SH {}\n{}", title, text);
}

constexpr std::string_view date =
    "2026-11-30"; // when pages last changed their form; they are the same on every machine

constexpr std::string_view exits = R"(.TP
0
Done.
.TP
1
Not done; standard error says why and what to do next.
.TP
2
The command line or a setting is wrong.
.TP
3
Refused by the other party.
.TP
4
The other party cannot be reached.
.TP
5
Time is over.
.TP
6
The other party answered what makes no sense.
.TP
74
The disk failed to keep what was written, and the process stopped at once: check the disk, then start again.
.TP
130
Interrupted.
)";

} // namespace

std::string manual_name(const CommandEntry& command) {
    auto name = command.path;
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string manual_page(const CommandEntry& command, const std::vector<CommandEntry>& all) {
    const auto name = manual_name(command);
    std::string title = name;
    std::ranges::transform(title, title.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });

    std::string below;
    std::string others;
    for (const auto& other : all) {
        const auto parent = other.path.substr(0, std::min(other.path.rfind(' '), other.path.size()));
        if (parent == command.path && &other != &command)
            below += fmt::format(".TP\n.BR {} (1)\n{}\n", roff(manual_name(other)), roff(other.description));
        if (&other != &command && command.path.starts_with(other.path + " "))
            others += fmt::format(".BR {} (1)\n", roff(manual_name(other)));
    }
    std::string page = fmt::format(".TH {} 1 \"{}\" \"taleus {}\" \"Taleus\"\n", roff(title), date, TALEUS_VERSION);
    page += fmt::format(".SH NAME\n{} \\- {}\n", roff(name), roff(command.description));
    page += section("SYNOPSIS", synopsis(command) + "\n");
    page += section("ARGUMENTS", options_of(command, true));
    page += section("COMMANDS", below);
    page += section("OPTIONS", options_of(command, false));
    if (!command.footer.empty()) page += section("EXAMPLES", ".nf\n" + roff(command.footer) + "\n.fi\n");
    page += section("EXIT STATUS", std::string{exits});
    page += section("SEE ALSO", others);
    return page;
}

} // namespace taleus::app
