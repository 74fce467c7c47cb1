#include "c/queue.hpp"

#include "c/error.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace taleus::c {

WaitingTasks::~WaitingTasks() { ::close(descriptor_); }

void WaitingTasks::put(Task task) {
    const std::lock_guard lock{mutex_};
    if (is_closed_) return; // the task is destroyed by the caller's frame, after the lock
    tasks_.push_back(std::move(task));
    // Under the lock, as run_one's reading: the descriptor is readable exactly while tasks wait.
    if (tasks_.size() == 1) ::eventfd_write(descriptor_, 1);
}

bool WaitingTasks::run_one() {
    Task task;
    {
        const std::lock_guard lock{mutex_};
        if (tasks_.empty()) return false;
        task = std::move(tasks_.front());
        tasks_.pop_front();
        eventfd_t ignored = 0;
        if (tasks_.empty()) ::eventfd_read(descriptor_, &ignored);
    }
    task();
    return true;
}

void WaitingTasks::close() {
    std::deque<Task> dropped; // destroyed after the lock is let go: what a task holds may want to put another
    const std::lock_guard lock{mutex_};
    is_closed_ = true;
    dropped.swap(tasks_);
}

} // namespace taleus::c

extern "C" {

taleus_code taleus_queue_create(taleus_queue** queue, taleus_error** error) {
    using namespace taleus;
    return c::giving(queue, error, []() -> Result<taleus_queue*> {
        const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (descriptor < 0) return fail(Code::internal, "no descriptor for a queue");
        return new taleus_queue{std::make_shared<c::WaitingTasks>(descriptor)};
    });
}

int taleus_queue_descriptor(const taleus_queue* queue) { return queue == nullptr ? -1 : queue->tasks->descriptor(); }

size_t taleus_queue_dispatch(taleus_queue* queue, size_t most) {
    size_t done = 0;
    while (queue != nullptr && done < most && queue->tasks->run_one()) ++done;
    return done;
}

void taleus_queue_free(taleus_queue* queue) {
    if (queue != nullptr) queue->tasks->close();
    delete queue;
}

} // extern "C"
