#pragma once
// Where a hook is, as an operator writes it: `http://HOST[:PORT][/PATH]` or the absolute path of an executable. Pure.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace taleus::hooks {

struct HttpTarget {
    std::string host; // a name or an address, an IPv6 one without its brackets
    std::uint16_t port = 80;
    std::string path = "/";
    bool operator==(const HttpTarget&) const = default;
};
struct ExecutableTarget {
    std::string path;
    bool operator==(const ExecutableTarget&) const = default;
};
using HookTarget = std::variant<HttpTarget, ExecutableTarget>;

// `malformed` with a sentence for people.
Result<HookTarget> parse_hook_target(std::string_view text);

} // namespace taleus::hooks
