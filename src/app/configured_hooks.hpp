#pragma once
// What a home is configured to call: hooks of the public interface, ready made.

#include "app/config.hpp"

#include <taleus/hooks.hpp>

namespace taleus::app {

// `malformed` with what to set in config.toml.
Result<Hooks> hooks_of(const Config& config);

} // namespace taleus::app
