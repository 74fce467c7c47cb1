#pragma once
/// @file
/// The respondent's side: answers invitations over libp2p and keeps what came of it.

#include <taleus/export.hpp>
#include <taleus/hooks.hpp>
#include <taleus/invitation.hpp>
#include <taleus/settings.hpp>
#include <taleus/tally.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace taleus {

/// One step of a join, for people.
struct JoinProgress {
    StateName state = StateName::connecting; ///< the state that begins
    std::string address{};                   ///< where it happens; empty before a connection is up
    std::string text{};                      ///< why, when it is a repetition; printable
};

/// What to answer, and how.
struct JoinRequest {
    std::string link{};            ///< in any form that `parse_link` reads
    std::string expected_signer{}; ///< the peer id that must have signed it; empty: anyone
    bool require_signed = false;   ///< refuse a link that nobody signed
    /// Told of each step, on the hooks' executor; what it throws is dropped. May be empty.
    std::function<void(const JoinProgress&)> progress{};
};

/// What came of a join.
struct JoinResult {
    StateName outcome = StateName::failed;     ///< `done`, `rejected`, `failed`, `timed_out` or `cancelled`
    std::optional<Code> code{};                ///< why it is not `done`
    std::string reason{};                      ///< for people; may hold the partner's words, escaped
    bool resumed = false;                      ///< answered from, or continued, what this home had on record
    std::string session{};                     ///< the listener's id for it where it stated one, else this home's
    std::string address{};                     ///< where the listener was reached; empty: nowhere
    std::string peer{};                        ///< the peer id of the node that answered; empty: none did
    std::optional<Tally> tally{};              ///< exactly when the outcome is `done`
    ReceiptCheck receipt = ReceiptCheck::none; ///< the listener's proof

    /// Do both sides have the tally?
    bool is_done() const { return outcome == StateName::done; }
};

/// The request's link, taken apart, for who shows it before it is answered. `bad_link` when it is damaged or not signed
/// as requested, `malformed` when the expected signer is no peer id. Any thread; nothing is sent.
TALEUS_EXPORT Result<Link> checked_link(const JoinRequest& request);

/// A join under way, to interrupt it. A handle; any thread; may outlive its dialer.
class TALEUS_EXPORT Joining {
public:
    /// Asks it to end, `cancelled`, unless it ends first in another way. Repeating the same join later takes it up.
    /// Returns at once.
    void cancel() const;

private:
    friend class Dialer;
    struct Shared;
    explicit Joining(std::shared_ptr<Shared> shared);
    std::shared_ptr<Shared> shared_;
};

/// Answers invitations. It does its work on threads of its own and may be used from any thread; joins of different
/// links may run at the same time. Repeating a join after any failure or crash ends with the same one tally.
class TALEUS_EXPORT Dialer {
public:
    /// Opens the home. `malformed` when a setting makes no sense, `internal` when the home cannot be used.
    /// `Hooks::tokens` and `Hooks::identity` are for listeners and unused.
    static Result<Dialer> open(DialerSettings settings, Hooks hooks = {});
    /// Moving leaves an empty one, which may only be destroyed or assigned to.
    Dialer(Dialer&& other) noexcept;
    /// Ends what it was, as the destructor does.
    Dialer& operator=(Dialer&& other) noexcept;
    /// Cancels the joins under way and waits for their ends. Waits until no callback runs any more and none will; not
    /// from a callback.
    ~Dialer();

    /// This node's peer id.
    std::string peer_id() const;

    /// Answers an invitation and waits for what comes of it, for `DialerTimeouts::session` at most. Expected ends, a
    /// refusal among them, are results. `bad_link` when the link is damaged or not signed as requested, `in_progress`
    /// when this home is joining it already, `shutting_down` when the dialer ends. Not from a callback on the library's
    /// own thread.
    Result<JoinResult> join(JoinRequest request);
    /// The same without waiting: `done` is called once, on the hooks' executor, also with errors; never once the dialer
    /// is being destroyed, where it is destroyed uncalled.
    Joining join(JoinRequest request, std::move_only_function<void(Result<JoinResult>)> done);

    /// All tallies of the store, the newest first. `dependency_unavailable` when the store does not work, `timeout`
    /// after five seconds.
    Result<std::vector<Tally>> tallies();
    /// How this side gets into the database of that tally; nullopt: there is no such tally. Errors as of `tallies`.
    Result<std::optional<Login>> login(std::string tally_id);

private:
    friend struct Inside;
    class Core;
    explicit Dialer(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

} // namespace taleus
