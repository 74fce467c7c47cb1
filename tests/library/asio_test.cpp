// Hooks and joins on an executor of the application's Asio: everything that the library calls runs in the one thread
// that runs the application's loop, and a join is awaited and cancelled there.

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>
#include <taleus/asio.hpp>
#include <taleus/taleus.hpp>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Outcome = std::optional<taleus::Result<taleus::JoinResult>>;

struct AsioTest : ::testing::Test {
    AsioTest() {
        auto name = (std::filesystem::temp_directory_path() / "taleus-asio-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }
    ~AsioTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    std::filesystem::path folder;
    asio::io_context loop;
    std::thread::id here = std::this_thread::get_id();
};

class ThreadCheck final : public taleus::IdentityCheck {
public:
    explicit ThreadCheck(std::thread::id wanted) : wanted_{wanted} {}
    void check(taleus::Call, taleus::Claim, taleus::Completion<taleus::Verdict> done) override {
        EXPECT_EQ(std::this_thread::get_id(), wanted_);
        ++calls;
        if (answers)
            done(taleus::Verdict::accept());
        else
            kept.push_back(std::move(done));
    }
    int calls = 0;
    bool answers = true;
    std::vector<taleus::Completion<taleus::Verdict>> kept;

private:
    std::thread::id wanted_;
};

asio::awaitable<void> join_and_stop(taleus::Dialer& dialer, std::string link, Outcome& outcome,
                                    asio::io_context& loop) {
    outcome = co_await taleus::asio::async_join(dialer, {.link = std::move(link)}, asio::use_awaitable);
    loop.stop();
}

TEST_F(AsioTest, hooks_and_joins_run_in_the_applications_loop) {
    const auto check = std::make_shared<ThreadCheck>(here);
    auto listener = taleus::Listener::start({.party = {.home = folder / "anna"}, .listen = {"/ip4/127.0.0.1/tcp/0"}},
                                            {.identity = check, .executor = taleus::asio::on(loop.get_executor())});
    auto dialer =
        taleus::Dialer::open({.party = {.home = folder / "bert"}}, {.executor = taleus::asio::on(loop.get_executor())});
    ASSERT_TRUE(listener && dialer);
    const auto issued = listener->invite({.requirement = taleus::Requirement::external});
    ASSERT_TRUE(issued);
    Outcome outcome;
    asio::co_spawn(loop, join_and_stop(*dialer, issued->uri, outcome, loop), asio::detached);
    const auto work = asio::make_work_guard(loop);
    loop.run();
    ASSERT_TRUE(outcome && *outcome);
    EXPECT_TRUE((*outcome)->is_done()) << (*outcome)->reason;
    EXPECT_EQ(check->calls, 1);
    EXPECT_EQ(listener->tallies()->size(), 1U);
}

TEST_F(AsioTest, slot_cancels_a_join) {
    const auto check = std::make_shared<ThreadCheck>(here);
    check->answers = false;
    auto listener = taleus::Listener::start({.party = {.home = folder / "anna"}, .listen = {"/ip4/127.0.0.1/tcp/0"}},
                                            {.identity = check, .executor = taleus::asio::on(loop.get_executor())});
    auto dialer =
        taleus::Dialer::open({.party = {.home = folder / "bert"}}, {.executor = taleus::asio::on(loop.get_executor())});
    ASSERT_TRUE(listener && dialer);
    const auto issued = listener->invite({.requirement = taleus::Requirement::external});
    Outcome outcome;
    asio::cancellation_signal cancel;
    asio::co_spawn(loop, join_and_stop(*dialer, issued->uri, outcome, loop),
                   asio::bind_cancellation_slot(cancel.slot(), asio::detached));
    const auto work = asio::make_work_guard(loop);
    while (check->kept.empty()) loop.run_one();
    cancel.emit(asio::cancellation_type::terminal);
    loop.run();
    ASSERT_TRUE(outcome && *outcome);
    EXPECT_EQ((*outcome)->outcome, taleus::StateName::cancelled);
    EXPECT_TRUE(dialer->tallies()->empty());
}

} // namespace
