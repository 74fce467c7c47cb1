#pragma once
// The two handlers that one writes first, as baselines of the scenarios; nothing of the program uses them. They speak
// the same protocol with the same code for messages, tokens, identity and drafts, over the same journal and
// provisioner, and have what such handlers have: one step awaited after another, a deadline on reading, and no more.

#include "async/task_group.hpp"
#include "ports/identity_hook.hpp"
#include "sim/node.hpp"

#include <deque>
#include <memory>

namespace taleus::bench {

// A stock bootstrap from the first byte to the answer, in one function.
async::awaitable<void> bootstrap(sim::Node& node, ports::IdentityHook& identity, std::unique_ptr<ports::Stream> stream,
                                 async::Limit& limit);

// One session at a time, the others wait in line.
class SequentialHandler final : public ports::StreamHandler {
public:
    SequentialHandler(sim::Node& node, ports::IdentityHook& identity)
        : node_{node}, identity_{identity}, tasks_{node.process().executor(), node.process().clock} {}
    ~SequentialHandler() override;
    void on_stream(std::unique_ptr<ports::Stream> stream) override;
    std::size_t held() const { return line_.size() + tasks_.size(); }

private:
    async::awaitable<void> serve(async::Limit& limit);
    sim::Node& node_;
    ports::IdentityHook& identity_;
    std::deque<std::unique_ptr<ports::Stream>> line_;
    async::TaskGroup tasks_;
};

// A task for each stream, as many as come.
class ConcurrentHandler final : public ports::StreamHandler {
public:
    ConcurrentHandler(sim::Node& node, ports::IdentityHook& identity)
        : node_{node}, identity_{identity}, tasks_{node.process().executor(), node.process().clock} {}
    ~ConcurrentHandler() override;
    void on_stream(std::unique_ptr<ports::Stream> stream) override;
    std::size_t held() const { return tasks_.size(); }

private:
    sim::Node& node_;
    ports::IdentityHook& identity_;
    async::TaskGroup tasks_;
};

} // namespace taleus::bench
