#pragma once
// The way to an event loop for those who may outlive it: completions and handles of the application. Any thread.

#include "async/awaitable.hpp"

#include <boost/asio/post.hpp>

#include <mutex>
#include <utility>

namespace taleus::library {

class Line {
public:
    explicit Line(async::Executor executor) : executor_{executor} {}

    // Nothing, once it is closed.
    template <class Work> void post(Work work) {
        const std::lock_guard lock{mutex_};
        if (is_open_) boost::asio::post(executor_, std::move(work));
    }
    // Before the loop goes.
    void close() {
        const std::lock_guard lock{mutex_};
        is_open_ = false;
    }

private:
    std::mutex mutex_;
    bool is_open_ = true;
    async::Executor executor_;
};

} // namespace taleus::library
