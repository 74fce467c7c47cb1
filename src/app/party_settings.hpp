#pragma once
// The configuration of a home as the public interface has it, and what it says beyond that.

#include "app/open_home.hpp"
#include "library/control_plane.hpp"

#include <taleus/settings.hpp>

namespace taleus::app {

ListenerSettings listener_settings(const ConfiguredHome& home);
DialerSettings dialer_settings(const ConfiguredHome& home);
taleus::LiveSettings live_settings(const Config& config);
// The home outlives it, and what its configuration says then is what is refined.
library::Beyond beyond(const ConfiguredHome& home);

} // namespace taleus::app
