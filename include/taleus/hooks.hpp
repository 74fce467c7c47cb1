#pragma once
/// @file
/// What only the application can know or do, as interfaces to implement: which tokens exist elsewhere, who somebody is,
/// and where databases are made. All have sensible defaults; implement what is yours.
///
/// Every hook is a question with a `Completion`, which is answered:
///
/// - once: that is the answer; from any thread, before the call returns or later.
/// - late: after `Call::deadline` nobody waits any more, and the answer is dropped. A database that was made all the
///   same is found again by the same idempotency key, or removed when its time to live is over.
/// - twice: the first answer counts, any other is ignored.
/// - never: the session ends at its deadline (`timeout`), and nothing else is held up.
/// - by dropping it, when every copy of the completion is gone unanswered: `dependency_unavailable`, at once.
/// - by an `Error`: the code counts as each hook says; the context is for the log and never sent.
/// - by throwing: `dependency_unavailable`, unless it was answered before.
///
/// `Call::cancelled` is requested when nobody waits any more: at the deadline, when the partner went away, or when the
/// listener ends. Heeding it spares work; ignoring it is harmless. Failures and time-outs open the hook's circuit
/// breaker (docs/protection.md); what a hook says of a partner (an unknown token, a refused identity) is a good answer
/// and does not.
///
/// Threads: hooks are called on `Hooks::executor`, never on two threads for the same call, and on several at once only
/// if the executor does so. Ownership: the listener or dialer shares the hooks and calls none after it was destroyed; a
/// completion may outlive it, and then does nothing.

#include <taleus/events.hpp>
#include <taleus/executor.hpp>
#include <taleus/invitation.hpp>
#include <taleus/limits.hpp>
#include <taleus/result.hpp>
#include <taleus/tally.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taleus {

/// On whose behalf a hook is called. A value; any thread.
struct Call {
    /// The session's key, 64 hex digits: the same token, peer and party have the same one at every try, after a restart
    /// and at every node of the inviter. Empty where there is no session: when an abandoned database is removed.
    std::string session_key{};
    /// Names what is asked about, 64 hex digits: the same at every repetition, and another one for anything else that
    /// this hook is asked about. A token, a claim, a database: give the same answer, make nothing twice.
    std::string idempotency_key{};
    UtcTime deadline{};          ///< when nobody waits any more, by the calendar of the listener or dialer
    Duration allowed{};          ///< the same, counted from when the question was asked
    std::stop_token cancelled{}; ///< requested when nobody waits any more, at the deadline at the latest
};

/// Takes the answer to one question, once. A handle: copies answer the same question. Any thread; never blocks, never
/// throws.
template <class T> class Completion {
public:
    /// Calls `deliver` with the first answer, on the thread that gives it; when every copy is gone without one, with
    /// `dependency_unavailable`. Also for trying a hook on its own in a test.
    explicit Completion(std::move_only_function<void(Result<T>)> deliver)
        : state_{std::make_shared<State>(std::move(deliver))} {}

    /// The answer. Ignored when there was one.
    void operator()(Result<T> answer) const { state_->answer(std::move(answer)); }
    /// No answer, and why.
    void fail(Code code, std::string context) const {
        state_->answer(Result<T>{std::unexpected(Error{code, std::move(context)})});
    }
    /// Was an answer given?
    bool is_answered() const { return state_->answered.load(); }

private:
    struct State {
        explicit State(std::move_only_function<void(Result<T>)> to) : deliver{std::move(to)} {}
        State(const State&) = delete;
        State& operator=(const State&) = delete;
        ~State() {
            answer(Result<T>{std::unexpected(Error{Code::dependency_unavailable, "the hook dropped its completion"})});
        }
        void answer(Result<T> value) {
            if (!answered.exchange(true)) deliver(std::move(value));
        }
        std::atomic<bool> answered{false};
        std::move_only_function<void(Result<T>)> deliver;
    };
    std::shared_ptr<State> state_;
};

