#pragma once
// Whether a peer is still there: after an interval without a byte from it we ask, and after as long again without one
// it is gone. Any byte answers, so a peer that sends data is never cut off for a late pong. Time is an argument.

#include "base/instant.hpp"

#include <cstdint>
#include <variant>

namespace taleus::p2p {

class KeepAlive {
public:
    enum class Due : std::uint8_t { nothing, ask, gone };

    KeepAlive(Duration interval, Instant now) : interval_{interval}, since_{now} {}

    void hear(Instant now) {
        since_ = now;
        state_ = State::listening;
    }
    Instant deadline() const { return since_ + interval_; }
    Due expire(Instant now) {
        if (now < deadline()) return Due::nothing;
        if (state_ == State::asked) return Due::gone;
        since_ = now;
        state_ = State::asked;
        return Due::ask;
    }

private:
    enum class State : std::uint8_t { listening, asked };
    Duration interval_;
    Instant since_;
    State state_ = State::listening;
};

} // namespace taleus::p2p
