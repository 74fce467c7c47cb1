#pragma once
// Where the tree is that a test was built from, for tests that read its documents and vectors. A function of its own
// unit, so that no other unit's compilation depends on where a clone lies (ccache).

#include <filesystem>

namespace taleus {

std::filesystem::path source_dir();

} // namespace taleus
