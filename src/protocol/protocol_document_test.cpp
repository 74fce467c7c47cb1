// Holds the tables of docs/protocol.md to the program: codes with what is repeated, and the default times.

#include "base/code.hpp"
#include "base/source_dir_test.hpp"
#include "protocol/state_tables_test.hpp"
#include "protocol/timeouts.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace taleus::protocol {
namespace {

using Row = std::vector<std::string>;

std::vector<Row> rows_of(const std::string& first_heading) {
    std::ifstream file{source_dir() / "docs/protocol.md"};
    std::vector<Row> rows;
    bool is_inside = false;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("|"))
            is_inside = false;
        else if (is_inside && !line.starts_with("|-"))
            rows.push_back(test::cells_of(line));
        else if (test::cells_of(line)[0] == first_heading)
            is_inside = true;
    }
    return rows;
}

std::string unquoted(const std::string& text) { return text.substr(1, text.size() - 2); }

TEST(ProtocolDocumentTest, every_code_is_explained_and_says_whether_it_is_repeated) {
    const auto rows = rows_of("code");
    ASSERT_EQ(rows.size(), code_texts.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(unquoted(rows[i][0]), code_texts[i]);
        EXPECT_EQ(rows[i][1] == "yes", is_repeatable(static_cast<Code>(i))) << rows[i][0];
        EXPECT_FALSE(rows[i][2].empty()) << rows[i][0];
    }
}

void expect_times(const std::string& heading, const std::map<std::string, Duration>& times) {
    const auto rows = rows_of(heading);
    EXPECT_EQ(rows.size(), times.size());
    for (const auto& row : rows) {
        const auto milliseconds = std::chrono::milliseconds{std::lround(std::stod(row[1]) * 1000)};
        EXPECT_EQ(times.at(unquoted(row[0])), milliseconds) << row[0];
    }
}

TEST(ProtocolDocumentTest, the_default_times_are_those_of_the_program) {
    const ListenerTimeouts listener;
    expect_times("listener", {{"step", listener.step},
                              {"respond", listener.respond},
                              {"session", listener.session},
                              {"await_database", listener.await_database},
                              {"refusal", listener.refusal}});
    const DialerTimeouts dialer;
    expect_times("dialer", {{"connect", dialer.connect},
                            {"step", dialer.step},
                            {"response", dialer.response},
                            {"session", dialer.session},
                            {"provision_margin", dialer.provision_margin},
                            {"provision_unknown", dialer.provision_unknown}});
}

} // namespace
} // namespace taleus::protocol
