#include "app/home.hpp"
#include "app/program.hpp"
#include "base/descriptor.hpp"
#include "ops/address.hpp"
#include "wire/link.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

namespace taleus::app {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ProgramTest : testing::Test {
    std::filesystem::path path =
        std::filesystem::path{testing::TempDir()} / ("program_test-" + std::to_string(::getpid()));
    std::string home = (path / "home").string();
    std::string out, err;

    ProgramTest() { std::filesystem::remove_all(path); }
    ~ProgramTest() override { std::filesystem::remove_all(path); }

    int run(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "taleus");
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        const int exit = run_program(static_cast<int>(arguments.size()), arguments.data());
        out = testing::internal::GetCapturedStdout();
        err = testing::internal::GetCapturedStderr();
        return exit;
    }
    int at_home(std::vector<const char*> arguments) {
        arguments.insert(arguments.end(), {"--home", home.c_str()});
        return run(std::move(arguments));
    }
    void make_home() {
        ASSERT_EQ(at_home({"init"}), 0) << err;
        std::ofstream{path / "home" / "config.toml"} << "[p2p]\nannounce = [\"/ip4/127.0.0.1/tcp/9\"]\n";
    }
    // A link of this home's own.
    std::string link() {
        EXPECT_EQ(at_home({"invite", "create", "--role", "stock"}), 0) << err;
        return out;
    }
};

TEST_F(ProgramTest, misuse_is_told_in_json_too_and_by_its_own_name) {
    EXPECT_EQ(run({"invite", "creat", "--json"}), 2);
    const auto told = boost::json::parse(out).at("error");
    EXPECT_EQ(told.at("code"), "malformed");
    EXPECT_THAT(std::string{told.at("message").as_string()}, HasSubstr("creat"));
    EXPECT_THAT(err, HasSubstr("taleus invite --help"));

    EXPECT_EQ(run({"--nonsense"}), 2);
    EXPECT_EQ(out, "");
    EXPECT_THAT(err, HasSubstr("--nonsense"));
    EXPECT_EQ(run({}), 2);
    EXPECT_EQ(run({"invite", "create", "--help"}), 0);
    EXPECT_THAT(out, HasSubstr("Example:"));
}

TEST_F(ProgramTest, values_out_of_range_never_reach_the_store) {
    make_home();
    for (const auto* count : {"0", "18446744073709551615", "99999999999999999999"}) {
        EXPECT_EQ(at_home({"invite", "create", "--role", "stock", "--per-peer", count}), 2);
        EXPECT_EQ(at_home({"session", "list", "--limit", count}), 2);
    }
    EXPECT_EQ(at_home({"invite", "create", "--role", "stock", "--token", "sixteen bytes, \xff"}), 2);
    EXPECT_EQ(at_home({"invite", "create", "--role", "stock", "--token="}), 2);
    EXPECT_EQ(at_home({"invite", "create", "--role", "stock", "--label", "\xff"}), 2);
    EXPECT_EQ(at_home({"invite", "list", "--json"}), 0);
    EXPECT_EQ(out, "");
}

TEST_F(ProgramTest, what_cannot_be_told_is_a_failure) {
    make_home();
    const int kept = ::dup(STDOUT_FILENO);
    ASSERT_TRUE(std::freopen("/dev/full", "w", stdout));
    const char* arguments[] = {"taleus", "--help"};
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_program(2, arguments), 1);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("standard output"));
    std::clearerr(stdout);
    ::dup2(kept, STDOUT_FILENO);
    ::close(kept);
}

TEST_F(ProgramTest, a_link_in_upper_case_is_a_link_and_its_token_is_not_shown) {
    make_home();
    auto text = link();
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
    text[text.size() / 2] = '1'; // damaged
    EXPECT_EQ(at_home({"join", text.c_str(), "--json"}), 2);
    EXPECT_THAT(out, HasSubstr("bad_link"));
    EXPECT_THAT(err + out, Not(HasSubstr(text.substr(8, 20))));
}

TEST_F(ProgramTest, a_link_is_read_from_a_socket) {
    make_home();
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ASSERT_EQ(::write(ends[1], "taleus:1", 8), 8);
    ::close(ends[1]);
    const int kept = ::dup(STDIN_FILENO);
    ::dup2(ends[0], STDIN_FILENO);
    EXPECT_EQ(at_home({"join", "-", "--json"}), 2);
    EXPECT_THAT(out, HasSubstr("the link is damaged"));
    ::dup2(kept, STDIN_FILENO);
    ::close(kept);
    ::close(ends[0]);
}

