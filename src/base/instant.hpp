#pragma once
// Time as a value. `Instant` is monotonic and means something only within one process; `UtcTime` is the calendar and
// may jump. Nothing below `async` asks for either: both are arguments.

#include "base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace taleus {

// A clock that cannot be asked: it only gives its time points a type of their own.
struct Monotonic {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<Monotonic>;
    static constexpr bool is_steady = true;
};
using Instant = Monotonic::time_point;
using Duration = Monotonic::duration;

// Milliseconds since 1970 in UTC, the resolution of links and records.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

// RFC 3339 with milliseconds and `Z`: 2026-12-01T00:00:00.000Z. Years 0000..9999.
std::string to_text(UtcTime time);

// Reads RFC 3339 in UTC: `Z` or +00:00, any number of fraction digits (beyond milliseconds cut off), no leap second.
// `malformed` otherwise.
Result<UtcTime> utc_from_text(std::string_view text);

} // namespace taleus
