#pragma once
// What a home is configured to call: its provisioner, hooks, and the reader of drafts. The composition root owns it and
// destroys it when the event loops that ask have ended but their io_contexts are still there.

#include "app/open_home.hpp"
#include "library/ground.hpp"

#include <cstdint>

namespace taleus::app {

enum class Purpose : std::uint8_t { serve, join };

// `malformed` with what to set in config.toml.
Result<library::Dependencies> dependencies_of(const OpenHome& home, Purpose purpose);

} // namespace taleus::app
