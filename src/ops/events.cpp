#include "ops/events.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <utility>

namespace taleus::ops {

struct Events::Queue : std::enable_shared_from_this<Queue> {
    explicit Queue(async::Executor of) : executor{of} {}

    void push(const std::shared_ptr<const std::string>& event);

    const async::Executor executor;
    std::mutex mutex; // of what follows
    std::deque<std::shared_ptr<const std::string>> waiting;
    std::size_t lost = 0;
    bool is_waking = false;
    bool is_left = false;
    // Of the listener's thread alone.
    std::shared_ptr<async::OneShot<std::monostate>> sleeper;
};

void Events::Queue::push(const std::shared_ptr<const std::string>& event) {
    const std::lock_guard lock{mutex};
    if (is_left) return;
    if (lost > 0 || waiting.size() == queue_max)
        ++lost;
    else
        waiting.push_back(event);
    if (std::exchange(is_waking, true)) return;
    async::asio::post(executor, [self = shared_from_this()] {
        {
            const std::lock_guard again{self->mutex};
            self->is_waking = false;
        }
        if (self->sleeper) self->sleeper->set({});
    });
}

void Events::tell(std::string_view kind, std::string_view data) {
    if (!are_heard()) return;
    const std::lock_guard lock{mutex_};
    const auto event =
        std::make_shared<const std::string>(fmt::format("id: {}\nevent: {}\ndata: {}\n\n", ++number_, kind, data));
    for (const auto& queue : queues_) queue->push(event);
}

std::shared_ptr<Events::Listener> Events::listen(async::Executor executor) {
    const std::lock_guard lock{mutex_};
    if (queues_.size() == listeners_max) return nullptr;
    queues_.push_back(std::make_shared<Queue>(executor));
    listening_ = queues_.size();
    return std::make_shared<Listener>(*this, queues_.back());
}

Events::Listener::~Listener() {
    {
        const std::lock_guard lock{events_.mutex_};
        std::erase(events_.queues_, queue_);
        events_.listening_ = events_.queues_.size();
    }
    const std::lock_guard lock{queue_->mutex};
    queue_->is_left = true;
}

Events::Listener::Heard Events::Listener::take() {
    const std::lock_guard lock{queue_->mutex};
    Heard heard{.text = {}, .is_over = has_left_ || queue_->lost > 0};
    for (const auto& event : queue_->waiting) heard.text += *event;
    queue_->waiting.clear();
    if (queue_->lost > 0) heard.text += fmt::format("event: dropped\ndata: {{\"lost\":{}}}\n\n", queue_->lost);
    return heard;
}

void Events::Listener::leave() {
    has_left_ = true;
    if (queue_->sleeper) queue_->sleeper->set({});
}

async::awaitable<Events::Listener::Heard> Events::Listener::next(async::Limit& limit, Instant until) {
    auto heard = take();
    if (heard.is_over || !heard.text.empty()) co_return heard;
    queue_->sleeper = std::make_shared<async::OneShot<std::monostate>>(queue_->executor);
    const auto sleeper = queue_->sleeper;
    heard = take(); // what came before there was a sleeper
    if (heard.text.empty()) {
        const auto woken = co_await async::within(limit, until, sleeper->wait());
        heard = take();
        heard.is_over = heard.is_over || (!woken && woken.error() == async::Interrupted::stopped);
    }
    queue_->sleeper.reset();
    co_return heard;
}

} // namespace taleus::ops
