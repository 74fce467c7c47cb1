#pragma once
// Tasks of the library that wait for the application's thread. Any thread.

#include <taleus/executor.hpp>
#include <taleus/taleus.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

namespace taleus::c {

class WaitingTasks {
public:
    explicit WaitingTasks(int descriptor) : descriptor_{descriptor} {} // an eventfd, which it owns
    ~WaitingTasks();
    WaitingTasks(const WaitingTasks&) = delete;
    WaitingTasks& operator=(const WaitingTasks&) = delete;

    int descriptor() const { return descriptor_; }
    void put(Task task);
    // Runs one; false: there was none.
    bool run_one();
    // Drops those that wait, and those that come.
    void close();

private:
    const int descriptor_;
    std::mutex mutex_;
    std::deque<Task> tasks_;
    bool is_closed_ = false;
};

} // namespace taleus::c

struct taleus_queue {
    std::shared_ptr<taleus::c::WaitingTasks> tasks;
};
