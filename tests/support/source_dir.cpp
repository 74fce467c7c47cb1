#include "base/source_dir_test.hpp"

namespace taleus {

std::filesystem::path source_dir() { return TALEUS_SOURCE_DIR; }

} // namespace taleus
