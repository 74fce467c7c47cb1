#pragma once
// Gives the system back what a burst of load took, which the allocator would keep for good: looks now and then, and
// acts where much more is resident than is in use. With glibc; elsewhere it does nothing. One thread.

#include "async/clock.hpp"

namespace taleus::app {

class MemoryReturn {
public:
    explicit MemoryReturn(async::Clock& clock);

private:
    void look();

    async::Clock& clock_;
    async::Clock::Timer timer_;
};

} // namespace taleus::app
