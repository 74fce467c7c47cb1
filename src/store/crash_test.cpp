// A process that is killed while it commits: what it acknowledged is there when the store is opened again, what it did
// not is there whole or not at all.

#include "store/testing.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace taleus::store::testing {
namespace {

using wire::Role;

ports::Session session_of(int number) {
    auto made = session("s" + std::to_string(number), "token", Role::foil);
    made.party_id = made.id;
    made.key = protocol::bootstrap_key(made.token, made.peer, made.party_id);
    return made;
}

async::awaitable<void> commit_and_tell(Journal& journal, int out, int first, int step) {
    for (int number = first;; number += step) {
        auto made = session_of(number);
        auto opened = co_await journal.open_session(
            made, std::nullopt, now, trail(StateName::validating_identity, StateName::sending_response, made.id));
        made.epoch = opened.value().value().epoch;
        made.state = StateName::done;
        auto recorded = co_await journal.record_tally(made, StateName::sending_response, tally(made, "t-" + made.id),
                                                      trail(StateName::validating_database, StateName::done, made.id));
        if (!recorded.value() || ::write(out, &number, sizeof number) != sizeof number) std::_Exit(2);
    }
}

[[noreturn]] void run_until_killed(const std::filesystem::path& path, int out, int round) {
    Journal::Options options;
    if (round % 2 == 1) options.database.log_pages = 10; // killed while its log is copied back
    const auto journal = open(path, options);
    async::asio::io_context context;
    for (int task = 0; task < 8; ++task)
        async::asio::co_spawn(context, commit_and_tell(*journal, out, round * 100'000 + task, 8),
                              [](const std::exception_ptr& failed) {
                                  if (failed) std::_Exit(3);
                              });
    context.run();
    std::_Exit(4);
}

// Starts the process, reads what it acknowledged until there are `enough`, kills it, and reads the rest.
std::vector<int> acknowledged_until_killed(const std::filesystem::path& path, int round, std::size_t enough) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) run_until_killed(path, ends[1], round);
    ::close(ends[1]);
    std::vector<int> told;
    for (int number = 0; ::read(ends[0], &number, sizeof number) == sizeof number;) {
        told.push_back(number);
        if (told.size() == enough) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    return told;
}

TEST(CrashTest, what_was_acknowledged_survives_a_kill_at_any_moment) {
    Home home;
    Shard shard;
    ASSERT_TRUE(shard.ask(
        open(home.store())
            ->create_invitation(invitation("token", Role::foil, std::nullopt), record("invitation_created"))));
    std::vector<int> told;
    for (int round = 0; round < 10; ++round)
        for (const auto number :
             acknowledged_until_killed(home.store(), round, 20 + static_cast<std::size_t>(round) * 7))
            told.push_back(number);

    const auto journal = open(home.store());
    for (const auto number : told) {
        const auto made = session_of(number);
        const auto found = shard.ask(journal->look_up(made.token, made.key, made.peer));
        ASSERT_TRUE(found && std::holds_alternative<ports::Decided>(*found)) << number;
        EXPECT_EQ(shard.ask(journal->session(made.id)).value()->transitions.size(), 2U);
    }
    const auto recovered = shard.ask(journal->recover(now));
    ASSERT_TRUE(recovered);
    const auto tallies = shard.ask(journal->tallies()).value().size();
    EXPECT_GE(tallies, told.size());
    const auto usage = shard.ask(journal->invitations()).value().at(0).usage;
    EXPECT_EQ(usage.spent, tallies);
    EXPECT_EQ(usage.reserved, recovered->waiting);
    // Every record of the trail is there, and every session has as many as it has steps.
    const auto sessions = shard.ask(journal->sessions({.limit = 1'000'000})).value().size();
    EXPECT_EQ(sessions, tallies + recovered->waiting);
}

} // namespace
} // namespace taleus::store::testing
