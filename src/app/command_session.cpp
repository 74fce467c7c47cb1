#include "app/commands.hpp"
#include "app/session_json.hpp"

#include <fmt/format.h>

namespace taleus::app {

namespace {

std::string milliseconds(std::chrono::microseconds time) {
    return fmt::format("{:.1f} ms", static_cast<double>(time.count()) / 1000.0);
}

Exit list(OpenHome& home, const Console& console, std::size_t limit) {
    const auto sessions = home.engine.run(home.journal->sessions({.limit = limit}));
    if (!sessions) return console.error(sessions.error()), Exit::failed;
    if (console.json()) {
        for (const auto& session : *sessions) console.data(json_of(session));
        return Exit::done;
    }
    if (sessions->empty()) return console.note("no sessions yet"), Exit::done;
    std::vector<std::vector<std::string>> rows{{"SESSION", "SIDE", "ROLE", "STATE", "CODE", "PEER", "OPENED"}};
    for (const auto& session : *sessions)
        rows.push_back({readable(session.id, 64), std::string{protocol::to_text(session.side)},
                        std::string{wire::to_text(session.role)}, std::string{protocol::to_text(session.state)},
                        session.code ? std::string{to_text(*session.code)} : "", session.peer.to_text(),
                        to_text(session.opened)});
    console.text(table(rows));
    return Exit::done;
}

Exit show(OpenHome& home, const Console& console, const std::string& id) {
    const auto view = home.engine.run(home.journal->session(id));
    if (!view) return console.error(view.error()), Exit::failed;
    if (!*view) {
        console.error({Code::no_such_session, fmt::format("no session has the id {}", escaped(id))},
                      "list them: taleus session list");
        return Exit::failed;
    }
    if (console.json()) return console.data(json_of(**view)), Exit::done;
    const auto shown = json_of((*view)->session);
    for (const auto& [name, value] : shown)
        console.text(fmt::format("{:10} {}", std::string_view{name},
                                 value.is_string() ? readable(value.as_string(), 512)
                                 : value.as_bool() ? "yes"
                                                   : "no"));
    std::vector<std::vector<std::string>> rows{{"AT", "FROM", "TO", "CAUSE", "AFTER"}};
    for (const auto& step : (*view)->transitions)
        rows.push_back({to_text(step.at), std::string{protocol::to_text(step.from)},
                        std::string{protocol::to_text(step.to)}, step.cause, milliseconds(step.spent)});
    console.text("\n" + table(rows));
    return Exit::done;
}

} // namespace

void add_session(CLI::App& root, Invocation& invocation) {
    auto* session = root.add_subcommand("session", "live and past sessions");
    session->require_subcommand(1);
    auto limit = std::make_shared<std::size_t>(100);
    auto* listing = session->add_subcommand("list", "sessions, newest first");
    listing->add_option("--limit", *limit, "at most so many")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000'000, "a number from 1"));
    listing->footer("Example:\n  taleus session list --limit 20");
    listing->callback([&invocation, limit] {
        invocation.run = [&invocation, limit] {
            return with_home(invocation,
                             [&](OpenHome& home, const Console& console) { return list(home, console, *limit); });
        };
    });
    auto id = std::make_shared<std::string>();
    auto* showing = session->add_subcommand("show", "one session with its transitions and times");
    showing->add_option("ID", *id, "its id, or the beginning of it")->required();
    showing->footer("Example:\n  taleus session show 5b1e");
    showing->callback([&invocation, id] {
        invocation.run = [&invocation, id] {
            return with_home(invocation,
                             [&](OpenHome& home, const Console& console) { return show(home, console, *id); });
        };
    });
}

} // namespace taleus::app
