#include "app/log_flood.hpp"
#include "app/log_levels.hpp"
#include "app/log_sink.hpp"
#include "base/secret.hpp"
#include "base/source_dir_test.hpp"
#include "wire/keys.hpp"

#include <boost/json/parse.hpp>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <regex>
#include <sstream>

namespace taleus::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

// A secret has no way into a line: a program that tries does not compile.
template <class T>
concept Streamed = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Logged = fmt::is_formattable<T>::value || Streamed<T> || std::convertible_to<const T&, std::string_view> ||
                 std::convertible_to<const T&, ByteView>;
static_assert(!Logged<Secret>);
static_assert(!Logged<wire::KeyPair>);
static_assert(Logged<std::string>);

LogLevels levels(std::string_view all, const std::vector<std::string>& of_modules = {}) {
    return LogLevels::parse(all, of_modules).value();
}

std::vector<std::string> captured_lines() {
    std::istringstream text{testing::internal::GetCapturedStderr()};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

std::vector<std::string> lines_of(LogFormat format, const std::function<void(StderrLog&)>& talk) {
    testing::internal::CaptureStderr();
    {
        StderrLog log{levels("info"), format};
        talk(log);
    }
    return captured_lines();
}

// The same with a stderr that $JOURNAL_STREAM names, as systemd sets it up.
std::vector<std::string> lines_of_journal(const std::function<void(StderrLog&)>& talk) {
    testing::internal::CaptureStderr();
    struct stat status{};
    EXPECT_EQ(::fstat(STDERR_FILENO, &status), 0);
    ::setenv("JOURNAL_STREAM", fmt::format("{}:{}", status.st_dev, status.st_ino).c_str(), 1); // NOLINT(concurrency-*)
    {
        StderrLog log{levels("info"), LogFormat::text};
        talk(log);
    }
    ::unsetenv("JOURNAL_STREAM"); // NOLINT(concurrency-mt-unsafe)
    return captured_lines();
}

TEST(LogLevelsTest, a_module_has_its_own_level_or_that_of_all) {
    const auto some = levels("warn", {"host=debug", "store=error"});
    EXPECT_EQ(some.of("host"), Level::debug);
    EXPECT_EQ(some.of("store"), Level::error);
    EXPECT_EQ(some.of("session"), Level::warn);
    EXPECT_EQ(some.least(), Level::debug);
}

TEST(LogLevelsTest, what_is_no_level_of_a_module_is_refused_with_what_is) {
    for (const auto* entry : {"host", "host=", "host=loud", "hosts=debug", "=debug", "host=debug=warn"}) {
        const auto parsed = LogLevels::parse("info", {entry});
        ASSERT_FALSE(parsed) << entry;
        EXPECT_THAT(parsed.error().context, HasSubstr("one of trace, debug, info, warn, error"));
        EXPECT_THAT(parsed.error().context, HasSubstr("host"));
    }
}

TEST(LogLevelsTest, every_name_that_the_program_logs_under_can_be_given_a_level) {
    const std::regex named{R"((?:Log\{\*[A-Za-z_.>-]*log,\s*|log_of\()\"([a-z]+)\")"};
    std::size_t found = 0;
    for (const auto* module : {"src/app", "src/library"}) {
        for (const auto& file : std::filesystem::directory_iterator{source_dir() / module}) {
            std::ifstream in{file.path()};
            const std::string text{std::istreambuf_iterator{in}, {}};
            for (std::sregex_iterator at{text.begin(), text.end(), named}, end; at != end; ++at, ++found)
                EXPECT_THAT(log_modules, testing::Contains((*at)[1].str())) << file.path();
        }
    }
    EXPECT_GE(found, 5U);
}

TEST(LogFloodTest, a_flood_of_one_cause_is_counted_and_hides_no_other) {
    LogFlood flood;
    const Instant start{};
    for (std::uint64_t i = 0; i < LogFlood::lines_max; ++i) EXPECT_TRUE(flood.admit("host", "a {}", start));
    for (int i = 0; i < 7; ++i) EXPECT_FALSE(flood.admit("host", "a {}", start + 1s));
    EXPECT_TRUE(flood.admit("host", "b {}", start + 1s));
    EXPECT_TRUE(flood.admit("store", "a {}", start + 1s));
    EXPECT_TRUE(flood.over(start + LogFlood::window - 1ns).empty());

    const auto held = flood.over(start + LogFlood::window);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held[0].module, "host");
    EXPECT_EQ(held[0].cause, "a {}");
    EXPECT_EQ(held[0].lines, 7U);
    EXPECT_TRUE(flood.over(start + LogFlood::window).empty()) << "told once";
    EXPECT_TRUE(flood.admit("host", "a {}", start + LogFlood::window));
}

