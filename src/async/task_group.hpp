#pragma once
// The owner of running tasks. Nothing is detached: a task is a child of a group, the group asks its children to stop
// and waits for them. An exception that leaves a task is a bug and ends the event loop with it. One thread; the group
// must outlive its tasks, so join before destroying it.

#include "async/awaitable.hpp"
#include "async/limit.hpp"
#include "async/one_shot.hpp"
#include "base/ensure.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <list>
#include <new>
#include <utility>
#include <variant>

namespace taleus::async {

// A task for which there is no memory: it ends the loop, or only itself, where all of the group can be missed.
enum class NoMemory : bool { ends_the_loop, ends_the_task };

class TaskGroup {
public:
    TaskGroup(Executor executor, Clock& clock, NoMemory then = NoMemory::ends_the_loop)
        : executor_{executor}, clock_{clock}, no_memory_{then}, empty_{executor} {}
    ~TaskGroup() { ensure(tasks_.empty(), "a task group ended before its tasks"); }
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // `start(limit)` returns the task's awaitable<void>; it is called at once and the task runs from the event loop.
    // The returned limit lives until the task has ended. Throws what `start` throws, or bad_alloc: then there is no
    // task.
    template <class Start> Limit& spawn(Start&& start) {
        auto task = tasks_.emplace(tasks_.end(), clock_);
        if (stopping_) task->stop();
        try {
            asio::co_spawn(executor_, std::forward<Start>(start)(*task),
                           asio::bind_cancellation_slot(task->slot(), [this, task](const std::exception_ptr& failed) {
                               tasks_.erase(task);
                               if (tasks_.empty() && joining_) empty_.set({});
                               if (failed) rethrow(failed);
                           }));
        } catch (...) { // it never began: nobody may wait for its end
            tasks_.erase(task);
            throw;
        }
        return *task;
    }

    // Asks every task to stop, later ones too.
    void stop() {
        stopping_ = true;
        for (auto& task : tasks_) task.stop();
    }

    // Returns when no task is left. One caller.
    awaitable<void> join() {
        if (tasks_.empty()) co_return;
        joining_ = true;
        co_await empty_.wait();
    }

    std::size_t size() const { return tasks_.size(); }

private:
    void rethrow(const std::exception_ptr& failed) const {
        try {
            std::rethrow_exception(failed);
        } catch (const std::bad_alloc&) { // what it owned is gone, and has told whoever waits for it
            if (no_memory_ == NoMemory::ends_the_loop) throw;
        }
    }

    Executor executor_;
    Clock& clock_;
    const NoMemory no_memory_;
    std::list<Limit> tasks_;
    OneShot<std::monostate> empty_;
    bool stopping_ = false;
    bool joining_ = false;
};

} // namespace taleus::async
