#pragma once
// Looking up by the beginning of a text, with the index: every text that begins with `prefix` is at least `prefix` and
// below `after_prefix(prefix)`.

#include <string>

namespace taleus::store {

inline std::string after_prefix(std::string prefix) {
    if (prefix.empty()) return "\xff"; // beyond all UTF-8
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

} // namespace taleus::store
