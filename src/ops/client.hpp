#pragma once
// Asks a listener's admin interface, as our own commands do. Blocking, with a limit of time.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace taleus::ops {

struct Reply {
    unsigned status = 0;
    std::string body;
};

struct Ask {
    std::string_view method = "GET";
    std::string_view target;
    std::string_view body = {}; // JSON
};

// `unreachable` when nobody answers at the address, `timeout` when nobody does in time, `malformed` when it is no HTTP.
Result<Reply> ask(std::string_view address, std::string_view token, const Ask& what);

} // namespace taleus::ops
