#include "store/wal_checkpointer.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <future>

namespace taleus::store {
namespace {

constexpr WalCheckpointer::Limits limits{.pass = 10, .restart = 30, .most = 50};

// Passes that end when the test says so, with as many pages left as it says.
struct WalCheckpointerTest : ::testing::Test {
    std::mutex mutex;
    std::condition_variable changed;
    int begun = 0;
    std::deque<std::optional<int>> answers;
    WalCheckpointer checkpointer{limits, [this] {
                                     std::unique_lock lock{mutex};
                                     ++begun;
                                     changed.notify_all();
                                     changed.wait(lock, [this] { return !answers.empty(); });
                                     const auto left = answers.front();
                                     answers.pop_front();
                                     return left;
                                 }};

    void await_pass(int number) {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return begun == number; });
    }
    void end_pass(std::optional<int> left) {
        {
            const std::lock_guard lock{mutex};
            answers.push_back(left);
        }
        changed.notify_all();
    }
    // Until the pass is over: then a commit at `most` does not wait.
    void end_pass_and_wait(std::optional<int> left, int pages) {
        end_pass(left);
        while (!checkpointer.committed(pages)) std::this_thread::yield();
    }
};

TEST_F(WalCheckpointerTest, a_pass_is_due_at_its_length_and_commits_go_on_beside_it) {
    EXPECT_FALSE(checkpointer.committed(9));
    EXPECT_FALSE(checkpointer.committed(10));
    await_pass(1);
    EXPECT_FALSE(checkpointer.committed(31)); // long enough, and it is being copied
    end_pass_and_wait(1, 32);                 // of which little is left: the writer's to copy, once
    EXPECT_FALSE(checkpointer.committed(1));  // it began anew
    EXPECT_FALSE(checkpointer.committed(9));
    const std::lock_guard lock{mutex};
    EXPECT_EQ(begun, 1);
}

TEST_F(WalCheckpointerTest, beyond_the_most_the_writer_waits_for_the_pass_and_tries_itself) {
    EXPECT_FALSE(checkpointer.committed(10));
    await_pass(1);
    auto waiting = std::async(std::launch::async, [this] { return checkpointer.committed(50); });
    end_pass(std::nullopt); // nothing could be done
    EXPECT_TRUE(waiting.get());
    EXPECT_TRUE(checkpointer.committed(51)); // and again, as long as it is not shorter
}

TEST_F(WalCheckpointerTest, a_pass_that_did_nothing_is_tried_again_after_another_length) {
    EXPECT_FALSE(checkpointer.committed(10));
    await_pass(1);
    end_pass(std::nullopt);
    for (int pages = 20; pages < limits.most; ++pages) {
        ASSERT_FALSE(checkpointer.committed(pages)) << "little is left only where a pass says so";
        std::this_thread::yield();
    }
    end_pass(0); // whether or not it has begun
    EXPECT_TRUE(checkpointer.committed(50));
}

} // namespace
} // namespace taleus::store
