#pragma once
// What a failed flush left on the disk is unknown, and a second one may succeed without having written it: never again.

#include <string_view>

namespace taleus {

inline constexpr int exit_failed_flush = 74; // EX_IOERR; docs/commands.md

// One line on stderr, and the end of the process. Nothing else is written.
[[noreturn]] void stop_at_failed_flush(std::string_view path, std::string_view why);

} // namespace taleus
