#include "async/clock.hpp"

#include "base/ensure.hpp"

#include <boost/asio/bind_allocator.hpp>

#include <memory>
#include <new>

namespace taleus::async {
namespace {

constexpr std::size_t wait_size = 256;

struct Delete {
    void operator()(void* block) const { ::operator delete(block); }
};
// Of a wait that has ended on this thread, for the one that follows it: once there is one, no deadline is lost where
// no memory is left.
thread_local std::unique_ptr<void, Delete> spare;

// Of a wait's handler; the block is taken before anything is changed.
template <class T> class WaitMemory {
public:
    using value_type = T;
    explicit WaitMemory(void* block) : block_{block} {}
    template <class U> WaitMemory(const WaitMemory<U>& other) : block_{other.block()} {}
    T* allocate(std::size_t count) {
        ensure(count * sizeof(T) <= wait_size, "a handler is larger than its memory");
        return static_cast<T*>(block_);
    }
    void deallocate(T* place, std::size_t) { spare.reset(place); }
    void* block() const { return block_; }
    template <class U> bool operator==(const WaitMemory<U>& other) const { return block_ == other.block(); }

private:
    void* block_;
};

void* block_for_a_wait() {
    auto* const kept = spare.release();
    return kept != nullptr ? kept : ::operator new(wait_size);
}

} // namespace

std::optional<Instant> Clock::next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first;
}

void Clock::expire(Instant now) {
    while (!timers_.empty() && timers_.begin()->first <= now) {
        auto& timer = *timers_.begin()->second;
        timer.clear();
        timer.fire_(); // may destroy the timer
    }
    if (timers_.empty()) return;
    try {
        arm(timers_.begin()->first);
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
        // A callback took what was spare, for a wait that is none too late.
    }
}

void Clock::Timer::set(Instant at) {
    auto& timers = clock_.timers_;
    if (place_) {
        auto node = timers.extract(*place_); // no allocation on the way
        node.key() = at;
        place_ = timers.insert(std::move(node));
    } else {
        place_ = timers.emplace(at, this);
    }
    if (*place_ != timers.begin()) return;
    try {
        clock_.arm(at);
    } catch (const std::bad_alloc&) { // nobody would be woken by it
        timers.erase(*place_);
        place_.reset();
        throw;
    }
}

void Clock::Timer::clear() {
    if (!place_) return;
    clock_.timers_.erase(*place_);
    place_.reset();
    if (clock_.timers_.empty()) clock_.arm(Instant::max());
}

Instant SystemClock::now() const { return Instant{std::chrono::steady_clock::now().time_since_epoch()}; }

UtcTime SystemClock::utc() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) +
           std::chrono::milliseconds{ahead_};
}

void SystemClock::follow(UtcTime calendar) { ahead_ += (calendar - utc()).count(); }

void SystemClock::arm(Instant earliest) {
    if (earliest == Instant::max()) { // nobody waits, and so the loop need not either
        timer_.cancel();
        return;
    }
    const WaitMemory<std::byte> memory{block_for_a_wait()};
    timer_.expires_at(std::chrono::steady_clock::time_point{earliest.time_since_epoch()});
    timer_.async_wait(boost::asio::bind_allocator(memory, [this](const boost::system::error_code& error) {
        if (!error) expire(now());
    }));
}

} // namespace taleus::async
