#include "app/console.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace taleus::app {

namespace {

bool is_set(const char* name) {
    const auto* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread
    return value != nullptr && *value != '\0';
}

// Never fails: `fmt::print` would throw, and a daemon outlives whoever read its log.
void write(FILE* out, const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), out);
    std::fflush(out);
}

bool is_dumb() {
    const auto* terminal = std::getenv("TERM"); // NOLINT(concurrency-mt-unsafe)
    return terminal == nullptr || std::string_view{terminal} == "dumb";
}

} // namespace

Console::Console(bool json)
    : json_{json}, live_{::isatty(STDERR_FILENO) == 1 && !is_set("NO_COLOR") && !is_dumb()}, colour_{live_},
      colour_out_{::isatty(STDOUT_FILENO) == 1 && !is_set("NO_COLOR") && !is_dumb()} {}

void Console::data(const boost::json::object& line) const { write(stdout, boost::json::serialize(line) + "\n"); }
void Console::text(std::string_view line) const { write(stdout, std::string{line} + "\n"); }
void Console::note(std::string_view line) const { write(stderr, std::string{line} + "\n"); }

void Console::progress(std::string_view line) const {
    if (live_)
        write(stderr, fmt::format("\r\x1b[K{}", line));
    else
        note(line);
}

void Console::end_progress() const {
    if (live_) write(stderr, "\n");
}

void Console::error(const Error& error, std::string_view next) const {
    if (json_) data({{"error", {{"code", to_text(error.code)}, {"message", error.context}}}});
    note(fmt::format("{} {}", colour_ ? "\x1b[31mtaleus:\x1b[0m" : "taleus:", error.context));
    if (!next.empty()) note(fmt::format("  {}", next));
}

std::string Console::bold(std::string_view text) const {
    return colour_out_ ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string{text};
}

bool Console::is_told() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

} // namespace taleus::app
