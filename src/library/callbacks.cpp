#include "library/callbacks.hpp"

#include <deque>
#include <thread>
#include <utility>

namespace taleus::library {

class Callbacks::OwnThread {
public:
    OwnThread() : thread_{[this] { run(); }} {}
    ~OwnThread() {
        {
            const std::lock_guard lock{mutex_};
            is_over_ = true;
        }
        more_.notify_one();
        thread_.join();
    }
    OwnThread(const OwnThread&) = delete;
    OwnThread& operator=(const OwnThread&) = delete;

    void put(Task task) {
        {
            const std::lock_guard lock{mutex_};
            tasks_.push_back(std::move(task));
        }
        more_.notify_one();
    }

private:
    void run() {
        for (;;) {
            std::unique_lock lock{mutex_};
            more_.wait(lock, [this] { return is_over_ || !tasks_.empty(); });
            if (is_over_) return;
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
    }

    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<Task> tasks_;
    bool is_over_ = false;
    std::thread thread_; // last: it begins at once
};

Callbacks::Callbacks(Executor executor) : executor_{std::move(executor)} {
    if (executor_) return;
    own_ = std::make_shared<OwnThread>();
    executor_ = [thread = own_.get()](Task task) { thread->put(std::move(task)); };
}

void Callbacks::post(Task task) {
    executor_([gate = gate_, task = std::move(task)]() mutable {
        {
            const std::lock_guard lock{gate->mutex};
            if (gate->is_closed) return;
            ++gate->inside;
        }
        try {
            task();
        } catch (...) { // NOLINT(bugprone-empty-catch): hooks answer for theirs; an observer's concerns nobody
        }
        task = {}; // what it holds of the application goes first
        const std::lock_guard lock{gate->mutex};
        --gate->inside;
        gate->left.notify_all();
    });
}

void Callbacks::close() {
    {
        std::unique_lock lock{gate_->mutex};
        gate_->is_closed = true;
        gate_->left.wait(lock, [this] { return gate_->inside == 0; });
    }
    own_.reset();
    executor_ = [](Task) {};
}

} // namespace taleus::library
