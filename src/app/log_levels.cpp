#include "app/log_levels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace taleus::app {

namespace {

constexpr std::array levels{Level::trace, Level::debug, Level::info, Level::warn, Level::error};

std::optional<Level> level_of(std::string_view text) {
    for (const auto level : levels)
        if (to_text(level) == text) return level;
    return std::nullopt;
}

} // namespace

Result<LogLevels> LogLevels::parse(std::string_view all, const std::vector<std::string>& of_modules) {
    LogLevels parsed;
    if (const auto level = level_of(all); level)
        parsed.all_ = *level;
    else
        return fail(Code::malformed, fmt::format("log.level knows no {}", escaped(all)));
    for (const auto& entry : of_modules) {
        const auto equals = entry.find('=');
        const auto module = entry.substr(0, equals);
        const auto level = level_of(equals == std::string::npos ? "" : std::string_view{entry}.substr(equals + 1));
        if (!level || std::ranges::find(log_modules, module) == log_modules.end())
            return fail(Code::malformed,
                        fmt::format("log.levels: {} is not MODULE=LEVEL, where MODULE is one of {}, and LEVEL one of "
                                    "trace, debug, info, warn, error",
                                    escaped(entry), fmt::join(log_modules, ", ")));
        parsed.of_modules_[module] = *level;
    }
    return parsed;
}

Level LogLevels::of(std::string_view module) const {
    const auto found = of_modules_.find(module);
    return found == of_modules_.end() ? all_ : found->second;
}

Level LogLevels::least() const {
    auto least = all_;
    for (const auto& [module, level] : of_modules_) least = std::min(least, level);
    return least;
}

} // namespace taleus::app
