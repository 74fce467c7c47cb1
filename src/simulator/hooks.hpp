#pragma once
// The application's own code as a node calls it: an identity verifier that does what it is told to, sensibly or not.

#include "ports/identity_hook.hpp"
#include "sim/node.hpp"

#include <optional>
#include <string>

namespace taleus::simulator {

// A party whose id has this in it is nobody's.
inline constexpr std::string_view false_party = "nobody";

class SimulatedVerifier final : public ports::IdentityHook {
public:
    enum class Mood : std::uint8_t { judges, fails, hangs, overruns, throws };

    explicit SimulatedVerifier(sim::Node& node) : node_{node} {}
    async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact contact, wire::PeerId peer,
                                                               ports::Call call) override;

    Mood mood = Mood::judges;
    Duration delay = std::chrono::milliseconds{2};

private:
    sim::Node& node_;
};

} // namespace taleus::simulator
