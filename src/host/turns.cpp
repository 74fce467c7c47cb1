#include "host/turns.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace taleus::host {

namespace {
constexpr Duration turns_apart_min = std::chrono::milliseconds{1};
constexpr Duration turns_apart_max = std::chrono::milliseconds{5};
constexpr Duration heard_within = std::chrono::seconds{2};
constexpr Duration look_again = std::chrono::microseconds{500};
} // namespace

Duration turns_apart(std::size_t waiting) {
    const auto many = static_cast<Duration::rep>(std::max<std::size_t>(waiting, 1));
    return std::clamp<Duration>(heard_within / many, turns_apart_min, turns_apart_max);
}

Turns::Turns(async::Executor executor, async::Clock& clock, const guard::WorkLimit& work,
             std::move_only_function<void()> when_none)
    : executor_{executor}, clock_{clock}, work_{work}, when_none_{std::move(when_none)},
      timer_{clock, [this] { await_turn(); }} {}

void Turns::queue_up(std::move_only_function<void()> turn) {
    turns_.push_back(std::move(turn));
    if (turns_.size() == 1) await_turn();
}

void Turns::await_turn() noexcept {
    const bool is_time =
        is_hurried_ || work_.has_room(streams_per_turn_max) || clock_.now() - turn_taken_ >= turns_apart(turns_.size());
    if (!is_time && look_again_soon()) return;
    boost::asio::post(executor_, boost::asio::bind_allocator(memory_.allocator(), [this] { take_turn(); }));
}

bool Turns::look_again_soon() noexcept {
    try {
        timer_.set(clock_.now() + look_again);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void Turns::take_turn() {
    turn_taken_ = clock_.now();
    turns_.front()();
    turns_.pop_front();
    if (!turns_.empty()) return await_turn();
    when_none_();
}

} // namespace taleus::host
