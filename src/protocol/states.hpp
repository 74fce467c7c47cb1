#pragma once
// The names of all states of both machines, as documented: in code, logs, records, audit and metrics alike
// (docs/states/listener.md, docs/states/dialer.md).

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taleus::protocol {

enum class Side : std::uint8_t { listener, dialer };
constexpr std::string_view to_text(Side side) { return side == Side::listener ? "listener" : "dialer"; }

enum class StateName : std::uint8_t {
    // listener
    reading_request,
    validating_token,
    validating_identity,
    // both: the side that provisions
    provisioning_database,
    // listener
    sending_response,
    awaiting_database,
    validating_database,
    sending_refusal,
    // dialer
    connecting,
    sending_contact,
    awaiting_response,
    validating_response,
    sending_database,
    awaiting_acknowledgement,
    // terminal
    done,
    rejected,
    failed,
    timed_out,
    cancelled,
};

std::string_view to_text(StateName name); // "READING_REQUEST"
std::optional<StateName> state_from_text(std::string_view text);
constexpr bool is_terminal(StateName name) { return name >= StateName::done; }

// Which states an arrow of a transition table begins in.
template <class State, class... Options>
concept one_of = (std::same_as<State, Options> || ...);

// How a session ended, as `join --json` and records say it: done, rejected, failed, timed_out, cancelled.
std::string_view outcome_text(StateName terminal);

} // namespace taleus::protocol
