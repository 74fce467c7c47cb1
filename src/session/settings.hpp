#pragma once
// What a session may do and for how long. A session pins the snapshot it began with: a change applies to new ones.
// Immutable once shared; any thread.

#include "guard/breaker.hpp"
#include "guard/throttle.hpp"
#include "guard/work_limit.hpp"
#include "protocol/timeouts.hpp"
#include "wire/messages.hpp"

#include <taleus/limits.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace taleus::session {

using taleus::Limits;
static_assert(Limits{}.message_bytes == wire::message_bytes_default);

struct Settings {
    protocol::ListenerTimeouts listener;
    protocol::DialerTimeouts dialer;
    Limits limits;
    Duration read_back = std::chrono::seconds{2}; // for reading a draft back from its database
    guard::StageRates rates{};                    // of messages and their bytes; none unless set
    guard::WorkLimitSettings work{};
    guard::BreakerSettings breaker{}; // of each dependency
    std::string party_id;             // this side's; empty: the node's peer id
    std::vector<std::string> cadre;   // this side's; a listener tells it only in an approved result
};

using SettingsSnapshot = std::shared_ptr<const Settings>;

} // namespace taleus::session
