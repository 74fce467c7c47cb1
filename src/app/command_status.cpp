#include "app/ask_listener.hpp"
#include "app/commands.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace taleus::app {

namespace {

Exit not_running(const Console& console, const Home& home) {
    console.error({Code::unreachable, fmt::format("no listener runs in {}", home.path().string())},
                  "start one: taleus serve; with admin.listen = \"\" it cannot be asked");
    return Exit::failed;
}

// The document of an answer, or nothing after the error was told.
std::optional<boost::json::object> document(const Invocation& invocation, const Console& console,
                                            const ops::Ask& what) {
    const auto home = Home::at(invocation.home);
    const auto told = ask_listener(home, what);
    if (!told)
        console.error(told.error());
    else if (!*told)
        not_running(console, home);
    else if ((*told)->status >= 300)
        console.error(error_of(**told));
    else
        return (*told)->document;
    return std::nullopt;
}

std::string plain(const boost::json::value& value) {
    if (value.is_string()) return escaped(value.as_string(), 512);
    if (!value.is_array()) return boost::json::serialize(value);
    std::string list;
    for (const auto& one : value.as_array()) list += (list.empty() ? "" : "\n             ") + plain(one);
    return list;
}

void show(const Console& console, const boost::json::object& status) {
    for (const auto& [name, value] : status) {
        if (const auto* group = value.if_object()) {
            std::string line;
            for (const auto& [of, one] : *group) {
                if (one.is_object() && one.as_object().empty()) continue;
                line += fmt::format("{}{} {}", line.empty() ? "" : ", ", std::string_view{of}, plain(one));
            }
            console.text(fmt::format("{:12} {}", std::string_view{name}, line));
        } else {
            console.text(fmt::format("{:12} {}", std::string_view{name}, plain(value)));
        }
    }
}

Exit status(const Invocation& invocation) {
    const Console console{invocation.json};
    const auto told = document(invocation, console, {.target = "/v1/status"});
    if (!told) return Exit::failed;
    console.json() ? console.data(*told) : show(console, *told);
    return Exit::done;
}

Exit drain(const Invocation& invocation) {
    const Console console{invocation.json};
    const auto told = document(invocation, console, {.method = "POST", .target = "/v1/drain"});
    if (!told) return Exit::failed;
    if (console.json()) return console.data(*told), Exit::done;
    console.text(fmt::format("draining: {} sessions under way have {} ms to end; {} await their database and stay for "
                             "the next start",
                             plain(told->at("underWay")), plain(told->at("graceMs")),
                             plain(told->at("awaitingDatabase"))));
    return Exit::done;
}

} // namespace

void add_status(CLI::App& root, Invocation& invocation) {
    auto* command = root.add_subcommand("status", "the running listener at a glance");
    command->footer("Example:\n  taleus status --home alice --json");
    command->callback([&invocation] { invocation.run = [&invocation] { return status(invocation); }; });
}

void add_drain(CLI::App& root, Invocation& invocation) {
    auto* command = root.add_subcommand("drain", "end the running listener in order");
    command->footer("Example:\n  taleus drain --home alice");
    command->callback([&invocation] { invocation.run = [&invocation] { return drain(invocation); }; });
}

} // namespace taleus::app
