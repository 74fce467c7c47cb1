#include "app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>

namespace taleus::app {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

struct ConfigTest : testing::Test {
    std::filesystem::path file =
        std::filesystem::path{testing::TempDir()} / (std::to_string(::getpid()) + "-config_test.toml");
    ~ConfigTest() override { std::filesystem::remove(file); }

    Result<Config> load(std::string_view text, const Flags& flags = {}) {
        std::ofstream{file} << text;
        return load_config(file, flags);
    }
    std::string error_of(std::string_view text, const Flags& flags = {}) {
        const auto config = load(text, flags);
        return config ? "none" : config.error().context;
    }
};

TEST_F(ConfigTest, the_documented_file_says_nothing_and_holds_every_key) {
    const auto text = documented_config({});
    const auto config = load(text);
    ASSERT_TRUE(config) << config.error().context;
    for (const auto& key : config_keys()) {
        EXPECT_EQ(text_of(*config, key), text_of(Config{}, key));
        EXPECT_THAT(text, HasSubstr("\n#" + std::string{key.name.substr(key.name.find('.') + 1)} + " = "));
    }
}

TEST_F(ConfigTest, the_documented_file_with_every_key_uncommented_is_the_default) {
    std::string text = documented_config({});
    for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at)
        if (text[at + 2] != ' ') text.erase(at + 1, 1);
    const auto config = load(text);
    ASSERT_TRUE(config) << config.error().context;
    for (const auto& key : config_keys()) EXPECT_EQ(text_of(*config, key), text_of(Config{}, key)) << key.name;
}

// The members of the two structs are durations and nothing else, so they can be counted.
TEST_F(ConfigTest, every_timeout_of_the_protocol_has_a_key) {
    Config config;
    std::set<const Duration*> places;
    for (const auto& key : config_keys())
        if (const auto* place = std::get_if<Duration& (*)(Config&)>(&key.place)) places.insert(&(*place)(config));
    const auto check = [&](const auto& timeouts) {
        static_assert(sizeof(timeouts) % sizeof(Duration) == 0);
        const auto* first = reinterpret_cast<const Duration*>(&timeouts); // NOLINT(*-reinterpret-cast)
        for (std::size_t i = 0; i < sizeof(timeouts) / sizeof(Duration); ++i)
            EXPECT_TRUE(places.contains(first + i)) << "member " << i;
    };
    check(config.listener);
    check(config.dialer);
}

TEST_F(ConfigTest, a_later_source_wins) {
    ::setenv("TALEUS_TIMEOUTS_STEP", "3s", 1); // NOLINT(concurrency-mt-unsafe)
    const auto environment = load("[timeouts]\nstep = \"2s\"\n");
    const auto flags = load("[timeouts]\nstep = \"2s\"\n", {{"timeouts.step", "4s"}});
    ::unsetenv("TALEUS_TIMEOUTS_STEP"); // NOLINT(concurrency-mt-unsafe)
    const auto from_file = load("[timeouts]\nstep = \"2s\"\n");
    EXPECT_EQ(from_file.value().listener.step, 2s);
    EXPECT_EQ(environment.value().listener.step, 3s);
    EXPECT_EQ(flags.value().listener.step, 4s);
}

TEST_F(ConfigTest, what_no_partner_would_accept_of_the_party_is_refused) {
    EXPECT_THAT(error_of("", {{"party.id", std::string(257, 'x')}}), HasSubstr("256"));
    EXPECT_THAT(error_of("", {{"party.cadre", std::string(513, 'x')}}), HasSubstr("512"));
    EXPECT_EQ(error_of("", {{"party.id", std::string(256, 'x')}}), "none");
}

TEST_F(ConfigTest, tally_files_beside_a_shared_store_are_doubted_and_nothing_else_is) {
    const Flags shared{{"store.url", "postgres://db.example/taleus"}};
    EXPECT_EQ(doubts_of(load("", shared).value()).size(), 1U);
    EXPECT_THAT(doubts_of(load("", shared).value()).front(), HasSubstr("provisioner.kind"));
    EXPECT_TRUE(doubts_of(load("").value()).empty());
    auto by_hook = shared;
    by_hook.insert(by_hook.end(), {{"provisioner.kind", "external"}, {"provisioner.hook", "/bin/hook"}});
    EXPECT_TRUE(doubts_of(load("", by_hook).value()).empty());
}

