#pragma once
// For blocking work that can be cut short: a wish to end that a worker's thread finds while it polls sockets, raised
// when nobody waits for its result any more.

#include "async/worker.hpp"

#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>

namespace taleus::async {

// Raised once, by any thread; never lowered.
class Interrupt {
public:
    Interrupt(); // throws `std::system_error` where no descriptor is left
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    void raise() noexcept;
    bool is_raised() const { return raised_.load(); }
    int descriptor() const { return descriptor_; } // readable from then on

private:
    int descriptor_;
    std::atomic<bool> raised_{false};
};

// Runs `call(const Interrupt&) -> Result<T>` on the worker; the interrupt is raised when the awaiting task goes on, or
// is interrupted, before the call has ended.
template <class Call>
auto run_interruptibly(Worker& worker, Call call) -> awaitable<std::invoke_result_t<Call&, const Interrupt&>> {
    struct Raise {
        std::shared_ptr<Interrupt> interrupt;
        ~Raise() { interrupt->raise(); }
    };
    const Raise raise{std::make_shared<Interrupt>()};
    auto work = [interrupt = raise.interrupt, call = std::move(call)]() mutable { return call(*interrupt); };
    auto running = worker.run(std::move(work));
    co_return co_await std::move(running);
}

} // namespace taleus::async
