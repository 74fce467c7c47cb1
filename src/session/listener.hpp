#pragma once
// Answers peers that contact us: takes inbound streams, runs one protocol machine a contact, keeps the foil sessions
// that await their database, and ends them all in order. The composition root owns it; what it is given outlives it.
// One shard's thread; `stop` must have returned before it is destroyed.

#include "async/awaitable.hpp"
#include "async/clock.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "guard/protection.hpp"
#include "ports/draft_reader.hpp"
#include "ports/identity_hook.hpp"
#include "ports/journal.hpp"
#include "ports/provisioner.hpp"
#include "ports/stream.hpp"
#include "ports/token_hook.hpp"
#include "protocol/store_key.hpp"
#include "session/breakers.hpp"
#include "session/observer.hpp"
#include "session/settings.hpp"
#include "wire/keys.hpp"

#include <cstddef>
#include <memory>

namespace taleus::session {

struct ListenerWorld {
    async::Executor executor;
    async::Clock& clock;
    Random& random;
    ports::Journal& journal;
    ports::Provisioner& provisioner;
    const wire::KeyPair& node;
    const protocol::StoreKey& store_key; // secrets of logins are kept under it
    guard::Protection& guards;           // shared with the host
    Log log{};
    ports::IdentityHook* identity = nullptr; // without one, `external` invitations get `dependency_unavailable`
    ports::TokenHook* tokens = nullptr;      // without one, tokens that the journal has not are invalid
    Observer* observer = nullptr;
    ports::DraftReader* reader = nullptr; // without one, no draft is read back
    Breakers* breakers = nullptr;         // before those above, where they are decorated with them
};

struct ListenerCounts {
    std::size_t streams = 0;  // being served
    std::size_t waiting = 0;  // foil sessions that await their database
    std::size_t tasks = 0;    // coroutines, those included that only wait for the store
    std::size_t keys = 0;     // with a live session
    std::size_t reserved = 0; // uses, in memory
    std::size_t seats = 0;    // to wait for a database in
};

class Listener final : public ports::StreamHandler {
public:
    Listener(ListenerWorld world, SettingsSnapshot settings);
    ~Listener() override;

    // Serves a stream, or refuses it when the limits are reached or the listener drains.
    void on_stream(std::unique_ptr<ports::Stream> stream) override;

    // Takes up the foil sessions that the journal has waiting, with what is left of their time.
    async::awaitable<Result<void>> resume();
    // From now on new sessions pin these.
    void use(SettingsSnapshot settings);
    // New streams are refused with `shutting_down`; what is under way goes on.
    void drain();
    bool is_draining() const;
    // Drains; returns when every session has ended, at `grace_until` cancelling what is left. Waiting foil sessions
    // stay as they are, in the journal. May be called once; a second, impatient `hurry` shortens the grace to now.
    async::awaitable<void> stop(Instant grace_until);
    void hurry();

    ListenerCounts counts() const;

private:
    void admit(std::unique_ptr<ports::Stream> stream);
    class Shop;
    std::unique_ptr<Shop> shop_;
};

} // namespace taleus::session
