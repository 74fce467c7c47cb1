#include "async/interrupt.hpp"
#include "async/limit.hpp"
#include "async/manual_clock_test.hpp"
#include "async/own_thread.hpp"
#include "async/sleep.hpp"
#include "async/task_group.hpp"
#include "async/worker.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <future>
#include <stdexcept>
#include <string>
#include <system_error>

namespace taleus::async {
namespace {

using namespace std::chrono_literals;

struct AsyncTest : testing::Test {
    asio::io_context context;
    ManualClock clock;
    TaskGroup tasks{context.get_executor(), clock};

    void settle() {
        context.restart();
        context.poll();
    }
};

using Answer = std::expected<int, Interrupted>;

awaitable<int> sleep_then(Clock& clock, Instant at, int value) {
    co_await sleep_until(clock, at);
    co_return value;
}
awaitable<void> sleep_within(Limit& limit, Clock& clock, Duration work, Duration deadline, std::optional<Answer>& out) {
    const auto start = clock.now();
    out = co_await within(limit, start + deadline, sleep_then(clock, start + work, 7));
}
awaitable<void> two_waits(Limit& limit, Clock& clock, std::vector<Answer>& out) {
    for (int i = 0; i < 2; ++i)
        out.push_back(co_await within(limit, clock.now() + 1s, sleep_then(clock, clock.now() + 5s, i)));
}

TEST_F(AsyncTest, work_that_ends_in_time_gives_its_result) {
    std::optional<Answer> answer;
    tasks.spawn([&](Limit& limit) { return sleep_within(limit, clock, 1s, 2s, answer); });
    settle();
    clock.advance(1s);
    settle();
    EXPECT_EQ(answer, Answer{7});
    EXPECT_EQ(tasks.size(), 0U);
    EXPECT_EQ(clock.timer_count(), 0U);
}

TEST_F(AsyncTest, work_that_is_late_is_cancelled_and_the_task_can_wait_again) {
    std::vector<Answer> answers;
    tasks.spawn([&](Limit& limit) { return two_waits(limit, clock, answers); });
    for (int i = 0; i < 3; ++i) {
        settle();
        clock.advance(1s);
    }
    settle();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0], Answer{std::unexpected(Interrupted::deadline)});
    EXPECT_EQ(answers[1], Answer{std::unexpected(Interrupted::deadline)});
}

TEST_F(AsyncTest, a_stop_is_told_apart_from_a_deadline_and_lasts) {
    std::vector<Answer> answers;
    auto& limit = tasks.spawn([&](Limit& own) { return two_waits(own, clock, answers); });
    settle();
    limit.stop();
    settle();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0], Answer{std::unexpected(Interrupted::stopped)});
    EXPECT_EQ(answers[1], Answer{std::unexpected(Interrupted::stopped)});
}

awaitable<void> join_into(TaskGroup& tasks, bool& joined) {
    co_await tasks.join();
    joined = true;
}

TEST_F(AsyncTest, a_group_stops_and_joins_a_thousand_tasks) {
    std::vector<std::optional<Answer>> answers(1000);
    for (auto& answer : answers)
        tasks.spawn([&](Limit& limit) { return sleep_within(limit, clock, 10s, 20s, answer); });
    TaskGroup outer{context.get_executor(), clock};
    bool joined = false;
    outer.spawn([&](Limit&) { return join_into(tasks, joined); });
    settle();
    EXPECT_FALSE(joined);
    tasks.stop();
    settle();
    EXPECT_TRUE(joined);
    for (auto& answer : answers) EXPECT_EQ(answer, Answer{std::unexpected(Interrupted::stopped)});
}

awaitable<void> ask(Worker& worker, std::vector<Result<std::string>>& out) {
    out.push_back(co_await worker.run([] { return Result<std::string>{"done"}; }));
}

TEST_F(AsyncTest, a_worker_answers_on_the_shard_and_refuses_when_full) {
    std::vector<Result<std::string>> answers;
    {
        Worker worker{4};
        for (int i = 0; i < 3; ++i) tasks.spawn([&](Limit&) { return ask(worker, answers); });
        context.restart();
        context.run();
    }
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0], Result<std::string>{"done"});

    Worker none{0};
    tasks.spawn([&](Limit&) { return ask(none, answers); });
    context.restart();
    context.run();
    ASSERT_EQ(answers.size(), 4U);
    EXPECT_EQ(answers[3].error().code, Code::overloaded);
}

