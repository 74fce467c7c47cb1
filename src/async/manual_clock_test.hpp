#pragma once
#include "async/clock.hpp"

namespace taleus::async {

// Moves only when told.
class ManualClock final : public Clock {
public:
    Instant now() const override { return now_; }
    UtcTime utc() const override { return UtcTime{}; }
    void advance(Duration by) {
        now_ += by;
        expire(now_);
    }

private:
    void arm(Instant) override {}
    Instant now_{};
};

} // namespace taleus::async
