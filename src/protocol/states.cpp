#include "protocol/states.hpp"

#include "base/ensure.hpp"

#include <array>

namespace taleus::protocol {
std::string_view outcome_text(StateName terminal) {
    constexpr std::array<std::string_view, 5> texts{"done", "rejected", "failed", "timed_out", "cancelled"};
    ensure(is_terminal(terminal), "only an end has an outcome");
    return texts[static_cast<std::size_t>(terminal) - static_cast<std::size_t>(StateName::done)];
}

} // namespace taleus::protocol
