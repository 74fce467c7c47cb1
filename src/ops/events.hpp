#pragma once
// What happens in the node, told to those who listen at /v1/events as it happens: a bounded queue for each. Whoever is
// too slow for it is told how much it lost, and let go. Nobody who tells ever waits for anybody who listens.

#include "async/limit.hpp"
#include "async/one_shot.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace taleus::ops {

class Events {
public:
    static constexpr std::size_t listeners_max = 8;
    static constexpr std::size_t queue_max = 1024; // events that a listener has not taken yet

    class Listener;

    // Is there anybody to tell? Any thread.
    bool are_heard() const { return listening_.load(std::memory_order_relaxed) > 0; }
    // `kind` names the event, `data` is one line of JSON. Any thread.
    void tell(std::string_view kind, std::string_view data);
    // nullptr: there are as many as may be. The listener is used on its executor's one thread.
    std::shared_ptr<Listener> listen(async::Executor executor);

private:
    struct Queue;

    std::mutex mutex_;
    std::vector<std::shared_ptr<Queue>> queues_;
    std::uint64_t number_ = 0;
    std::atomic<std::size_t> listening_{0};
};

class Events::Listener {
public:
    Listener(Events& events, std::shared_ptr<Queue> queue) : events_{events}, queue_{std::move(queue)} {}
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // What has happened since the last call, as the text of a stream of events; empty when nothing did until `until`.
    // After a text with `is_over` nothing more comes.
    struct Heard {
        std::string text;
        bool is_over = false;
    };
    async::awaitable<Heard> next(async::Limit& limit, Instant until);
    // Nobody is there to be told any more: what `next` gives, now or when it is called, is over.
    void leave();

private:
    Heard take();

    Events& events_;
    std::shared_ptr<Queue> queue_;
    bool has_left_ = false;
};

} // namespace taleus::ops
