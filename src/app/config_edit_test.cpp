#include "app/config_edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taleus::app {
namespace {

std::string edited(std::string_view text, std::string_view key, std::string_view value) {
    Config config;
    EXPECT_TRUE(set_from_text(config, *find_key(key), value));
    const auto out = with_setting(text, config, *find_key(key));
    return out ? *out : "refused: " + out.error().context;
}

TEST(ConfigEditTest, changes_the_value_and_nothing_else) {
    EXPECT_EQ(edited("# a\n[limits] # b\nsessions = 5 # c\nwaiting = 6\n", "limits.sessions", "7"),
              "# a\n[limits] # b\nsessions = 7 # c\nwaiting = 6\n");
    EXPECT_EQ(edited("limits.sessions = 5\n", "limits.sessions", "7"), "limits.sessions = 7\n");
    EXPECT_EQ(edited("[p2p]\nlisten = [\n  \"/ip4/1.1.1.1/tcp/1\", # é\n]\nmplex = true\n", "p2p.listen",
                     "/ip4/2.2.2.2/tcp/2"),
              "[p2p]\nlisten = [\"/ip4/2.2.2.2/tcp/2\"]\nmplex = true\n");
}

// A text with DEL was written as it was, which is no TOML, so that it could not be set.
TEST(ConfigEditTest, every_character_can_be_set) {
    for (const std::string_view text : {"\x7f", "a\x7f\x7f\u0080", "\t\b\x01\"\\'#,=", "\u2028\U0001f600"}) {
        const auto settings = settings_of(edited("", "party.id", text), "f", {});
        ASSERT_TRUE(settings);
        EXPECT_EQ(settings->config.party_id, text);
    }
}

TEST(ConfigEditTest, puts_a_new_key_where_it_is_documented) {
    EXPECT_EQ(edited("[limits]\n# About.\n#sessions = 1000\n# About.\n#waiting = 6\n", "limits.sessions", "7"),
              "[limits]\n# About.\n#sessions = 1000\nsessions = 7\n# About.\n#waiting = 6\n");
    EXPECT_EQ(edited("[limits]\nwaiting = 6\n\n[log]\n", "limits.sessions", "7"),
              "[limits]\nwaiting = 6\nsessions = 7\n\n[log]\n");
    EXPECT_EQ(edited("", "log.level", "debug"), "\n[log]\nlevel = \"debug\"\n");
}

TEST(ConfigEditTest, every_key_can_be_set_in_the_documented_file) {
    for (const auto& key : config_keys()) {
        const auto out = with_setting(documented_config({}), {}, key);
        EXPECT_TRUE(out && settings_of(*out, "f", {})) << key.name;
    }
}

TEST(ConfigEditTest, a_file_that_it_would_spoil_is_left_alone) {
    EXPECT_THAT(edited("limits = { waiting = 6 }\n", "limits.sessions", "7"), testing::StartsWith("refused"));
    EXPECT_THAT(edited("[limits\n", "limits.sessions", "7"), testing::StartsWith("refused"));
}

} // namespace
} // namespace taleus::app
