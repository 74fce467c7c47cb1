#pragma once
// Looking up by the beginning of a text, with the index: every text that begins with `prefix` is at least `prefix` and
// below `after_prefix(prefix)`, which goes on with the last of all characters.

#include <string>

namespace taleus::store {

inline std::string after_prefix(const std::string& prefix) {
    return prefix + "\xf4\x8f\xbf\xbf"; // U+10FFFF
}

} // namespace taleus::store
