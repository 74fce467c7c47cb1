#pragma once
// Finds the members of the outermost object in JSON text, by lexical means only: for text that does not parse, and for
// changing one member without touching any other byte. Internal to `wire`.

#include <cstddef>
#include <string_view>
#include <vector>

namespace taleus::wire {

struct ScannedMember {
    std::string_view name; // as written, between the quotes; escapes not decoded
    std::size_t value = 0; // where the value begins
};

// Goes as far as the text makes sense; never fails. Linear.
std::vector<ScannedMember> scan_members(std::string_view text);

} // namespace taleus::wire
