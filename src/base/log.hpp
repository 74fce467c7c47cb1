#pragma once
// The log front: what every layer may say, without knowing where it goes. Text from a partner is escaped here, and a
// `Secret` has no formatter, so neither can reach a log line in the clear.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace taleus {

enum class Level : std::uint8_t { trace, debug, info, warn, error };
std::string_view to_text(Level level);

// Where log lines end. Any thread may write.
class LogSink {
public:
    virtual ~LogSink() = default;
    virtual bool takes(Level level, std::string_view module) const noexcept = 0;
    // `cause` is the format that the message was made by: the same for every line of one place of the program, so that
    // a flood of them is known for one.
    virtual void write(Level level, std::string_view module, std::string_view cause, std::string_view message) = 0;
};

// Printable form of text that came from outside: control, quote, backslash and non-ASCII bytes as \xNN, at most `limit`
// bytes of input.
std::string escaped(std::string_view text, std::size_t limit = 128);

// The same for people: UTF-8, quotes and backslashes stay as they are, so that what is shown can be read and copied.
// \xNN is what is no UTF-8, and the bytes of characters that speak to a terminal or turn the line about: controls, ends
// of lines and marks of direction. No character is cut in two.
std::string readable(std::string_view text, std::size_t limit = 128);

// A module's handle on the log; cheap to copy. The sink outlives it; without one nothing is written.
class Log {
public:
    Log() = default;
    Log(LogSink& sink, std::string_view module) : sink_{&sink}, module_{module} {}

    template <class... Args> void write(Level level, fmt::format_string<Args...> format, Args&&... args) const {
        if (sink_ != nullptr && sink_->takes(level, module_)) vwrite(level, format, fmt::make_format_args(args...));
    }
    template <class... Args> void debug(fmt::format_string<Args...> format, Args&&... args) const {
        write(Level::debug, format, std::forward<Args>(args)...);
    }
    template <class... Args> void info(fmt::format_string<Args...> format, Args&&... args) const {
        write(Level::info, format, std::forward<Args>(args)...);
    }
    template <class... Args> void warn(fmt::format_string<Args...> format, Args&&... args) const {
        write(Level::warn, format, std::forward<Args>(args)...);
    }
    template <class... Args> void error(fmt::format_string<Args...> format, Args&&... args) const {
        write(Level::error, format, std::forward<Args>(args)...);
    }

private:
    void vwrite(Level level, fmt::string_view format, fmt::format_args args) const;

    LogSink* sink_ = nullptr;
    std::string_view module_;
};

} // namespace taleus
