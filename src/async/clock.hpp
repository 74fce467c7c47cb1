#pragma once
// Time for what lives on a shard: now, the calendar, and every deadline of the shard in one ordered map with one
// wake-up under it. The system's clock and the simulated one differ only in who calls `expire`. One thread.

#include "base/instant.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

namespace taleus::async {

class Clock {
public:
    class Timer;

    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    virtual UtcTime utc() const = 0;
    // The calendar says this just now, and from now on `utc` goes by that. Not for clocks that are everybody's.
    virtual void follow(UtcTime /*calendar*/) {}

    // The earliest instant any timer waits for.
    std::optional<Instant> next() const;
    // Fires what is due, in order of time and then of setting. A callback may set and clear timers, its own too.
    void expire(Instant now);
    std::size_t timer_count() const { return timers_.size(); }

protected:
    // The earliest deadline became earlier: see that `expire` is called then.
    virtual void arm(Instant earliest) = 0;

private:
    std::multimap<Instant, Timer*> timers_;
};

// One deadline and what to do at it. Not movable: the clock knows its address. Cleared by its destructor.
class Clock::Timer {
public:
    Timer(Clock& clock, std::move_only_function<void()> fire) : clock_{clock}, fire_{std::move(fire)} {}
    ~Timer() { clear(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void set(Instant at); // replaces an earlier setting
    void clear();
    bool is_set() const { return place_.has_value(); }

private:
    friend class Clock;
    Clock& clock_;
    std::move_only_function<void()> fire_;
    std::optional<std::multimap<Instant, Timer*>::iterator> place_;
};

// The machine's clocks on a shard's io_context. Must be outlived by the io_context.
class SystemClock final : public Clock {
public:
    explicit SystemClock(boost::asio::io_context& context) : timer_{context} {}
    Instant now() const override;
    UtcTime utc() const override;
    void follow(UtcTime calendar) override;

private:
    void arm(Instant earliest) override;
    boost::asio::steady_timer timer_;
    std::atomic<std::int64_t> ahead_ = 0; // ms, the calendar that is followed, of the machine's own; read by any thread
};

} // namespace taleus::async
