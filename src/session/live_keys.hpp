#pragma once
// One machine per key. The first contact of a key leads; further ones that come before its answer wait for it and get
// the same, refusal included. One that comes after a refusal waits until the lead's books are closed, and is then the
// first of a new session: what was refused leaves its key free. One thread; outlives leads and joiners.

#include "async/one_shot.hpp"
#include "base/digest.hpp"
#include "protocol/listener.hpp"
#include "session/decided_keys.hpp"
#include "wire/messages.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

namespace taleus::session {

// What a contact is told. The decision's bytes are the stored ones; `expiry` is the end of the wait for a database.
struct DecidedAnswer {
    protocol::listener::Decision decision;
    std::optional<Instant> expiry;
};
using Answer = std::variant<DecidedAnswer, wire::Refusal>;

class LiveKeys {
    using Shot = async::OneShot<std::optional<Answer>>;
    struct Entry {
        std::optional<Answer> answer;
        bool is_gone = false;
        std::list<Shot*> waiting;
        void wake(const std::optional<Answer>& with);
    };

public:
    // Held by the session that leads, until its books are closed: only then may its key have another one.
    class Lead {
    public:
        Lead(Lead&& other) noexcept
            : keys_{std::exchange(other.keys_, nullptr)}, key_{other.key_}, entry_{std::move(other.entry_)} {}
        Lead& operator=(Lead&&) = delete;
        ~Lead();

        void answer(Answer answer); // the first one counts
        bool is_answered() const { return entry_->answer.has_value(); }

    private:
        friend class LiveKeys;
        Lead(LiveKeys& keys, const BootstrapKey& key, std::shared_ptr<Entry> entry)
            : keys_{&keys}, key_{key}, entry_{std::move(entry)} {}
        LiveKeys* keys_;
        BootstrapKey key_;
        std::shared_ptr<Entry> entry_;
    };

    class Joiner {
    public:
        // nullopt: the lead is gone, enter again. Cancellable by the task's limit.
        async::awaitable<std::optional<Answer>> answer();

    private:
        friend class LiveKeys;
        explicit Joiner(std::shared_ptr<Entry> entry) : entry_{std::move(entry)} {}
        std::shared_ptr<Entry> entry_;
    };

    struct TooMany {}; // joiners

    std::variant<TooMany, Lead, Joiner> enter(const BootstrapKey& key, std::size_t joiners_max);
    std::size_t size() const { return entries_.size(); }

    // Decided here, of late: as far as is remembered.
    bool was_decided(const BootstrapKey& key) { return decided_.has(key); }
    void remember_decided(const BootstrapKey& key) { decided_.remember(key); }

private:
    std::unordered_map<BootstrapKey, std::shared_ptr<Entry>> entries_;
    DecidedKeys decided_;
};

} // namespace taleus::session
