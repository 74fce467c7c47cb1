#include "app/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taleus::app {

Result<Flags> Invocation::flags() const {
    Flags flags;
    for (const auto& setting : settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos)
            return fail(Code::malformed, fmt::format("--set takes KEY=VALUE, not {}", escaped(setting)));
        flags.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
    }
    return flags;
}

Exit not_opened(const Error& error, const Console& console) {
    console.error(error);
    return error.code == Code::malformed ? Exit::usage : Exit::failed;
}

Exit with_home(const Invocation& invocation, const std::function<Exit(OpenHome&, const Console&)>& command) {
    const Console console{invocation.json};
    const auto flags = invocation.flags();
    if (!flags) return not_opened(flags.error(), console);
    const auto home = OpenHome::open(Home::at(invocation.home), *flags);
    return home ? command(**home, console) : not_opened(home.error(), console);
}

Exit with_configured_home(const Invocation& invocation,
                          const std::function<Exit(ConfiguredHome&, const Console&)>& command) {
    const Console console{invocation.json};
    const auto flags = invocation.flags();
    if (!flags) return not_opened(flags.error(), console);
    const auto home = ConfiguredHome::read(Home::at(invocation.home), *flags);
    return home ? command(**home, console) : not_opened(home.error(), console);
}

std::string relative(UtcTime time, UtcTime now) {
    using namespace std::chrono;
    const bool ahead = time >= now;
    const auto distance = ahead ? time - now : now - time;
    std::string text;
    if (distance >= days{2})
        text = fmt::format("{} days", floor<days>(distance).count());
    else if (distance >= hours{2})
        text = fmt::format("{} h", floor<hours>(distance).count());
    else if (distance >= minutes{2})
        text = fmt::format("{} min", floor<minutes>(distance).count());
    else
        text = fmt::format("{} s", floor<seconds>(distance).count());
    return ahead ? "in " + text : text + " ago";
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
        out += (out.empty() ? "" : "\n") + line.substr(0, line.find_last_not_of(' ') + 1);
    }
    return out;
}

} // namespace taleus::app
