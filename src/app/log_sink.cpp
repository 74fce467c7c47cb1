#include "app/log_sink.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

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

class SpdlogSink final : public LogSink {
public:
    SpdlogSink(Level least, bool json)
        : least_{least}, json_{json}, logger_{"taleus", std::make_shared<spdlog::sinks::stderr_sink_mt>()} {
        logger_.set_level(spdlog_level(least));
        // %v is the whole line that `write` builds; only time and level are left to spdlog.
        logger_.set_pattern(json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                 : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                            spdlog::pattern_time_type::utc);
        logger_.flush_on(spdlog::level::trace);
    }

    bool takes(Level level) const noexcept override { return level >= least_; }

    void write(Level level, std::string_view module, std::string_view message) override {
        if (json_)
            logger_.log(spdlog_level(level), "\"module\":\"{}\",\"message\":{}", module,
                        boost::json::serialize(boost::json::string{message}));
        else
            logger_.log(spdlog_level(level), "{}: {}", module, message);
    }

private:
    Level least_;
    bool json_;
    spdlog::logger logger_;
};

} // namespace

std::unique_ptr<LogSink> make_log_sink(std::string_view level, std::string_view format) {
    auto least = Level::info;
    for (const auto known : {Level::trace, Level::debug, Level::info, Level::warn, Level::error})
        if (to_text(known) == level) least = known;
    return std::make_unique<SpdlogSink>(least, format == "json");
}

} // namespace taleus::app
