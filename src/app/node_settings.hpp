#pragma once
// The configuration of a home as the settings of a node.

#include "app/open_home.hpp"
#include "library/node.hpp"

namespace taleus::app {

library::NodeSettings node_settings(const OpenHome& home);

} // namespace taleus::app
