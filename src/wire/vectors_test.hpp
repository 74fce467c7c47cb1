#pragma once
// Where tests find conformance data that no one here wrote. It is not part of the project: where it is absent its tests
// are skipped, and say so.

#include "base/source_dir_test.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace taleus::wire {

inline std::filesystem::path vectors() { return source_dir() / "../shared/vectors"; }

inline std::string content_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace taleus::wire
