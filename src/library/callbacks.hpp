#pragma once
// Calls of the application: on its executor, or on a thread of our own where it names none. What it throws stays here.

#include <taleus/executor.hpp>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace taleus::library {

class Callbacks {
public:
    explicit Callbacks(Executor executor); // empty: a thread of its own
    ~Callbacks() { close(); }
    Callbacks(const Callbacks&) = delete;
    Callbacks& operator=(const Callbacks&) = delete;

    // Any thread. Dropped once it is closed.
    void post(Task task);
    // Returns when no task runs any more, and none will. Not from one of them.
    void close();

private:
    class OwnThread;
    // What its tasks know of it, which may outlive it on the application's executor.
    struct Gate {
        std::mutex mutex;
        std::condition_variable left;
        std::size_t inside = 0;
        bool is_closed = false;
    };

    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
    std::shared_ptr<OwnThread> own_;
    Executor executor_;
};

} // namespace taleus::library
