#pragma once
// A home that a command works on: what is configured, and, where the command needs it, its store and a loop to run on.

#include "app/config.hpp"
#include "app/engine.hpp"
#include "app/home.hpp"
#include "app/log_sink.hpp"
#include "library/ground.hpp"
#include "protocol/store_key.hpp"
#include "store/journal.hpp"

#include <memory>
#include <optional>

namespace taleus::app {

// Its settings, key and log; nothing is opened. Owned by its command, not movable. One thread.
struct ConfiguredHome {
    // Errors say what is wrong and what to do next.
    static Result<std::unique_ptr<ConfiguredHome>> read(Home home, const Flags& flags);

    ConfiguredHome(Home found, Settings loaded, Flags by, wire::KeyPair identity);
    ConfiguredHome(const ConfiguredHome&) = delete;
    ConfiguredHome& operator=(const ConfiguredHome&) = delete;

    wire::PeerId peer() const { return wire::PeerId::of(key.public_key()); }

    Home home;
    Flags flags;
    Settings settings;
    const Config& config{settings.config};
    wire::KeyPair key;
    std::unique_ptr<StderrLog> log;
};

// The same with its store, for commands that work on that.
struct OpenHome : ConfiguredHome {
    static Result<std::unique_ptr<OpenHome>> open(Home home, const Flags& flags);

    using ConfiguredHome::ConfiguredHome;

    library::Ground ground() {
        return {engine.executor(), engine.clock(), engine.tasks(), random, key, *journal, *store_key, *log};
    }

    SystemRandom random; // of the system: any thread
    Engine engine;
    std::unique_ptr<store::Journal> journal;     // set by `open`
    std::optional<protocol::StoreKey> store_key; // likewise
};

} // namespace taleus::app
