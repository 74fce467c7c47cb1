#pragma once
// The application's functions as hooks of the C++ interface.

#include <taleus/hooks.hpp>
#include <taleus/taleus.h>

namespace taleus::c {

// `malformed` when they make no sense together. Null: none.
Result<Hooks> hooks_of(const taleus_hooks* given);

} // namespace taleus::c
