#pragma once
// A home that a command has opened: key, settings, store, log, and a loop to run on.

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

// Owned by its command; not movable, since the loop is in it. One thread.
struct OpenHome {
    // Errors say what is wrong and what to do next.
    static Result<std::unique_ptr<OpenHome>> open(Home home, const Flags& flags);

    OpenHome(Home opened, Settings loaded, Flags by, wire::KeyPair identity);
    OpenHome(const OpenHome&) = delete;
    OpenHome& operator=(const OpenHome&) = delete;

    wire::PeerId peer() const { return wire::PeerId::of(key.public_key()); }
    library::Ground ground() {
        return {engine.executor(), engine.clock(), engine.tasks(), random, key, *journal, *store_key, *log};
    }

    Home home;
    Flags flags;
    Settings settings;
    const Config& config{settings.config};
    wire::KeyPair key;
    SystemRandom random; // of the system: any thread
    std::unique_ptr<StderrLog> log;
    Engine engine;
    std::unique_ptr<store::Journal> journal;     // set by `open`
    std::optional<protocol::StoreKey> store_key; // likewise
};

} // namespace taleus::app
