#include "base/instant.hpp"

#include <fmt/format.h>

#include <optional>

namespace taleus {

using namespace std::chrono;

namespace {

void put(std::string& text, std::size_t at, std::size_t digits, std::int64_t value) {
    for (; digits > 0; --digits, value /= 10) text[at + digits - 1] = static_cast<char>('0' + value % 10);
}

} // namespace

// Without a formatter: each record of a trail has a time, which is written once and compared whenever it is read.
std::string to_text(UtcTime time) {
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    if (const auto year = static_cast<int>(date.year()); year >= 0 && year <= 9999) {
        std::string text{"0000-00-00T00:00:00.000Z"};
        put(text, 0, 4, year);
        put(text, 5, 2, static_cast<unsigned>(date.month()));
        put(text, 8, 2, static_cast<unsigned>(date.day()));
        put(text, 11, 2, clock.hours().count());
        put(text, 14, 2, clock.minutes().count());
        put(text, 17, 2, clock.seconds().count());
        put(text, 20, 3, clock.subseconds().count());
        return text;
    }
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Result<UtcTime> utc_from_text(std::string_view text) {
    const auto bad = [] { return fail(Code::malformed, "not an RFC 3339 time in UTC"); };
    const auto number = [&](std::size_t at, std::size_t digits) -> std::optional<int> {
        int value = 0;
        for (std::size_t i = at; i < at + digits; ++i) {
            if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
            value = value * 10 + (text[i] - '0');
        }
        return value;
    };
    const auto is = [&](std::size_t at, char c) { return at < text.size() && text[at] == c; };
    const auto y = number(0, 4), mo = number(5, 2), d = number(8, 2), h = number(11, 2), mi = number(14, 2),
               s = number(17, 2);
    if (!y || !mo || !d || !h || !mi || !s || !is(4, '-') || !is(7, '-') || !is(13, ':') || !is(16, ':')) return bad();
    if (!is(10, 'T') && !is(10, 't') && !is(10, ' ')) return bad();
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
    if (!date.ok() || *h > 23 || *mi > 59 || *s > 59) return bad();

    std::size_t at = 19;
    int fraction = 0;
    if (is(at, '.')) {
        const auto first = ++at;
        for (int scale = 100; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            fraction += (text[at] - '0') * scale;
        if (at == first) return bad();
    }
    const auto zone = text.substr(at);
    if (zone != "Z" && zone != "z" && zone != "+00:00" && zone != "-00:00") return bad();
    return sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s} + milliseconds{fraction};
}

} // namespace taleus
