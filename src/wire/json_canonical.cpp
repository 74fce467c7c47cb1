// RFC 8785, the writing side of json.hpp.
#include "wire/json.hpp"
#include "wire/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>
#include <vector>

namespace taleus::wire {
namespace {

namespace json = boost::json;

// A byte's weight in UTF-16 order: there U+10000 and above (four bytes, F0..F4) are surrogates, and so come before
// U+E000..U+FFFF (EE, EF). Otherwise the order of UTF-8 bytes is that of UTF-16 units.
int utf16_weight(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xf0) return byte - 2;
    return byte >= 0xee ? byte + 5 : byte;
}

bool utf16_less(std::string_view a, std::string_view b) {
    return std::ranges::lexicographical_compare(a, b, {}, utf16_weight, utf16_weight);
}

bool must_be_escaped(char c) { return (c >= '\0' && c < ' ') || c == '"' || c == '\\'; }

void append_escaped(std::string& out, char c) {
    static constexpr std::string_view short_escapes{"\b\t\n\f\r\"\\"};
    static constexpr std::string_view short_names{"btnfr\"\\"};
    if (const auto at = short_escapes.find(c); at != std::string_view::npos)
        out.append("\\").push_back(short_names[at]);
    else
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
}

bool append_string(std::string& out, std::string_view text) {
    if (!is_utf8(text)) return false;
    out += '"';
    while (!text.empty()) {
        const auto plain = static_cast<std::size_t>(std::ranges::find_if(text, must_be_escaped) - text.begin());
        out.append(text, 0, plain);
        if (plain < text.size()) append_escaped(out, text[plain]);
        text.remove_prefix(std::min(plain + 1, text.size()));
    }
    out += '"';
    return true;
}

// ECMAScript's Number::toString: the fewest digits that read back as the same double, placed by its exponent.
bool append_double(std::string& out, double value) {
    if (!std::isfinite(value)) return false;
    if (value == 0) { // of either sign
        out += '0';
        return true;
    }
    if (value < 0) out += '-';
    std::array<char, 32> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific).ptr;
    const std::string_view text{buffer.data(), end};
    const auto e = text.find('e');
    auto digits = std::string{text.substr(0, e)};
    std::erase(digits, '.');
    int exponent = 0;
    const auto* const sign = text.data() + e + 1;
    std::from_chars(*sign == '+' ? sign + 1 : sign, end, exponent);

    const auto count = static_cast<int>(digits.size());
    const int point = exponent + 1; // digits before the decimal point
    if (point >= count && point <= 21)
        out.append(digits).append(static_cast<std::size_t>(point - count), '0');
    else if (point > 0 && point <= 21)
        out.append(digits, 0, static_cast<std::size_t>(point))
            .append(".")
            .append(digits, static_cast<std::size_t>(point));
    else if (point > -6 && point <= 0)
        out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
    else {
        out += digits[0];
        if (count > 1) out.append(".").append(digits, 1);
        fmt::format_to(std::back_inserter(out), "e{:+d}", exponent);
    }
    return true;
}

// JCS knows doubles only. An integer stands for its nearest double if it is that, or is how ECMAScript prints it (above
// 2^53 those differ: 222222222222222208 is printed as 222222222222222220, and both must stay what they are). Any other
// would share its canonical form, and so its signature, with a neighbour.
template <class Integer> bool append_integer(std::string& out, Integer value) {
    constexpr auto exact = Integer{1} << 53; // up to here every integer is a double, and printed with all its digits
    if (value <= exact && (std::is_unsigned_v<Integer> || value >= Integer{} - exact)) {
        std::array<char, 24> digits{};
        out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
        return true;
    }
    const auto nearest = static_cast<double>(value);
    const bool fits = nearest < std::ldexp(1.0, std::numeric_limits<Integer>::digits); // else the cast back overflows
    const auto before = out.size();
    if (!append_double(out, nearest)) return false;
    return (fits && static_cast<Integer>(nearest) == value) || out.substr(before) == std::to_string(value);
}

bool append_value(std::string& out, const json::value& value, std::size_t depth);

bool append_object(std::string& out, const json::object& object, std::size_t depth) {
    const auto append = [&](const json::key_value_pair& member) {
        if (out.back() != '{') out += ',';
        if (!append_string(out, member.key())) return false;
        out += ':';
        return append_value(out, member.value(), depth);
    };
    const auto name = [](const json::key_value_pair& member) { return std::string_view{member.key()}; };
    out += '{';
    if (std::ranges::is_sorted(object, utf16_less, name)) { // as all that was canonical before
        if (!std::ranges::all_of(object, append)) return false;
    } else {
        std::vector<std::reference_wrapper<const json::key_value_pair>> members{object.begin(), object.end()};
        std::ranges::sort(members, utf16_less, name);
        if (!std::ranges::all_of(members, append)) return false;
    }
    out += '}';
    return true;
}

bool append_array(std::string& out, const json::array& array, std::size_t depth) {
    out += '[';
    for (const auto& element : array) {
        if (&element != array.data()) out += ',';
        if (!append_value(out, element, depth)) return false;
    }
    out += ']';
    return true;
}

bool append_value(std::string& out, const json::value& value, std::size_t depth) {
    switch (value.kind()) {
    case json::kind::null: out += "null"; return true;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return true;
    case json::kind::int64: return append_integer(out, value.get_int64());
    case json::kind::uint64: return append_integer(out, value.get_uint64());
    case json::kind::double_: return append_double(out, value.get_double());
    case json::kind::string: return append_string(out, value.get_string());
    case json::kind::array: return depth > 0 && append_array(out, value.get_array(), depth - 1);
    case json::kind::object: return depth > 0 && append_object(out, value.get_object(), depth - 1);
    }
    return false;
}

} // namespace

Result<std::string> canonical_json(const json::value& value) {
    std::string out;
    if (!append_value(out, value, json_depth_max)) return fail(Code::malformed, "JSON has no canonical form");
    return out;
}

Result<std::string> canonical_json(const json::object& object) {
    std::string out;
    if (!append_object(out, object, json_depth_max - 1)) return fail(Code::malformed, "JSON has no canonical form");
    return out;
}

} // namespace taleus::wire
