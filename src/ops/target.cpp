#include "ops/target.hpp"

#include "wire/utf8.hpp"

#include <algorithm>
#include <optional>

namespace taleus::ops {

namespace {

constexpr std::size_t queries_max = 16;

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low) return std::nullopt;
        const auto byte = static_cast<unsigned char>(*high * 16 + *low);
        if (byte < ' ' || byte == '/' || byte == 0x7f) return std::nullopt; // would be another path, or no text
        out.push_back(static_cast<char>(byte));
        i += 2;
    }
    return wire::is_utf8(out) ? std::optional{std::move(out)} : std::nullopt;
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

} // namespace

Result<Target> parse_target(std::string_view text) {
    const auto malformed = [](std::string_view why) { return fail(Code::malformed, std::string{why}); };
    if (!text.starts_with('/') || !is_printable(text)) return malformed("the target must be a path, printable ASCII");
    const auto mark = text.find('?');
    Target target;
    if (auto path = decoded(text.substr(0, mark)))
        target.path = std::move(*path);
    else
        return malformed("the path is badly encoded");
    if (target.path.contains("//") || target.path.contains("/."))
        return malformed("the path has an empty or dotted segment");
    auto rest = mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
    while (!rest.empty()) {
        const auto one = rest.substr(0, rest.find('&'));
        rest = rest.size() > one.size() ? rest.substr(one.size() + 1) : std::string_view{};
        const auto equals = one.find('=');
        auto name = decoded(one.substr(0, equals));
        auto value = equals == std::string_view::npos ? std::string{} : decoded(one.substr(equals + 1));
        if (!name || name->empty() || !value) return malformed("the query is badly encoded");
        if (target.has(*name)) return malformed("a query is there twice");
        if (target.queries.size() == queries_max) return malformed("there are too many queries");
        target.queries.emplace_back(std::move(*name), std::move(*value));
    }
    return target;
}

} // namespace taleus::ops
