#include "sim/failed_flush.hpp"

#include <boost/asio/post.hpp>
#include <unistd.h>

#include <atomic>

namespace taleus::sim {
namespace {

thread_local bool is_world = false;
std::atomic<bool> is_stopped{false};
std::atomic<boost::asio::io_context*> waiting{nullptr};

} // namespace

void StoppedThread::stop_here() {
    auto* loop = waiting.load();
    if (is_world || loop == nullptr) throw StoppedAtFlush{};
    is_stopped = true;
    boost::asio::post(*loop, [] {});
    for (;;) ::pause();
}

void StoppedThread::wait_in(boost::asio::io_context& loop) {
    is_world = true;
    waiting = &loop;
}

bool StoppedThread::take() { return is_stopped.exchange(false); }

} // namespace taleus::sim
