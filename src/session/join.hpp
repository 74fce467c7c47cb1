#pragma once
// Answers an invitation: one call of `join` dials the link's addresses, runs the dialer's machine and records what
// comes of it in this home, so that repeating it after any crash ends with the same one tally. One at a time per link
// and home (the caller's lock). One shard's thread.

#include "async/awaitable.hpp"
#include "async/clock.hpp"
#include "async/limit.hpp"
#include "base/code.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "ports/draft_reader.hpp"
#include "ports/journal.hpp"
#include "ports/provisioner.hpp"
#include "ports/stream.hpp"
#include "protocol/store_key.hpp"
#include "session/observer.hpp"
#include "session/settings.hpp"
#include "wire/keys.hpp"
#include "wire/link.hpp"

#include <taleus/vocabulary.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace taleus::session {

struct JoinWorld {
    async::Clock& clock;
    Random& random;
    ports::Network& network;
    ports::Journal& journal;
    ports::Provisioner& provisioner;
    const wire::KeyPair& node;
    const protocol::StoreKey& store_key; // secrets of logins are kept under it
    SettingsSnapshot settings;           // an empty party id means the node's peer id
    Log log{};
    Observer* observer = nullptr;
    ports::DraftReader* reader = nullptr; // without one, no draft is read back
};

// One step, for people and for `--json`.
struct JoinProgress {
    protocol::StateName state = protocol::StateName::connecting; // the state that begins
    std::string address;                                         // where it happens; empty before a connection is up
    std::string text;                                            // why, when it is a repetition; escaped
};

struct JoinRequest {
    wire::Link link; // as parsed: `signer` is set when it was signed
    std::function<void(const JoinProgress&)> progress;
};

using taleus::ReceiptCheck;
using taleus::to_text;

struct JoinResult {
    protocol::StateName outcome = protocol::StateName::failed; // terminal
    std::optional<Code> code;                                  // why not DONE
    std::string reason;                                        // for people; may hold the partner's words, escaped
    bool resumed = false;                                      // answered from, or continued, what this home recorded
    std::string session_id;                                    // the listener's where it stated one, else this home's
    std::optional<ports::TallyRecord> tally;                   // as it is on record
    ReceiptCheck receipt = ReceiptCheck::none;
    std::string peer_id; // of the listener that was reached
    std::string address;
};

// Ends at the session's deadline at the latest; `limit` is the task's, by which its user interrupts it.
async::awaitable<JoinResult> join(JoinWorld& world, JoinRequest request, async::Limit& limit);

} // namespace taleus::session
