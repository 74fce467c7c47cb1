#include "app/toml_document.hpp"

#include <algorithm>
#include <optional>

namespace taleus::app {

namespace {

constexpr std::size_t dots_max = 7; // of a key

// Where the quoted text that begins at `at` has its last quote. One that never ends ends with its line, or with the
// text.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const auto is_at = [&](std::size_t where, std::size_t count) {
        return text.substr(where).starts_with(std::string_view{quote == '"' ? "\"\"\"" : "'''", count});
    };
    const bool is_long = is_at(at, 3);
    const std::size_t width = is_long ? 3 : 1;
    for (at += width; at < text.size() && (is_long || text[at] != '\n'); ++at) {
        if (text[at] == '\\' && quote == '"') {
            ++at;
        } else if (is_at(at, width)) {
            at += width - 1;
            while (is_long && is_at(at + 1, 1)) ++at; // quotes before the closing ones belong to the text
            break;
        }
    }
    return std::min(at, text.size() - 1);
}

// The line of the first key that has too many parts.
std::optional<std::size_t> line_of_long_key(std::string_view text) {
    std::size_t dots = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        switch (text[at]) {
        case '.':
            if (++dots > dots_max) return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
            break;
        case '"':
        case '\'': at = end_of_quoted(text, at); break;
        case '#': at = std::min(text.find('\n', at), text.size()); [[fallthrough]];
        case '\n':
        case '=':
        case ',':
        case '[':
        case '{': dots = 0; break;
        default: break;
        }
    }
    return std::nullopt;
}

} // namespace

std::expected<toml::table, TomlFault> read_toml(std::string_view text) {
    if (const auto line = line_of_long_key(text))
        return std::unexpected(TomlFault{*line, "a key of more than eight parts"});
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        return std::unexpected(TomlFault{error.source().begin.line, std::string{error.description()}});
    }
}

} // namespace taleus::app