TEST(LogFloodTest, however_many_causes_there_are_memory_is_bounded_and_none_is_lost) {
    LogFlood flood;
    const std::size_t causes = 10 * LogFlood::causes_max;
    std::size_t admitted = 0;
    for (std::size_t i = 0; i < causes; ++i) admitted += flood.admit("host", std::to_string(i), {}) ? 1 : 0;
    std::uint64_t held = 0;
    for (const auto& one : flood.over(Instant::max())) held += one.lines;
    EXPECT_EQ(admitted + held, causes);
    EXPECT_EQ(admitted, LogFlood::causes_max + LogFlood::lines_max);
}

TEST(StderrLogTest, a_line_is_one_line_whatever_it_says) {
    const auto talk = [](StderrLog& sink) { Log{sink, "host"}.warn("{}", "a\n\x1b[31mb"); };
    EXPECT_THAT(lines_of(LogFormat::text, talk), ElementsAre(HasSubstr(" warning host: a\\x0a\\x1b[31mb")));
    const auto json = lines_of(LogFormat::json, talk);
    ASSERT_EQ(json.size(), 1U);
    const auto line = boost::json::parse(json[0]);
    EXPECT_EQ(line.at("level"), "warning");
    EXPECT_EQ(line.at("module"), "host");
    EXPECT_EQ(line.at("message"), "a\n\x1b[31mb");
    EXPECT_TRUE(line.at("time").is_string());
}

TEST(StderrLogTest, the_journal_is_told_the_priority_and_only_where_it_reads) {
    const auto lines = lines_of_journal([](StderrLog& sink) {
        Log{sink, "host"}.warn("full");
        Log{sink, "host"}.error("broken");
    });
    EXPECT_THAT(lines, ElementsAre("<4>host: full", "<3>host: broken"));

    ::setenv("JOURNAL_STREAM", "1:2", 1); // NOLINT(concurrency-mt-unsafe): inherited, but stderr is another
    EXPECT_THAT(lines_of(LogFormat::text, [](StderrLog& sink) { Log{sink, "host"}.warn("full"); }),
                ElementsAre(HasSubstr("Z warning host: full")));
    ::unsetenv("JOURNAL_STREAM"); // NOLINT(concurrency-mt-unsafe)
}

TEST(StderrLogTest, levels_change_while_it_is_used) {
    const auto lines = lines_of(LogFormat::text, [](StderrLog& sink) {
        const Log host{sink, "host"};
        const Log store{sink, "store"};
        host.debug("not {}", 1);
        sink.use(levels("error", {"host=debug"}));
        host.debug("now {}", 2);
        store.warn("not {}", 3);
    });
    EXPECT_THAT(lines, ElementsAre(HasSubstr("host: now 2")));
}

TEST(StderrLogTest, what_was_held_back_is_told_at_the_end_at_the_latest) {
    const auto lines = lines_of(LogFormat::text, [](StderrLog& sink) {
        for (std::uint64_t i = 0; i < LogFlood::lines_max + 3; ++i) Log{sink, "host"}.warn("refused {}", i);
    });
    ASSERT_EQ(lines.size(), LogFlood::lines_max + 1);
    EXPECT_THAT(lines.back(), HasSubstr("host: 3 more lines of \"refused {}\" were held back"));
}

} // namespace
} // namespace taleus::app
