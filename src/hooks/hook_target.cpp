#include "hooks/hook_target.hpp"

#include <algorithm>
#include <charconv>

namespace taleus::hooks {
namespace {

constexpr std::string_view http = "http://";

std::unexpected<Error> unusable() {
    return fail(Code::malformed, "a hook must be http://HOST[:PORT][/PATH] or the absolute path of an executable");
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

Result<HookTarget> parse_http(std::string_view rest) {
    HttpTarget target;
    const auto slash = rest.find('/');
    if (slash != std::string_view::npos) target.path = rest.substr(slash);
    auto authority = rest.substr(0, slash);
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return unusable();
        target.host = authority.substr(1, end - 1);
        authority.remove_prefix(end + 1);
    } else {
        const auto colon = authority.find(':');
        target.host = authority.substr(0, colon);
        authority.remove_prefix(target.host.size());
    }
    if (target.host.empty() || target.host.contains('@') || !is_printable(rest) || target.path.contains('#'))
        return unusable();
    if (authority.empty()) return target;
    const auto digits = authority.substr(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), target.port);
    if (authority.front() != ':' || error != std::errc{} || end != digits.data() + digits.size() || target.port == 0)
        return unusable();
    return target;
}

} // namespace

Result<HookTarget> parse_hook_target(std::string_view text) {
    if (text.starts_with(http)) return parse_http(text.substr(http.size()));
    if (!text.starts_with('/') || text.contains('\0')) return unusable();
    return ExecutableTarget{std::string{text}};
}

} // namespace taleus::hooks