TEST_F(ProgramTest, a_mistake_on_the_command_line_is_not_called_a_damaged_link) {
    make_home();
    const auto file = (path / "link").string();
    std::ofstream{file} << link();
    EXPECT_EQ(at_home({"join", file.c_str(), "--expect", "nobody"}), 2);
    EXPECT_THAT(err, Not(HasSubstr("damaged")));
    EXPECT_EQ(at_home({"join", "/no/such/file"}), 2);
    EXPECT_THAT(err, Not(HasSubstr("damaged")));
}

TEST_F(ProgramTest, an_invitation_whose_file_cannot_be_written_still_shows_its_link) {
    make_home();
    EXPECT_EQ(at_home({"invite", "create", "--role", "stock", "--out", "/no/such/place", "--json"}), 1);
    EXPECT_TRUE(wire::parse_link(std::string{boost::json::parse(out).at("uri").as_string()}));
    EXPECT_THAT(err, HasSubstr("revoke"));
}

TEST_F(ProgramTest, lists_are_newest_first) {
    make_home();
    for (const auto* label : {"one", "two"})
        ASSERT_EQ(at_home({"invite", "create", "--role", "stock", "--label", label}), 0);
    ASSERT_EQ(at_home({"invite", "list", "--json"}), 0);
    EXPECT_LT(out.find("two"), out.find("one"));
}

TEST_F(ProgramTest, a_listener_without_an_address_does_not_start) {
    make_home();
    EXPECT_EQ(at_home({"serve", "--set", "p2p.listen="}), 2);
    EXPECT_EQ(at_home({"serve", "--set", "p2p.listen=/dns4/localhost/tcp/0"}), 2);
}

// A listener of another version, as its commands see it: it has the home, and answers one question.
class OtherListener {
public:
    OtherListener(const std::filesystem::path& home, std::string body)
        : lock_{library::FileLock::try_lock(home / library::listener_lock)},
          socket_{ops::listen_at("127.0.0.1:0").value()} {
        std::ofstream{home / "admin.address"} << ops::address_of(socket_.number()) << "\n";
        answerer_ = std::jthread{[this, body = std::move(body)] {
            const Descriptor asker{::accept(socket_.number(), nullptr, nullptr)};
            std::string question;
            std::array<char, 4096> part{};
            while (!question.contains("\r\n\r\n")) {
                const auto size = ::read(asker.number(), part.data(), part.size());
                if (size <= 0) return;
                question.append(part.data(), static_cast<std::size_t>(size));
            }
            const auto answer =
                fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", body.size(), body);
            EXPECT_EQ(::write(asker.number(), answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
        }};
    }
    ~OtherListener() { ::shutdown(socket_.number(), SHUT_RD); } // nobody may have asked
    OtherListener(const OtherListener&) = delete;
    OtherListener& operator=(const OtherListener&) = delete;

private:
    Result<std::optional<library::FileLock>> lock_;
    Descriptor socket_;
    std::jthread answerer_; // last: it uses what is above
};

// Found in review: after an upgrade, and before the listener was started anew, the whole table was printed for the
// value of a new key, and the command called itself done.
TEST_F(ProgramTest, a_key_that_the_listener_does_not_know_yet_is_told) {
    make_home();
    const auto* known = R"({"settings":[{"key":"limits.sessions","value":"7","source":"file"}]})";
    {
        const OtherListener listener{home, known};
        EXPECT_EQ(at_home({"config", "get", "limits.waiting"}), 1);
        EXPECT_EQ(out, "");
        EXPECT_THAT(err, HasSubstr("the listener that runs does not know limits.waiting: restart it"));
    }
    {
        const OtherListener listener{home, known};
        EXPECT_EQ(at_home({"config", "get", "limits.waiting", "--json"}), 1);
        EXPECT_EQ(boost::json::parse(out).at("error").at("code"), "conflict");
    }
    const OtherListener listener{home, known};
    EXPECT_EQ(at_home({"config", "get", "limits.sessions"}), 0) << err;
    EXPECT_EQ(out, "7\n");
}

} // namespace
} // namespace taleus::app
