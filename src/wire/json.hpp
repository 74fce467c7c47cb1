#pragma once
// Strict JSON (RFC 8259 within I-JSON): what comes from a partner is parsed here and nowhere else.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace taleus::wire {

inline constexpr std::size_t json_depth_max = 32;

// One JSON text and nothing after it but white space. `malformed` (the context names the rule, never the input) for:
// bad UTF-8, a byte order mark, lone surrogates, duplicate member names (compared after decoding escapes), nesting
// deeper than `json_depth_max`, more than `values_max` values at all depths together, numbers that no finite double or
// 64-bit integer holds. Linear in the input; no recursion on it.
Result<boost::json::value> parse_json(ByteView text, std::size_t values_max = std::numeric_limits<std::size_t>::max());

// RFC 8785 (JCS): members sorted by UTF-16 code units, numbers as ECMAScript prints them. `malformed` where a number is
// not representable.
Result<std::string> canonical_json(const boost::json::value& value);
Result<std::string> canonical_json(const boost::json::object& object);

} // namespace taleus::wire
