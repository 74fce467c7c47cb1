#pragma once
// TALEUS_VERSION, and that the headers, the build and the program agree on it.

#include <taleus/version.hpp>

#include <string_view>

namespace taleus::library {

#define TALEUS_TEXT_OF(number) #number
#define TALEUS_TEXT(number) TALEUS_TEXT_OF(number)
static_assert(std::string_view{TALEUS_VERSION} == TALEUS_TEXT(TALEUS_VERSION_MAJOR) "." TALEUS_TEXT(
                                                      TALEUS_VERSION_MINOR) "." TALEUS_TEXT(TALEUS_VERSION_PATCH));
#undef TALEUS_TEXT
#undef TALEUS_TEXT_OF

} // namespace taleus::library
