#pragma once
/// @file
/// The inviter's side: answers respondents over libp2p, makes and lists invitations, and ends in order.

#include <taleus/export.hpp>
#include <taleus/health.hpp>
#include <taleus/hooks.hpp>
#include <taleus/invitation.hpp>
#include <taleus/settings.hpp>
#include <taleus/tally.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus {

/// A listener that runs. It does its work on threads of its own and may be used from any thread. What returns a
/// `Result` waits for the store, for a few milliseconds as a rule and five seconds at most (`timeout`); called from one
/// of its own callbacks it waits likewise, as those run on another thread.
///
/// Errors that every such function may have: `timeout`, `internal`, `dependency_unavailable` (the store does not work)
/// and `shutting_down` (`stop` was called).
class TALEUS_EXPORT Listener {
public:
    /// Opens the home, takes up what an earlier run left, and listens. Waits for all of that: migrating a large store
    /// may take minutes. `malformed` when a setting makes no sense, `conflict` when another one runs in this home or
    /// under this key or somebody has the port, `dependency_unavailable` when this machine does not give an address to
    /// listen on, `overloaded` when it has no room for one, `internal` when the home cannot be used; the context says
    /// what to do.
    static Result<Listener> start(ListenerSettings settings, Hooks hooks = {});
    /// Moving leaves an empty one, which may only be destroyed or assigned to.
    Listener(Listener&& other) noexcept;
    /// Ends what it was, as the destructor does.
    Listener& operator=(Listener&& other) noexcept;
    /// Ends at once what `stop` would end in order. Waits until no callback runs any more and none will; not from a
    /// callback.
    ~Listener();

    /// This node's peer id.
    std::string peer_id() const;
    /// What it listens on, with the real ports, each ending in /p2p and its peer id.
    std::vector<std::string> listening() const;
    /// What links carry.
    std::vector<std::string> announced() const;

    /// Makes an invitation, durably. `token`: the secret of the link, 1 to 512 bytes of UTF-8; empty: 128 random bits.
    /// `malformed` when the terms make no sense, `conflict` when the token was used before.
    Result<Issued> invite(const Terms& terms = {}, std::string token = {});
    /// The link of an invitation that the application keeps itself and tells of by its `TokenSource`: nothing is
    /// recorded. Errors as of `invite`, without `conflict`.
    Result<Issued> link(const Terms& terms, std::string token);
    /// All invitations, the newest first.
    Result<std::vector<Invitation>> invitations();
    /// Takes an invitation back: contacts that come from now on are refused, what was decided stays. By its id, or a
    /// prefix that only it has. False: there is none.
    Result<bool> revoke(std::string id);

    /// All tallies of the store, the newest first.
    Result<std::vector<Tally>> tallies();
    /// How this side gets into the database of that tally; nullopt: there is no such tally.
    Result<std::optional<Login>> login(std::string tally_id);

    /// Does it take new sessions? Returns at once.
    Health health() const;
    /// As of now. `timeout` when the listener does not answer.
    Result<Counts> counts();
    /// All metrics, in the OpenMetrics text format (docs/operations.md lists them). `timeout` when the listener does
    /// not answer.
    Result<std::string> metrics();

    /// From now on new sessions and connections have these. `malformed` when they make no sense: then nothing was
    /// changed.
    Result<void> change(const LiveSettings& settings);

    /// New sessions are refused with `shutting_down`, which makes respondents try again; those under way go on. Returns
    /// at once.
    void drain();
    /// Drains, and waits until all sessions have ended; those that have not after `grace` are cut off. Sessions that
    /// await a database stay in the store for the next start. Not from a callback. Once; then only const functions and
    /// the destructor.
    void stop(Duration grace = std::chrono::seconds{30});
    /// Cuts off the sessions under way, as when the grace of a `stop` is over: for an impatient second signal, while
    /// another thread waits in `stop`. Returns at once.
    void hurry();

private:
    friend struct Inside;
    class Core;
    explicit Listener(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

} // namespace taleus
