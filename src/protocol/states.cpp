#include "protocol/states.hpp"

#include "base/ensure.hpp"

#include <array>

namespace taleus::protocol {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(StateName::cancelled) + 1> state_texts{
    "READING_REQUEST",
    "VALIDATING_TOKEN",
    "VALIDATING_IDENTITY",
    "PROVISIONING_DATABASE",
    "SENDING_RESPONSE",
    "AWAITING_DATABASE",
    "VALIDATING_DATABASE",
    "SENDING_REFUSAL",
    "CONNECTING",
    "SENDING_CONTACT",
    "AWAITING_RESPONSE",
    "VALIDATING_RESPONSE",
    "SENDING_DATABASE",
    "AWAITING_ACKNOWLEDGEMENT",
    "DONE",
    "REJECTED",
    "FAILED",
    "TIMED_OUT",
    "CANCELLED",
};

} // namespace

std::string_view to_text(StateName name) { return state_texts[static_cast<std::size_t>(name)]; }

std::optional<StateName> state_from_text(std::string_view text) {
    for (std::size_t i = 0; i < state_texts.size(); ++i)
        if (state_texts[i] == text) return static_cast<StateName>(i);
    return std::nullopt;
}

std::string_view outcome_text(StateName terminal) {
    constexpr std::array<std::string_view, 5> texts{"done", "rejected", "failed", "timed_out", "cancelled"};
    ensure(is_terminal(terminal), "only an end has an outcome");
    return texts[static_cast<std::size_t>(terminal) - static_cast<std::size_t>(StateName::done)];
}

} // namespace taleus::protocol
