#pragma once
// UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, nothing beyond U+10FFFF.

#include <string_view>

namespace taleus::wire {

bool is_utf8(std::string_view text);

} // namespace taleus::wire