/// Knows tokens that this listener did not make, for an application that keeps its invitations elsewhere.
class TokenSource {
public:
    virtual ~TokenSource() = default;
    /// What does this token grant? nullopt: it is unknown, and the respondent is told `invalid_token`. It is asked for
    /// once: then the store has the invitation and counts its uses, and `Terms::valid_for` counts from now. One
    /// without an end may have the greatest `Terms::expiry` there is. An error: `dependency_unavailable`, after which
    /// the respondent tries again.
    virtual void find(Call call, std::string token, Completion<std::optional<Terms>> done) = 0;
};

/// Whom a respondent claims to be. What it stated is its text.
struct Claim {
    std::string peer_id{};            ///< proven by the secure channel
    std::string party_id{};           ///< stated; 1 to 256 bytes
    std::string identity_bundle{};    ///< stated: any JSON, as text, within the message's limit
    std::vector<std::string> cadre{}; ///< where its nodes are, as it says; at most 64 of at most 512 bytes
};

/// Accepts a claim or refuses it.
struct Verdict {
    bool accepted = false; ///< else the respondent is told `Invalid identity` and no more
    std::string reason{};  ///< why it was refused, for one's own records; at most 1 KiB is kept

    /// It is who it claims to be.
    static Verdict accept() { return {.accepted = true, .reason = {}}; }
    /// It is not, or it does not show so.
    static Verdict refuse(std::string why) { return {.accepted = false, .reason = std::move(why)}; }
};

/// Decides on claims, for invitations with `Requirement::external`. Without one they are refused with
/// `dependency_unavailable`.
class IdentityCheck {
public:
    virtual ~IdentityCheck() = default;
    /// Is it who it claims to be? An error: `dependency_unavailable`, after which the respondent tries again.
    virtual void check(Call call, Claim claim, Completion<Verdict> done) = 0;
};

/// A database to be made.
struct Order {
    std::string tally_id{}; ///< the tally that will live in it
    std::string draft{};    ///< its signed draft, JSON text, to be written into it
    /// A password to give this side's login, if the database has logins: the same at each repetition. Secret.
    std::string own_password{};
    std::string partner_password{}; ///< likewise for the partner's login
};

/// A database that was made.
struct MadeDatabase {
    Database database{};     ///< as the partner is told
    std::string own_login{}; ///< this side's login, at most 512 bytes; empty: it asks for none
    bool has_logins = false; ///< the passwords of the order were given to the two logins
};

/// Makes the databases in which tallies live, and removes those that nobody completed. Called on the side that holds
/// stock. The default makes SQLite files in the home.
class Provisioner {
public:
    virtual ~Provisioner() = default;
    /// Makes the database of this idempotency key, or finds it again: the same key gives the same database, however
    /// often it is asked for. `provisioning_failed` when it cannot be made, `dependency_unavailable` when it may work
    /// later.
    virtual void provision(Call call, Order order, Completion<MadeDatabase> done) = 0;
    /// Removes what was made of it, if anything: nobody completed it, and its time to live is over. Not called for a
    /// database that became a tally's. One that was not answered in time is asked for again, so it may come late, when
    /// the same key was provisioned anew: what the key has for another tally than the order's stays. An error: it is
    /// asked for again later.
    virtual void remove(Call call, Order order, Completion<void> done) = 0;
};

/// What a listener or a dialer calls. Shared with it until it is destroyed; the same may serve several.
struct Hooks {
    std::shared_ptr<TokenSource> tokens{};      ///< listener; null: only invitations of the store are known
    std::shared_ptr<IdentityCheck> identity{};  ///< listener; null: no invitation can require `external`
    std::shared_ptr<Provisioner> provisioner{}; ///< both; null: SQLite files in the home
    std::shared_ptr<Observer> observer{};       ///< both; null: nobody watches
    Executor executor{};                        ///< where they are called; empty: a thread of the library's own
    std::size_t events_waiting_max = 10'000;    ///< events that may wait for the observer; more are dropped and counted
};

} // namespace taleus
