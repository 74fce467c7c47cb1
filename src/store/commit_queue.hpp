#pragma once
// The one writer of a store. Calls of all shards wait in one bounded queue; its thread takes all that wait, runs each
// in a savepoint of one transaction, commits once, and only then answers each on the shard that asked. So one flush to
// disk serves many sessions, a call that fails takes nothing of the others with it, and nobody is told of what is not
// on stable storage.
//
// A transaction that conflicts with another writer's is taken back whole. Then its calls are run one by one, each
// answered when its own commit is durable. Those that are contended even so are tried again when all others have been
// answered, a bounded number of times and for a bounded time in all, with pauses of chance between. So a contended call
// holds up others of its batch by one try of its own, what waits behind the batch by that bounded time as well, and a
// call may run more than once; what it wrote the last time is all that it wrote.
//
// Calls that lock a token's row run in the order of the tokens within a batch, so that no two nodes hold what the other
// one waits for. Those of one token, and so of one session, keep their order; those that lock none come first, in
// theirs. One of which it is not known keeps its place, and none goes over it. Only a contended call is overtaken: who
// asks for two steps of a session waits for the first one's answer.
//
// Any thread may ask. The io_contexts of those who ask must outlive the queue: its thread may still be inside `post`
// when the answer has been read.

#include "async/one_shot.hpp"
#include "base/histogram.hpp"
#include "ports/journal.hpp"
#include "store/database.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace taleus::store {

// Does what a call wrote count? Not when it failed, and not when its step was not taken.
template <class T> bool is_kept(const Result<T>& outcome) { return outcome.has_value(); }
template <class T> bool is_kept(const Result<std::expected<T, ports::NotTaken>>& outcome) {
    return outcome.has_value() && outcome->has_value();
}

// Which token's row a call locks.
class Locks {
public:
    Locks() = default; // whichever it finds
    static Locks none() { return Locks{{}, true}; }
    static Locks of(std::string token) { // by its id; where that is empty, it is not known either
        const bool is_known = !token.empty();
        return Locks{std::move(token), is_known};
    }

    bool is_known() const { return is_known_; }
    const std::string& token() const { return token_; } // empty: none, where it is known

private:
    Locks(std::string token, bool is_known) : token_{std::move(token)}, is_known_{is_known} {}
    std::string token_;
    bool is_known_ = false;
};

class CommitQueue {
public:
    struct Limits {
        std::size_t waiting_max = 16'384;
        std::size_t batch_max = 256;
        bool has_thread = true; // without one, who asks runs its call itself, for a world of one thread
        Duration patience = std::chrono::seconds{4}; // with all contended calls of a batch, after one try of each
    };
    struct Counts {
        std::uint64_t calls = 0;
        std::uint64_t commits = 0;
        std::uint64_t conflicts = 0;
    };
    struct Measures {
        Histogram calls{size_bounds}; // that were taken together
        Histogram durations;          // until they were committed, conflicts and pauses included
    };
    // The last thing that each transaction does, when its calls have done theirs.
    using Seal = std::function<void(Database&)>;

    CommitQueue(std::unique_ptr<Database> database, Limits limits, Seal seal = {});
    ~CommitQueue(); // answers what waits, then ends
    CommitQueue(const CommitQueue&) = delete;
    CommitQueue& operator=(const CommitQueue&) = delete;

    // Runs `work(Database&) -> Result<T>` inside a transaction, more than once where that conflicts. `overloaded` when
    // the queue is full. An awaiting task that is interrupted loses the answer, not the effect.
    template <class Work>
    auto run(Work work, Locks locks = {}) -> async::awaitable<std::invoke_result_t<Work&, Database&>> {
        using Outcome = std::invoke_result_t<Work&, Database&>;
        const auto executor = co_await async::asio::this_coro::executor;
        auto shot = std::make_shared<async::OneShot<Outcome>>(executor);
        auto waiting = shot->wait(); // once it is submitted its answer must be heard
        if (!submit(std::make_unique<Asked<Work, Outcome>>(std::move(work), std::move(locks), executor, shot)))
            co_return Outcome{fail(Code::overloaded, "the store's queue is full")};
        co_return co_await std::move(waiting);
    }

    // A database that is away is waited for no longer. Any thread.
    void hurry() { database_->hurry(); }
    Counts counts() const { return {calls_.load(), commits_.load(), conflicts_.load()}; }
    Measures measures() const; // of all batches so far; any thread

private:
    struct Call {
        explicit Call(Locks what) : locks{std::move(what)} {}
        virtual ~Call() = default;
        virtual bool perform(Database& database) = 0; // false: take back what it wrote
        virtual void give_up(Error error) = 0;
        virtual void answer() = 0;

        const Locks locks;
        std::uint64_t number = 0; // in the order in which they were submitted
    };
    using Batch = std::vector<std::unique_ptr<Call>>;
    using Calls = std::span<const std::unique_ptr<Call>>;

    template <class Work, class Outcome> class Asked final : public Call {
    public:
        Asked(Work work, Locks locks, async::Executor executor, std::shared_ptr<async::OneShot<Outcome>> shot)
            : Call{std::move(locks)}, work_{std::move(work)}, guard_{executor}, shot_{std::move(shot)} {}
        bool perform(Database& database) override {
            outcome_ = work_(database);
            return is_kept(*outcome_);
        }
        void give_up(Error error) override { outcome_ = fail(std::move(error)); }
        void answer() override {
            const auto executor = guard_.get_executor();
            async::asio::post(executor, [shot = std::move(shot_), guard = std::move(guard_),
                                         outcome = std::move(*outcome_)]() mutable { shot->set(std::move(outcome)); });
        }

    private:
        Work work_;
        async::asio::executor_work_guard<async::Executor> guard_; // the loop stays until the answer is back
        std::shared_ptr<async::OneShot<Outcome>> shot_;
        std::optional<Outcome> outcome_;
    };

    bool submit(std::unique_ptr<Call> call);
    void serve();
    void carry_out(const Batch& batch);
    void measure(std::size_t calls, Duration took);
    Batch take(); // waits; empty: it is over
    static void put_in_order(Batch& batch);
    void commit_apart(Calls calls); // and answers them
    bool try_commit(Calls calls);   // false: a conflict; nothing was written, nothing is to be answered
    bool perform(Call& call);       // false: the transaction is gone
    void pause(int times);          // before another try; not when it is ending

    const std::unique_ptr<Database> database_;
    const Limits limits_;
    const Seal seal_;
    std::minstd_rand chance_{std::random_device{}()}; // of pauses only
    std::atomic<std::uint64_t> calls_{0};
    std::atomic<std::uint64_t> commits_{0};
    std::atomic<std::uint64_t> conflicts_{0};
    mutable std::mutex mutex_; // of what follows
    Measures measures_;
    std::condition_variable ready_;
    std::deque<std::unique_ptr<Call>> waiting_;
    std::uint64_t next_number_ = 0;
    bool ending_ = false;
    std::jthread thread_; // last: it uses what is above
};

} // namespace taleus::store
