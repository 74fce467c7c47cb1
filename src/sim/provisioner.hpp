#pragma once
// A provisioner in memory with a will of its own: it takes its time, fails, hangs, heeds no cancellation, or throws.
// Idempotent by instance, as the real ones are; what it made and how often it was asked is there for tests.

#include "ports/provisioner.hpp"
#include "sim/process.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace taleus::sim {

class SimulatedProvisioner final : public ports::Provisioner {
public:
    enum class Mood : std::uint8_t {
        makes,
        fails,       // provisioning_failed
        unavailable, // dependency_unavailable
        hangs,       // until it is cancelled; nothing is made
        overruns,    // makes it, but heeds no cancellation and answers after `delay`
        late,        // has made it at once, and answers after `delay`, unless it is cancelled
        throws,
        nonsense, // names no database
    };

    // `databases` are what was made, by tally id: they outlive the process.
    SimulatedProvisioner(Process& process, std::map<std::string, wire::DatabaseAccess>& databases)
        : made{databases}, process_{process} {}

    async::awaitable<Result<ports::MadeDatabase>> provision(ports::Intent intent, ports::Call call) override;
    async::awaitable<Result<void>> remove(ports::Intent intent, ports::Call call) override;

    std::map<std::string, wire::DatabaseAccess>& made;
    std::function<void(const ports::Intent&)> on_asked;
    std::size_t asked = 0;
    Mood mood = Mood::makes;
    Duration delay = std::chrono::milliseconds{5};
    bool has_logins = false; // each party gets one, as in PostgreSQL

private:
    Process& process_;
};

} // namespace taleus::sim
