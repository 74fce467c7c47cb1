#pragma once
// Asking a person on the terminal for a secret.

#include "base/result.hpp"

#include <string>

namespace taleus::app {

// One line from standard input, a terminal, without showing it. Whatever signal ends us meanwhile, the terminal shows
// again what is typed. `malformed` beyond `limit` bytes.
Result<std::string> ask_silently(const std::string& question, std::size_t limit);

} // namespace taleus::app
