#pragma once
// Every limit of time in the protocol, with its default (docs/protocol.md, "Timeouts"). Monotonic durations.

#include "base/instant.hpp"

namespace taleus::protocol {

struct ListenerTimeouts {
    Duration step = std::chrono::seconds{5};
    Duration respond = std::chrono::milliseconds{4500}; // end of the contact to the written response
    Duration session = std::chrono::seconds{30};
    Duration await_database = std::chrono::seconds{20}; // or what is left of the session, whichever is less
    Duration refusal = std::chrono::seconds{1};
    Duration refusal_after_deadline = std::chrono::milliseconds{50};
};

struct DialerTimeouts {
    Duration connect = std::chrono::seconds{10};
    Duration step = std::chrono::seconds{5};
    Duration response = std::chrono::seconds{35};
    Duration session = std::chrono::seconds{60};
    Duration provision_margin = std::chrono::seconds{2};  // provisioning ends this long before the listener's wait
    Duration provision_unknown = std::chrono::seconds{5}; // with peers that state no wait, sending included
};

} // namespace taleus::protocol
