#pragma once
// How many refusals are written one by one. Under flood the rest is only counted, by kind and code, and the counts are
// recorded together once a minute, so that nobody fills the disk and the sums still hold. One thread.

#include "async/clock.hpp"
#include "base/code.hpp"
#include "base/instant.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace taleus::session {

class Flood {
public:
    // `summary` takes the counts of a minute.
    Flood(async::Clock& clock, std::move_only_function<void(boost::json::object)> summary)
        : clock_{clock}, refilled_{clock.now()}, summary_{std::move(summary)}, timer_{clock, [this] { flush(); }} {}

    // May this one be recorded by itself? Else it is counted.
    bool admits(std::string_view kind, std::string_view code);
    void flush();

private:
    static constexpr double burst = 256;
    static constexpr double per_second = 10;

    async::Clock& clock_;
    double tokens_ = burst;
    Instant refilled_;
    std::map<std::string, std::uint64_t> counts_;
    std::move_only_function<void(boost::json::object)> summary_;
    async::Clock::Timer timer_;
};

} // namespace taleus::session
