#pragma once
// Sees what happens in a world, from outside of the code under test: every message, what providers were asked, what was
// recorded, every arrow, every log line. What it saw is what the checks are made against.

#include "base/log.hpp"
#include "ports/provisioner.hpp"
#include "session/observer.hpp"
#include "sim/network.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace taleus::simulator {

struct Talk { // one stream
    wire::PeerId dialer;
    wire::PeerId listener;
    std::string asked;
    std::string answered;
    bool is_asked_whole = false;
    bool is_answered = false; // with an end
    Instant opened;
    Instant asked_at; // whole
    std::optional<Instant> arrived;
    std::optional<Instant> answered_at;
    std::optional<Instant> let_go; // by the listener
};

struct Recorded { // acknowledged by the store as durable
    std::string home;
    std::string tally_id;
    std::string endpoint;
};

struct Provision {
    std::string home;
    InstanceId instance;
    std::string tally_id;
    Instant at;
};

class Witness final : public sim::Tap, public session::Observer, public LogSink {
public:
    explicit Witness(const sim::Time& time) : time_{time} {}

    // --- the network
    void opened(std::uint64_t stream, const wire::PeerId& dialer, const wire::PeerId& listener) override;
    void arrived(std::uint64_t stream) override;
    void said(std::uint64_t stream, bool by_dialer, const Bytes& bytes, bool is_end) override;
    void let_go(std::uint64_t stream, bool by_dialer) override;

    // --- sessions
    void moved(const session::Move&) override {}
    void ended(const session::Ending& ending) override;
    void resumed(std::string_view) override { ++counts["rare resumed wait"]; }
    void left(std::string_view) override {}
    void joined() override { ++counts["rare contact joined a live session"]; }
    void turned_away(Code) override { ++counts["rare turned away unread"]; }

    // --- the log
    bool takes(Level, std::string_view) const noexcept override { return true; }
    void write(Level level, std::string_view module, std::string_view cause, std::string_view message) override;

    std::map<std::uint64_t, Talk> talks;
    std::vector<Recorded> recorded;
    std::vector<Provision> provisions;
    std::string log;
    std::map<std::string, std::uint64_t, std::less<>> counts; // what was met

private:
    const sim::Time& time_;
};

} // namespace taleus::simulator
