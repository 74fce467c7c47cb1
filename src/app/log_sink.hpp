#pragma once
// Where log lines go: stderr, by spdlog, as text for people or one JSON object a line for machines. Any thread.

#include "base/log.hpp"

#include <memory>
#include <string_view>

namespace taleus::app {

// `level` and `format` as in the configuration.
std::unique_ptr<LogSink> make_log_sink(std::string_view level, std::string_view format);

} // namespace taleus::app
