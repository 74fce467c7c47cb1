#include "app/config_edit.hpp"

#include "app/toml_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace taleus::app {

namespace {

using Lines = std::vector<std::string>;

Lines split_lines(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string join_lines(const Lines& lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

// Where the n-th character (from 1) of UTF-8 text begins: toml++ counts characters.
std::size_t offset_of(std::string_view line, std::size_t column) {
    std::size_t at = 0;
    for (std::size_t i = 1; i < column && at < line.size(); ++i) do
            ++at;
        while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xc0U) == 0x80U);
    return at;
}

// Replaces what stands from `begin` to `end`, which may be on a later line.
void replace(Lines& lines, const toml::source_region& region, const std::string& value) {
    const auto first = region.begin.line - 1;
    const auto last = region.end.line - 1;
    const auto head = lines[first].substr(0, offset_of(lines[first], region.begin.column));
    const auto tail = lines[last].substr(offset_of(lines[last], region.end.column));
    lines[first] = head + value + tail;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                lines.begin() + static_cast<std::ptrdiff_t>(last) + 1);
}

// Keys without a section stand before the first one.
void insert(Lines& lines, std::string_view section, std::string_view name, const std::string& value) {
    const auto assignment = fmt::format("{} = {}", name, value);
    const auto header = fmt::format("[{}]", section);
    auto begin = lines.begin();
    if (!section.empty()) {
        begin = std::ranges::find_if(lines, [&](const std::string& line) { return line.starts_with(header); });
        if (begin == lines.end()) {
            lines.insert(lines.end(), {"", header, assignment});
            return;
        }
        ++begin;
    }
    const auto end = std::find_if(begin, lines.end(), [](const std::string& line) { return line.starts_with('['); });
    const auto documented = fmt::format("#{} =", name);
    auto at = std::find_if(begin, end, [&](const std::string& line) { return line.starts_with(documented); });
    if (at != end)
        ++at;
    else
        while (at != begin && (at - 1)->empty()) --at;
    lines.insert(at, assignment);
}

} // namespace

Result<std::string> with_setting(std::string_view file_text, const Config& config, const Key& key) {
    const auto by_hand = [&] {
        return fail(Code::conflict, fmt::format("config.toml is written in a way that {} cannot be changed in; "
                                                "change it by hand, and reload",
                                                key.name));
    };
    const auto value = toml_of(config, key);
    const auto dot = key.name.find('.');
    const auto table = read_toml(file_text);
    if (!table) return by_hand();
    auto lines = split_lines(file_text);
    if (const auto* there = table->at_path(key.name).node(); there != nullptr)
        replace(lines, there->source(), value);
    else
        insert(lines, dot == std::string_view::npos ? std::string_view{} : key.name.substr(0, dot),
               key.name.substr(dot + 1), value);
    auto edited = join_lines(lines);
    const auto written = read_toml(edited);
    const auto wanted = read_toml("v = " + value);
    const auto* now = written ? written->at_path(key.name).node() : nullptr;
    const auto* meant = wanted ? wanted->get("v") : nullptr;
    const bool is_meant = now != nullptr && meant != nullptr && toml::array{*now} == toml::array{*meant};
    if (!is_meant) return by_hand();
    return edited;
}

} // namespace taleus::app
