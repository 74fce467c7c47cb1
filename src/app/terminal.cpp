#include "app/terminal.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace taleus::app {

namespace {

volatile std::sig_atomic_t came = 0; // the signal that came while we asked

// While it lives, nothing typed is shown, lines may be longer than the terminal's own 4095 bytes, and signals wait.
class Silence {
public:
    Silence() {
        ::tcgetattr(STDIN_FILENO, &before_);
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        came = 0;
        struct sigaction note{};
        note.sa_handler = [](int signal) { came = signal; }; // no SA_RESTART: reading ends
        for (auto& [signal, action] : actions_) ::sigaction(signal, &note, &action);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        for (const auto& [signal, action] : actions_) ::sigaction(signal, &action, nullptr);
        if (came != 0) ::raise(came);
    }

private:
    termios before_{};
    std::array<std::pair<int, struct sigaction>, 4> actions_{
        {{SIGINT, {}}, {SIGTERM, {}}, {SIGHUP, {}}, {SIGQUIT, {}}}};
};

// The keys that a terminal in line mode knows, for it is not.
enum Key : char { end_of_input = 4, backspace = 8, kill_line = 21, delete_back = 127 };

} // namespace

Result<std::string> ask_silently(const std::string& question, std::size_t limit) {
    fmt::print(stderr, "{}", question);
    std::string line;
    {
        const Silence silence;
        for (char c = 0; came == 0 && line.size() <= limit;) {
            const auto got = ::read(STDIN_FILENO, &c, 1);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0 || c == '\n' || c == '\r' || c == end_of_input) break;
            if (c == kill_line)
                line.clear();
            else if (c != backspace && c != delete_back)
                line.push_back(c);
            else if (!line.empty())
                line.pop_back();
        }
    }
    fmt::print(stderr, "\n");
    if (line.size() > limit) return fail(Code::malformed, fmt::format("a link has at most {} bytes", limit));
    return line;
}

} // namespace taleus::app
