#include "wire/json_scan.hpp"

#include <algorithm>

namespace taleus::wire {
namespace {

std::size_t skip_space(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

// The closing quote of the string that opens at `at`; the text's size where there is none.
std::size_t closing_quote(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    return std::min(at, text.size());
}

} // namespace

std::vector<ScannedMember> scan_members(std::string_view text) {
    std::vector<ScannedMember> out;
    auto at = skip_space(text, 0);
    if (at == text.size() || text[at] != '{') return out;
    std::size_t depth = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) break;
        if (c != '"') continue;
        const auto close = closing_quote(text, at);
        const auto colon = skip_space(text, std::min(close + 1, text.size()));
        // Only a name is followed by a colon.
        if (depth == 1 && colon < text.size() && text[colon] == ':')
            out.push_back({text.substr(at + 1, close - at - 1), skip_space(text, colon + 1)});
        at = close;
    }
    return out;
}

} // namespace taleus::wire
