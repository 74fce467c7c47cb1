#include "app/live_settings.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace taleus::app {
namespace {

TEST(LiveSettingsTest, no_password_of_a_url_is_shown) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> urls{{
        {"postgres://u:secret@db.example/taleus", "postgres://***@db.example/taleus"},
        {"postgres://u:sec@ret@db.example/taleus", "postgres://***@db.example/taleus"},
        {"postgres://u:sec?ret@db.example/taleus", "postgres://***@db.example/taleus"},
        {"postgres://u:sec/ret@db.example/taleus", "postgres://***@db.example/taleus"},
        {"postgres://u:secret@db.example", "postgres://***@db.example"},
        {"postgres://db.example/t?password=secret", "postgres://db.example/t?password=***"},
        {"postgres://db.example/t?user=u&password=se@cret&sslmode=require",
         "postgres://db.example/t?user=u&password=***&sslmode=require"},
        {"postgres://u:secret@db.example/t?sslpassword=secret&p%61ssword=secret",
         "postgres://***@db.example/t?sslpassword=***&p%61ssword=***"},
    }};
    for (const auto& [url, told] : urls) EXPECT_EQ(without_password(std::string{url}), told);
}

TEST(LiveSettingsTest, what_is_no_password_is_shown) {
    for (const auto* plain : {"", "a@b", "/etc/taleus/password", "http://127.0.0.1:80/hook",
                              "postgres://db.example/t?sslmode=require&passfile=/p&x"})
        EXPECT_EQ(without_password(plain), plain);
}

} // namespace
} // namespace taleus::app
