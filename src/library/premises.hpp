#pragma once
// A party's home, opened for the library: its lock, log, key and store, and an event loop. Owned by a listener's or a
// dialer's core; destroyed when its loop has nothing left to do.

#include "library/files.hpp"
#include "library/ground.hpp"
#include "library/loop.hpp"

#include <taleus/settings.hpp>

#include <filesystem>
#include <memory>
#include <optional>

namespace taleus::library {

// Log lines as the application takes them.
class PartyLog final : public LogSink {
public:
    PartyLog(LogTo to, LogLevel least) : to_{std::move(to)}, least_{least} {}
    bool takes(Level level, std::string_view module) const noexcept override;
    void write(Level level, std::string_view module, std::string_view cause, std::string_view message) override;

private:
    const LogTo to_;
    const LogLevel least_;
};

class Premises {
public:
    // Blocks. `malformed` when a setting makes no sense, `internal` when the home cannot be used. `log`: takes the
    // lines in place of the party's, and outlives this; may be null.
    static Result<std::unique_ptr<Premises>> open(Party party, LogSink* log);
    ~Premises() { loop.end(); }
    Premises(const Premises&) = delete;
    Premises& operator=(const Premises&) = delete;

    Ground ground() { return {loop.executor(), loop.clock(), loop.tasks(), random, key, *journal, *store_key, log}; }
    std::filesystem::path tallies() const { return party.home / "tallies"; }

    Party party;
    PartyLog party_log;
    LogSink& log;
    wire::KeyPair key;
    SystemRandom random;
    Loop loop;
    std::unique_ptr<store::Journal> journal;     // set by `open`
    std::optional<protocol::StoreKey> store_key; // likewise

private:
    Premises(Party with, LogSink* to, wire::KeyPair identity)
        : party{std::move(with)}, party_log{party.log, party.log_level}, log{to != nullptr ? *to : party_log},
          key{std::move(identity)} {}
};

} // namespace taleus::library
