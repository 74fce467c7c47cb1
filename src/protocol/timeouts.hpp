#pragma once
// Every limit of time in the protocol, with its default (docs/protocol.md, "Timeouts"). Monotonic durations. They are
// part of the public interface.

#include <taleus/limits.hpp>

namespace taleus::protocol {

using taleus::DialerTimeouts;
using taleus::ListenerTimeouts;

} // namespace taleus::protocol
