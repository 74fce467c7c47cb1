#include "async/worker.hpp"

namespace taleus::async {

Worker::Worker(std::size_t queue_max, std::size_t threads) : queue_max_{queue_max}, has_threads_{threads > 0} {
    try {
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
    } catch (...) { // without the next one: those that began would be waited for without an end
        end();
        throw;
    }
}

Worker::~Worker() { end(); }

void Worker::end() {
    {
        const std::lock_guard lock{mutex_};
        ending_ = true;
    }
    ready_.notify_all();
    threads_.clear(); // joins
}

bool Worker::submit(Job job) {
    if (!has_threads_) {
        job();
        return true;
    }
    {
        const std::lock_guard lock{mutex_};
        if (queue_.size() >= queue_max_) return false;
        queue_.push_back(std::move(job));
    }
    ready_.notify_one();
    return true;
}

void Worker::serve() {
    for (;;) {
        Job job;
        {
            std::unique_lock lock{mutex_};
            ready_.wait(lock, [this] { return ending_ || !queue_.empty(); });
            if (queue_.empty()) return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        job();
    }
}

} // namespace taleus::async
