#pragma once
/// @file
/// The library's version. Within a major version what is here stays: it is only added to.

#include <taleus/export.hpp>

#include <string_view>

#define TALEUS_VERSION_MAJOR 1 ///< of these headers
#define TALEUS_VERSION_MINOR 0 ///< of these headers
#define TALEUS_VERSION_PATCH 0 ///< of these headers

namespace taleus {

/// The version of the library that is loaded: `1.0.0`. Static storage; any thread.
TALEUS_EXPORT std::string_view version();

} // namespace taleus
