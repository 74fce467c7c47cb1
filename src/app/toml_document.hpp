#pragma once
// TOML as it is read here: with an end to how deep its tables go.

#include <toml++/toml.h>

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace taleus::app {

struct TomlFault {
    std::size_t line = 0; // of the text, from 1
    std::string text;     // as toml++ says it: escape it where it is shown
};
// A key of more than eight parts (a.b.c) is a fault: toml++ 3.3 makes a table of each part, without a limit, and takes
// tables apart by recursion.
std::expected<toml::table, TomlFault> read_toml(std::string_view text);

} // namespace taleus::app
