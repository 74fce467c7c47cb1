#pragma once
// What a public dialer is made of. Its members are made in this order and end in the opposite one, after the loop has.

#include "library/crew.hpp"
#include "library/inside.hpp"
#include "library/line.hpp"
#include "library/settings.hpp"

#include <taleus/dialer.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace taleus {

// A join, as its handle knows it. On the loop, save where it says.
struct Joining::Shared {
    explicit Shared(std::shared_ptr<library::Line> to) : line{std::move(to)} {}
    const std::shared_ptr<library::Line> line; // any thread
    async::Limit* limit = nullptr;             // while it runs
    bool is_cancelled = false;
};

class Dialer::Core {
public:
    using Done = std::move_only_function<void(Result<JoinResult>)>;

    static Result<std::unique_ptr<Core>> open(DialerSettings settings, const Hooks& hooks,
                                              const library::Beyond& beyond);
    Core(std::unique_ptr<library::Premises> premises, library::NodeSettings settings, const Hooks& hooks);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    // The application is told of no end any more. Any thread.
    bool is_ending() const { return is_ending_; }
    // `done` is called on the loop, or at once with why nothing was begun.
    std::shared_ptr<Joining::Shared> join(JoinRequest request, Done done);

    const std::unique_ptr<library::Premises> premises;
    library::NodeSettings settings;
    library::Crew crew;

private:
    struct Task;
    static async::awaitable<void> run(Core& core, std::shared_ptr<Joining::Shared> shared, std::unique_ptr<Task> task,
                                      async::Limit& limit);
    async::awaitable<Result<JoinResult>> joined(const Task& task, async::Limit& limit);
    async::awaitable<Result<void>> open_here();
    async::awaitable<void> close_here();

    std::atomic<bool> is_ending_ = false;
    std::optional<library::Outfit> outfit_; // there from `open` on
    async::TaskGroup joins_;
    std::shared_ptr<library::Line> line_;
};

} // namespace taleus
