#include "app/log_sink.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace taleus::app {

namespace {

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
    case Level::trace: return spdlog::level::trace;
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: break;
    }
    return spdlog::level::err;
}

// %* in a pattern: the priority as sd-daemon(3) has it, for the journal.
class Priority final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& line, const std::tm& /*time*/, spdlog::memory_buf_t& out) override {
        const auto priority = line.level >= spdlog::level::err    ? "<3>"
                              : line.level == spdlog::level::warn ? "<4>"
                              : line.level == spdlog::level::info ? "<6>"
                                                                  : "<7>";
        out.append(priority, priority + 3);
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Priority>(); }
};

// $JOURNAL_STREAM names the journal's socket by device and inode; it is inherited also by those whose stderr is
// another.
bool is_read_by_journal(int descriptor) {
    const auto* stream = std::getenv("JOURNAL_STREAM"); // NOLINT(concurrency-mt-unsafe): at start-up
    struct stat status{};
    return stream != nullptr && ::fstat(descriptor, &status) == 0 &&
           fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

// %v is the line that `put` builds.
std::unique_ptr<spdlog::formatter> formatter(LogFormat format, bool journal) {
    const std::string line = format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                             : journal                 ? "%v"
                                                       : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
    auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    made->add_flag<Priority>('*').set_pattern(journal ? "%*" + line : line);
    return made;
}

Instant now() { return Instant{std::chrono::steady_clock::now().time_since_epoch()}; }

// A message may hold what an error of a library says: no byte of it may end the line or speak to a terminal.
std::string on_one_line(std::string_view message) {
    std::string out;
    for (const char c : message)
        if (const auto byte = static_cast<unsigned char>(c); byte < ' ' || byte == 0x7f)
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
        else
            out.push_back(c);
    return out;
}

} // namespace

StderrLog::StderrLog(LogLevels levels, LogFormat format)
    : format_{format},
      out_{std::make_unique<spdlog::logger>("taleus", std::make_shared<spdlog::sinks::stderr_sink_mt>())},
      least_{levels.least()}, levels_{std::move(levels)} {
    out_->set_level(spdlog::level::trace); // `takes` has judged
    out_->set_formatter(formatter(format, is_read_by_journal(STDERR_FILENO)));
    out_->flush_on(spdlog::level::trace);
}

StderrLog::~StderrLog() { tell_held_back(Instant::max()); }

void StderrLog::use(LogLevels levels) {
    const std::scoped_lock lock{mutex_};
    least_ = levels.least();
    levels_ = std::move(levels);
}

bool StderrLog::takes(Level level, std::string_view module) const noexcept {
    if (level < least_.load(std::memory_order_relaxed)) return false;
    const std::scoped_lock lock{mutex_};
    return level >= levels_.of(module);
}

void StderrLog::write(Level level, std::string_view module, std::string_view cause, std::string_view message) {
    const std::scoped_lock lock{mutex_};
    tell_held_back(now());
    if (flood_.admit(module, cause, now())) put(level, module, message);
}

void StderrLog::tell_held_back() {
    const std::scoped_lock lock{mutex_};
    tell_held_back(now());
}

void StderrLog::tell_held_back(Instant until) {
    for (const auto& held : flood_.over(until))
        put(Level::warn, held.module, fmt::format("{} more lines of \"{}\" were held back", held.lines, held.cause));
}

void StderrLog::put(Level level, std::string_view module, std::string_view message) {
    if (format_ == LogFormat::json)
        out_->log(spdlog_level(level), "\"module\":\"{}\",\"message\":{}", module,
                  boost::json::serialize(boost::json::string{message}));
    else
        out_->log(spdlog_level(level), "{}: {}", module, on_one_line(message));
}

} // namespace taleus::app
