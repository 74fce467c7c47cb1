#pragma once
// How often somebody may call, where nobody says otherwise. Constants.

#include "guard/throttle.hpp"

#include <cstddef>

namespace taleus::library {

// The defaults: an address or a peer may do what a busy partner does, all together what a large machine bears.
constexpr guard::StageRates contact_rates() {
    constexpr std::size_t mib = 1 << 20;
    return {guard::Rates{{500, 2000}, {16 * mib, 128 * mib}}, guard::Rates{{500, 2000}, {16 * mib, 128 * mib}},
            guard::Rates{{1000, 4000}, {}}, guard::Rates{{5000, 20'000}, {64 * mib, 1024 * mib}}};
}
constexpr guard::StageRates connection_rates() {
    guard::StageRates rates{};
    rates[static_cast<std::size_t>(guard::Stage::address)].contacts = {100, 1000};
    rates[static_cast<std::size_t>(guard::Stage::global)].contacts = {2000, 10'000};
    return rates;
}

} // namespace taleus::library
