#pragma once
// The public settings as those of a node. Pure.

#include "library/node.hpp"

#include <taleus/settings.hpp>

namespace taleus::library {

inline constexpr Duration time_max = std::chrono::days{1}; // of each time-out: far from where sums of times end

// `malformed`, with a sentence, when they make no sense.
Result<NodeSettings> node_settings(const ListenerSettings& settings);
Result<NodeSettings> node_settings(const DialerSettings& settings);
// What can change while the node runs.
Result<void> apply(const LiveSettings& live, NodeSettings& to);

} // namespace taleus::library
