#pragma once
// The name of a session: 128 random bits, never made of the clock.

#include "base/random.hpp"

#include <string>

namespace taleus::session {

inline std::string new_session_id(Random& random) { return to_hex(random.bytes<16>()); }

} // namespace taleus::session
