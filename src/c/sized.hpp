#pragma once
// Structs whose first member tells how much of them the caller knows: an older caller's are shorter than ours, a newer
// one's longer.

#include <taleus/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>

namespace taleus::c {

// A copy in which what the caller does not know is zero, its default. What we do not know must be zero as well: it asks
// for something that this library cannot do. Null: all is zero.
template <class Struct> Result<Struct> sized(const Struct* given, const char* name) {
    static_assert(std::is_trivially_copyable_v<Struct>);
    constexpr std::size_t size_max = 4096; // a size that nobody set is not followed far
    Struct known{};
    if (given == nullptr) return known;
    if (given->size <= sizeof given->size || given->size > size_max)
        return fail(Code::malformed, std::string{name} + ".size is not the size of the struct");
    std::memcpy(&known, given, std::min(given->size, sizeof known));
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    if (given->size > sizeof known &&
        std::any_of(bytes + sizeof known, bytes + given->size, [](unsigned char byte) { return byte != 0; }))
        return fail(Code::malformed, std::string{name} + " asks for what this version of the library does not have");
    return known;
}

} // namespace taleus::c
