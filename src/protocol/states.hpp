#pragma once
// The names of all states of both machines, as documented: in code, logs, records, audit and metrics alike
// (docs/states/listener.md, docs/states/dialer.md).

#include <taleus/vocabulary.hpp>

#include <concepts>
#include <string_view>

namespace taleus::protocol {

using taleus::is_terminal;
using taleus::Side;
using taleus::state_from_text;
using taleus::StateName;
using taleus::to_text;

// Which states an arrow of a transition table begins in.
template <class State, class... Options>
concept one_of = (std::same_as<State, Options> || ...);

// How a session ended, as `join --json` and records say it: done, rejected, failed, timed_out, cancelled.
std::string_view outcome_text(StateName terminal);

} // namespace taleus::protocol