TEST_F(ConfigTest, lists_sizes_counts_and_flags_are_read) {
    const auto config = load("[p2p]\nlisten = [\"/ip4/127.0.0.1/tcp/0\"]\nmplex = false\n"
                             "[limits]\nsessions = 7\nmessage_bytes = \"128KiB\"\n");
    ASSERT_TRUE(config) << config.error().context;
    EXPECT_EQ(config->listen, std::vector<std::string>{"/ip4/127.0.0.1/tcp/0"});
    EXPECT_FALSE(config->mplex);
    EXPECT_EQ(config->limits.sessions, 7U);
    EXPECT_EQ(config->limits.message_bytes, 128U * 1024);
}

TEST_F(ConfigTest, an_error_names_file_line_key_and_what_is_allowed) {
    EXPECT_THAT(error_of("\n[timeouts]\nstep = \"soon\"\n"),
                HasSubstr("config_test.toml:3: timeouts.step must be a duration from 10ms to 1h"));
    EXPECT_THAT(error_of("[timeouts]\nstep = 5\n"), HasSubstr("timeouts.step must be a duration"));
    EXPECT_THAT(error_of("[limits]\nsessions = 0\n"), HasSubstr(":2: limits.sessions must be a number from 1"));
    EXPECT_THAT(error_of("[limits]\nsessions = \"9\"\n"), HasSubstr("limits.sessions must be a number"));
    EXPECT_THAT(error_of("[limits]\nmessage_bytes = \"2MiB\"\n"), HasSubstr("a size from 1KiB to 1MiB"));
    EXPECT_THAT(error_of("[log]\nlevel = \"loud\"\n"), HasSubstr("one of trace, debug, info, warn, error"));
    EXPECT_THAT(error_of("[p2p]\nmplex = \"yes\"\n"), HasSubstr("p2p.mplex must be true or false"));
    EXPECT_THAT(error_of("[p2p]\nlisten = [1]\n"), HasSubstr("p2p.listen must be a list of texts"));
    EXPECT_THAT(error_of("[limits]\nsesions = 1\n"), HasSubstr(":2: unknown key limits.sesions"));
    EXPECT_THAT(error_of("[limits\n"), HasSubstr("config_test.toml:1:"));
    EXPECT_THAT(error_of("", {{"limits.sessions", "x"}}), HasSubstr("--set limits.sessions: limits.sessions must be"));
}

// A key of half a million parts ended the program, and with it a listener that read its settings again: toml++ took as
// many tables apart by recursion.
TEST_F(ConfigTest, keys_have_at_most_eight_parts) {
    const auto parts = [](std::size_t count, std::string_view part = "a") {
        std::string key{part};
        while (--count > 0) key.append(".").append(part);
        return key;
    };
    EXPECT_THAT(error_of(parts(8) + " = 1\n"), HasSubstr("unknown key a.a.a.a.a.a.a.a"));
    const auto many = parts(500'000);
    for (const auto& text : {parts(9) + " = 1", parts(9, R"("a.'")") + " = 1", parts(9, R"('"')") + " = 1",
                             many + " = 1", "[" + many + "]", "[[" + many + "]]", "x = [{y = 1, " + many + " = 1}]",
                             R"(x = {y = 'a"', )" + many + " = 1}", R"(x = {y = """"a\"""""", )" + many + " = 1}",
                             R"(x = {y = '''a\''', )" + many + " = 1}"})
        EXPECT_THAT(error_of("\n" + text), HasSubstr(":2: a key of more than eight parts")) << text.substr(0, 60);
    for (const std::string text :
         {"# a.b.c.d.e.f.g.h.i.j.k\n[party] # a.b.c.d.e.f.g.h.i.j.k\n", "[party]\nid = 'a.b.c.d.e.f.g.h.i.j.k'\n",
          R"(party = {id = "a.b.c.\".d.e.f.g.h.i"})", "party.id = '''\na.b.c.d''.'e.f.g.h.i.j.k'''"})
        EXPECT_EQ(error_of(text), "none") << text;
}

TEST_F(ConfigTest, keys_are_checked_against_one_another) {
    EXPECT_THAT(error_of("[timeouts]\nstep = \"20s\"\nsession = \"10s\"\n"),
                HasSubstr("timeouts.step must not be longer"));
    EXPECT_THAT(error_of("[p2p]\nlisten = [\"/ip4/1.2.3.4/udp/1\"]\n"),
                HasSubstr("p2p.listen: /ip4/1.2.3.4/udp/1 is not"));
}

} // namespace
} // namespace taleus::app
