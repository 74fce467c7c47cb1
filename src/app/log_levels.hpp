#pragma once
// Which log lines are wanted: a level for all modules, and other levels for some. A plain value.

#include "base/log.hpp"
#include "base/result.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::app {

// Every name that a line of ours can carry (`Log{sink, name}`).
inline constexpr std::array<std::string_view, 9> log_modules{"audit", "guard", "host",    "join",     "node",
                                                             "ops",   "store", "session", "provision"};

class LogLevels {
public:
    // As in the configuration: `log.level` and `log.levels`, whose entries are MODULE=LEVEL. The error says what is
    // allowed.
    static Result<LogLevels> parse(std::string_view all, const std::vector<std::string>& of_modules);

    Level of(std::string_view module) const;
    Level least() const; // nothing below it is wanted of any module

private:
    Level all_ = Level::info;
    std::map<std::string, Level, std::less<>> of_modules_;
};

} // namespace taleus::app
