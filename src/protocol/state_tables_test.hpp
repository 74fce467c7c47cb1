#pragma once
// Reads the tables of docs/states/*.md, for the tests that compare them with the machines.

#include "protocol/states.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace taleus::protocol::test {

struct StateRow { // of the table of states
    std::string effect;
    std::string time;
    std::set<std::string> leads_to;
};

struct StateTables {
    std::map<std::string, StateRow> states;
    std::map<std::pair<std::string, std::string>, std::string> cells; // {state, event} -> cell
};

inline std::string trimmed(std::string text) {
    text.erase(0, text.find_first_not_of(' '));
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

inline std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts{""};
    for (const char c : text)
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    for (auto& part : parts) part = trimmed(part);
    return parts;
}

inline std::vector<std::string> cells_of(const std::string& line) {
    return split(line.substr(1, line.size() - 2), '|');
}

// A name without its variant: `SENDING_RESPONSE (foil)` -> `SENDING_RESPONSE`.
inline std::string base_name(const std::string& name) { return name.substr(0, name.find(" (")); }

inline void read_row(StateTables& tables, const std::vector<std::string>& head, const std::vector<std::string>& row) {
    ASSERT_EQ(row.size(), head.size()) << row[0];
    if (head[0] == "state") {
        const auto targets = split(row[4], ',');
        StateRow state{row[2], row[3], {targets.begin(), targets.end()}};
        if (row[4] == "none") state.leads_to.clear();
        EXPECT_TRUE(tables.states.emplace(row[0], std::move(state)).second) << row[0] << " is listed twice";
    } else if (head[0] == "event") {
        for (std::size_t i = 1; i < row.size(); ++i)
            EXPECT_TRUE(tables.cells.emplace(std::pair{head[i], row[0]}, row[i]).second) << head[i] << " × " << row[0];
    }
}

inline StateTables read_state_tables(const std::filesystem::path& path) {
    std::ifstream file{path};
    EXPECT_TRUE(file) << path << " cannot be read";
    StateTables tables;
    std::vector<std::string> head;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("|"))
            head.clear();
        else if (head.empty())
            head = cells_of(line);
        else if (!line.starts_with("|-"))
            read_row(tables, head, cells_of(line));
    }
    return tables;
}

// The names of a table's states or events, without their variants.
inline std::set<std::string> documented_states(const StateTables& tables) {
    std::set<std::string> names;
    for (const auto& [where, cell] : tables.cells) names.insert(base_name(where.first));
    return names;
}
inline std::set<std::string> documented_events(const StateTables& tables) {
    std::set<std::string> names;
    for (const auto& [where, cell] : tables.cells) names.insert(base_name(where.second));
    return names;
}

} // namespace taleus::protocol::test
