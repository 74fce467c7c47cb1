#pragma once
// What the caller filled in, as the C++ interface has it. `malformed`, naming the place, where it makes no sense.

#include <taleus/dialer.hpp>
#include <taleus/listener.hpp>
#include <taleus/taleus.h>

#include <cstdint>
#include <string>
#include <vector>

namespace taleus::c {

inline std::string text_or_none(const char* text) { return text == nullptr ? std::string{} : std::string{text}; }

Result<Terms> terms_of(const taleus_terms* given); // null: the defaults
Result<MadeDatabase> made_of(const taleus_made_database* given);
Result<LiveSettings> live_of(const taleus_listener_timeouts* timeouts, const taleus_limits* limits);
Result<ListenerSettings> listener_settings_of(const taleus_listener_options& given);
Result<DialerSettings> dialer_settings_of(const taleus_dialer_options& given);
Result<JoinRequest> request_of(const taleus_join_options& given);
// Milliseconds, held to what nanoseconds can count.
Duration milliseconds(std::int64_t count);

} // namespace taleus::c