// What a call holds ends only when it is let go.
struct HeldCall {
    explicit HeldCall(std::shared_future<void> until) : let_go{std::move(until)} {}
    HeldCall(HeldCall&&) = default;
    ~HeldCall() {
        if (let_go.valid()) let_go.wait();
    }
    Result<std::string> operator()() { return Result<std::string>{"done"}; }
    std::shared_future<void> let_go;
};

awaitable<void> ask_held(Worker& worker, HeldCall call, asio::io_context& context) {
    static_cast<void>(co_await worker.run(std::move(call)));
    context.stop();
}

// `taleus invite create` ended before its invitation was written: the worker that had answered a read let go of the
// loop so late that it stopped the loop's next run.
TEST_F(AsyncTest, a_worker_that_has_answered_holds_nothing_of_the_loop) {
    std::promise<void> let_go;
    Worker worker{4};
    tasks.spawn([&](Limit&) { return ask_held(worker, HeldCall{let_go.get_future().share()}, context); });
    context.restart();
    context.run();
    settle();
    EXPECT_TRUE(context.stopped()); // no work is left, though the worker's thread is not done with the job
    let_go.set_value();
}

TEST(SystemClockTest, timers_fire_in_order) {
    asio::io_context context;
    SystemClock clock{context};
    std::string fired;
    Clock::Timer second{clock, [&] { fired += "2"; }};
    Clock::Timer first{clock, [&] { fired += "1"; }};
    Clock::Timer never{clock, [&] { fired += "x"; }};
    const auto now = clock.now();
    second.set(now + 4ms);
    never.set(now + 3ms);
    first.set(now + 2ms);
    never.clear();
    context.run();
    EXPECT_EQ(fired, "12");
}

// A dialer took a second to end: its loop waited for the deadline of a timer that was no more.
TEST(SystemClockTest, a_loop_ends_with_its_last_timer) {
    asio::io_context context;
    SystemClock clock{context};
    Clock::Timer last{clock, [] {}};
    last.set(clock.now() + 1h);
    last.clear();
    context.run_for(5s); // returns at once when there is nothing to wait for
    EXPECT_TRUE(context.stopped());
}

awaitable<int> blocking(Executor executor, std::shared_future<int> answer) {
    co_return co_await on_own_thread(executor, [answer] { return answer.get(); });
}
awaitable<void> blocking_within(Limit& limit, Executor executor, Instant at, std::shared_future<int> answer,
                                std::optional<Answer>& out) {
    out = co_await within(limit, at, blocking(executor, std::move(answer)));
}

TEST_F(AsyncTest, what_blocks_on_a_thread_of_its_own_answers) {
    std::promise<int> promise;
    const auto future = promise.get_future().share();
    std::optional<Answer> answer;
    tasks.spawn(
        [&](Limit& limit) { return blocking_within(limit, context.get_executor(), clock.now() + 1s, future, answer); });
    settle();
    EXPECT_FALSE(answer);
    promise.set_value(7);
    context.restart();
    context.run(); // returns when the answer was taken
    EXPECT_EQ(answer, Answer{7});
}

TEST_F(AsyncTest, nobody_waits_for_a_thread_that_was_left_behind) {
    std::promise<int> promise;
    const auto future = promise.get_future().share();
    std::optional<Answer> answer;
    {
        asio::io_context loop;
        TaskGroup group{loop.get_executor(), clock};
        group.spawn([&](Limit& limit) {
            return blocking_within(limit, loop.get_executor(), clock.now() + 1s, future, answer);
        });
        loop.poll();
        clock.advance(1s);
        loop.run();
        EXPECT_EQ(answer, Answer{std::unexpected(Interrupted::deadline)});
    } // the loop is gone, and the thread still waits
    promise.set_value(7);
}

// Found in review: the process ended where no descriptor was left.
TEST(InterruptTest, without_a_descriptor_it_throws) {
    const auto number_of = [](auto make) {
        try {
            make();
        } catch (const std::system_error& error) {
            return error.code().value();
        }
        return 0;
    };
    // UBSan looks at a class it has not seen yet through a pipe, for which there will be no descriptor.
    EXPECT_EQ(number_of([] { throw std::system_error{EINTR, std::generic_category()}; }), EINTR);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const Interrupt last;
    auto few = before;
    few.rlim_cur = static_cast<rlim_t>(last.descriptor()) + 1;
    ::setrlimit(RLIMIT_NOFILE, &few);
    const auto number = number_of([] { const Interrupt one_too_many; });
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(number, EMFILE);
}

} // namespace
} // namespace taleus::async
