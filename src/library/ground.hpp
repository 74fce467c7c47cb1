#pragma once
// What a node or a join stands on: an event loop, a key, a store. Whoever opened them keeps them alive. One thread.

#include "async/clock.hpp"
#include "async/task_group.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "ports/draft_reader.hpp"
#include "ports/identity_hook.hpp"
#include "ports/provisioner.hpp"
#include "ports/token_hook.hpp"
#include "protocol/store_key.hpp"
#include "session/removal.hpp"
#include "store/journal.hpp"
#include "wire/keys.hpp"
#include "wire/peer_id.hpp"

#include <memory>
#include <string_view>

namespace taleus::library {

struct Ground {
    async::Executor executor;
    async::Clock& clock;
    async::TaskGroup& tasks;
    Random& random; // of the system: any thread
    const wire::KeyPair& key;
    store::Journal& journal;
    const protocol::StoreKey& store_key;
    LogSink& log;

    wire::PeerId peer() const { return wire::PeerId::of(key.public_key()); }
    Log log_of(std::string_view module) const { return Log{log, module}; }
};

// What sessions call. Destroyed when the event loops that ask have ended but their io_contexts are still there.
struct Dependencies {
    std::shared_ptr<ports::Provisioner> provisioner;
    std::shared_ptr<ports::IdentityHook> identity; // null: none is configured
    std::shared_ptr<ports::TokenHook> tokens;      // likewise
    std::shared_ptr<ports::DraftReader> reader;    // null: drafts are not read back
};

// The removal of what sessions of this store left provisioned.
session::RemovalWorld removal_world(const Ground& ground, const Dependencies& dependencies, Duration time_to_live);

} // namespace taleus::library
