#include "app/home.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace taleus::app {
namespace {

using testing::HasSubstr;

struct HomeTest : testing::Test {
    std::filesystem::path path =
        std::filesystem::path{testing::TempDir()} / ("home_test-" + std::to_string(::getpid()));
    HomeTest() { std::filesystem::remove_all(path); }
    ~HomeTest() override { std::filesystem::remove_all(path); }
    SeededRandom random{1};
    Home home = Home::at(path.string());

    static unsigned mode_of(const std::filesystem::path& file) {
        struct stat status{};
        return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
    }
};

TEST_F(HomeTest, a_new_home_is_private_and_its_identity_comes_back) {
    const auto made = home.create(random);
    ASSERT_TRUE(made) << made.error().context;
    EXPECT_EQ(mode_of(path), 0700U);
    EXPECT_EQ(mode_of(home.tallies()), 0700U);
    EXPECT_EQ(mode_of(home.identity_file()), 0600U);
    EXPECT_EQ(mode_of(home.config_file()), 0600U);
    const auto read = home.identity();
    ASSERT_TRUE(read) << read.error().context;
    EXPECT_EQ(read->public_key(), made->public_key());
    EXPECT_TRUE(home.config({}));
}

TEST_F(HomeTest, an_identity_is_never_overwritten) {
    const auto made = home.create(random);
    ASSERT_TRUE(made);
    const auto again = home.create(random);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::conflict);
    EXPECT_EQ(home.identity()->public_key(), made->public_key());
}

TEST_F(HomeTest, a_directory_that_was_there_keeps_its_mode) {
    std::filesystem::create_directories(path);
    ::chmod(path.c_str(), 01777); // as of /tmp
    ASSERT_TRUE(home.create(random));
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 01777U);
    EXPECT_EQ(mode_of(home.tallies()), 0700U);
}

TEST_F(HomeTest, a_slash_at_the_end_makes_no_home_less_private) {
    ASSERT_TRUE(Home::at(path.string() + "/").create(random));
    EXPECT_EQ(mode_of(path), 0700U);
}

TEST_F(HomeTest, what_is_no_regular_file_is_written_to_and_not_replaced) {
    ASSERT_TRUE(home.create(random));
    const auto pipe = path / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK); // NOLINT(*-vararg)
    ASSERT_TRUE(write_file(pipe, to_bytes("link"), 0600));
    EXPECT_EQ(to_text(*read_descriptor(reader, 100, "pipe")), "link");
    EXPECT_TRUE(std::filesystem::is_fifo(pipe));
    ::close(reader);
}

TEST_F(HomeTest, what_is_no_home_says_how_to_make_one) {
    EXPECT_THAT(home.identity().error().context, HasSubstr("taleus init"));
}

TEST_F(HomeTest, a_key_that_others_may_read_is_not_used) {
    ASSERT_TRUE(home.create(random));
    ::chmod(home.identity_file().c_str(), 0644);
    EXPECT_THAT(home.identity().error().context, HasSubstr("chmod 600"));
}

// Found in review: what could not be seen was taken for what is not there, or ended the program.
TEST_F(HomeTest, what_may_not_be_read_is_said_with_whose_it_is) {
    ASSERT_TRUE(home.create(random));
    constexpr uid_t nobody = 65534;
    const bool is_root = ::geteuid() == 0; // who alone can become somebody else; others lock themselves out
    ASSERT_EQ(is_root ? ::seteuid(nobody) : ::chmod(path.c_str(), 0), 0);
    const auto key = home.identity();
    const auto config = home.config({});
    const auto token = home.admin_token();
    const auto runs = home.has_listener();
    ASSERT_EQ(is_root ? ::seteuid(0) : ::chmod(path.c_str(), 0700), 0);
    for (const auto& error : {key.error(), config.error(), token.error(), runs.error()}) {
        EXPECT_THAT(error.context, HasSubstr("Permission denied"));
        EXPECT_EQ(error.context.contains("sudo -u root"), is_root) << error.context;
        EXPECT_EQ(error.context.contains("run this as"), is_root) << "their own is theirs: " << error.context;
    }
}

