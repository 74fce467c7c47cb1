#include "store/wal_checkpointer.hpp"

#include <utility>

namespace taleus::store {

WalCheckpointer::WalCheckpointer(const Limits& limits, Pass pass)
    : limits_{limits}, pass_{std::move(pass)}, thread_{[this] { serve(); }} {}

WalCheckpointer::~WalCheckpointer() {
    {
        const std::lock_guard lock{mutex_};
        is_ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool WalCheckpointer::committed(int pages) {
    std::unique_lock lock{mutex_};
    if (pages < pages_) due_ = limits_.pass; // it began anew
    pages_ = pages;
    if (pages >= limits_.most) {
        changed_.wait(lock, [this] { return !is_wanted_; });
        return true;
    }
    if (is_wanted_) return false;
    if (std::exchange(has_little_left_, false)) return true;
    if (pages < due_) return false;
    due_ = pages + limits_.pass;
    is_wanted_ = true;
    changed_.notify_all();
    return false;
}

void WalCheckpointer::serve() {
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [this] { return is_wanted_ || is_ending_; });
        if (is_ending_) return;
        lock.unlock();
        const auto left = pass_();
        lock.lock();
        has_little_left_ = left && *left < limits_.pass && pages_ >= limits_.restart;
        is_wanted_ = false;
        changed_.notify_all();
    }
}

} // namespace taleus::store
