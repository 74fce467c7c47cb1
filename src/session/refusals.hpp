#pragma once
// Refusals as this listener words them: the published reason where a code has one, and when to come back exactly where
// a dialer repeats.

#include "base/code.hpp"
#include "wire/messages.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace taleus::session {

wire::Refusal refusal_of(Code code, std::string_view detail = {},
                         std::optional<std::chrono::milliseconds> retry_after = std::nullopt);

} // namespace taleus::session