TEST_F(HomeTest, what_is_not_there_and_what_cannot_be_seen_are_told_apart) {
    ASSERT_TRUE(home.create(random));
    EXPECT_EQ(is_there(home.config_file()).value(), true);
    EXPECT_EQ(is_there(path / "none").value(), false);
    EXPECT_EQ(is_there(home.config_file() / "below").value(), false);
    EXPECT_EQ(read_if_there(path / "none", 10).value(), std::nullopt);
    std::filesystem::create_symlink("loop", path / "loop");
    EXPECT_FALSE(is_there(path / "loop"));
    EXPECT_FALSE(read_if_there(path / "loop", 10));
    EXPECT_FALSE(is_there(path / std::string(300, 'x')));
}

TEST_F(HomeTest, who_asks_whether_a_listener_runs_locks_nobody_out) {
    ASSERT_TRUE(home.create(random));
    EXPECT_EQ(home.has_listener().value(), false); // nor makes the file
    const auto file = path / library::listener_lock;
    EXPECT_FALSE(std::filesystem::exists(file));
    {
        const auto lock = FileLock::try_lock(file).value();
        ASSERT_TRUE(lock);
        EXPECT_EQ(home.has_listener().value(), true);
    }
    EXPECT_EQ(home.has_listener().value(), false);
}

TEST_F(HomeTest, a_lock_excludes_its_place_only_and_ends_with_its_holder) {
    ASSERT_TRUE(home.create(random));
    const auto file = path / "some.lock";
    {
        const auto held = FileLock::try_lock(file, 7);
        ASSERT_TRUE(held && held->has_value());
        EXPECT_FALSE(FileLock::try_lock(file, 7)->has_value());
        EXPECT_TRUE(FileLock::try_lock(file, 8)->has_value());
    }
    EXPECT_TRUE(FileLock::try_lock(file, 7)->has_value());
}

TEST_F(HomeTest, a_file_is_read_up_to_its_limit) {
    ASSERT_TRUE(home.create(random));
    ASSERT_TRUE(write_file(path / "f", to_bytes("12345"), 0600));
    EXPECT_EQ(to_text(*read_file(path / "f", 5)), "12345");
    EXPECT_FALSE(read_file(path / "f", 4));
    EXPECT_FALSE(read_file(path / "none", 4));
    const std::string large(200'000, 'x'); // more than is read at first
    ASSERT_TRUE(write_file(path / "f", to_bytes(large), 0600));
    EXPECT_EQ(to_text(*read_file(path / "f", large.size())), large);
    EXPECT_FALSE(read_file(path / "f", large.size() - 1));
}

// Found in review: whoever restored a backup needed the memory that the largest there may be takes.
TEST_F(HomeTest, a_limit_takes_no_memory_that_the_file_does_not_need) {
    ASSERT_TRUE(home.create(random));
    ASSERT_TRUE(write_file(path / "f", to_bytes("12345"), 0600));
    constexpr std::size_t far_above_any_memory = std::size_t{1} << 50U;
    EXPECT_EQ(to_text(*read_file(path / "f", far_above_any_memory)), "12345");
}

TEST_F(HomeTest, a_line_of_windows_is_a_line) {
    for (const auto* text : {"a secret", "a secret\n", "a secret\r\n", "a secret\r", "a secret\r\nanother\r\n"})
        EXPECT_EQ(first_line(text), "a secret") << text;
    EXPECT_EQ(first_line("a secret\r\r\n"), "a secret\r");
    EXPECT_EQ(first_line("\r\n"), "");
    EXPECT_EQ(first_line(""), "");
}

TEST_F(HomeTest, an_admin_token_that_was_written_on_windows_is_the_same) {
    ASSERT_TRUE(home.create(random));
    const auto token = home.admin_token().value();
    ASSERT_TRUE(write_file(home.admin_token_file(), as_bytes(token + "\r\n"), 0600));
    EXPECT_EQ(home.admin_token().value(), token);
}

} // namespace
} // namespace taleus::app
