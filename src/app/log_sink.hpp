#pragma once
// Where log lines go: stderr, as text for people or one JSON object a line for machines. When the journal reads our
// stderr each line says its priority, and leaves the time to the journal. A line is one line, whatever is in the
// message. Any thread.

#include "app/log_flood.hpp"
#include "app/log_levels.hpp"
#include "base/log.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>

namespace spdlog {
class logger;
}

namespace taleus::app {

enum class LogFormat : std::uint8_t { text, json };

class StderrLog final : public LogSink {
public:
    StderrLog(LogLevels levels, LogFormat format);
    ~StderrLog() override;

    // From now on; lines under way may still be judged by the levels before.
    void use(LogLevels levels);

    bool takes(Level level, std::string_view module) const noexcept override;
    void write(Level level, std::string_view module, std::string_view cause, std::string_view message) override;
    // Tells what was held back, where a window is over. Every line does; call it now and then for when there are none.
    void tell_held_back();

private:
    void put(Level level, std::string_view module, std::string_view message);
    void tell_held_back(Instant until);

    const LogFormat format_;
    std::unique_ptr<spdlog::logger> out_;
    std::atomic<Level> least_;
    mutable std::mutex mutex_; // of what follows
    LogLevels levels_;
    LogFlood flood_;
};

} // namespace taleus::app
