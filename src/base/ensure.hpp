#pragma once
// Invariants. A broken one stops the process in every build: where money is recorded, stopping beats guessing.

#include <source_location>
#include <string_view>

namespace taleus {

[[noreturn]] void invariant_broken(std::string_view why, const std::source_location& where);

inline void ensure(bool condition, std::string_view why,
                   const std::source_location& where = std::source_location::current()) {
    if (!condition) [[unlikely]]
        invariant_broken(why, where);
}

} // namespace taleus
