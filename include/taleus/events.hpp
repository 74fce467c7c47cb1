#pragma once
/// @file
/// What an application may watch: sessions as they go from state to state, and how each ends. What must not be lost is
/// in the store and its audit trail; events are for dashboards, notifications and tests.

#include <taleus/code.hpp>
#include <taleus/limits.hpp>
#include <taleus/vocabulary.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace taleus {

/// One arrow that a session took.
struct Transition {
    std::string session{};                       ///< its id; empty before its first message was read
    Side side = Side::listener;                  ///< whose machine
    StateName from = StateName::reading_request; ///< the state that it left
    StateName to = StateName::reading_request;   ///< the state that it entered
    std::string cause{};                         ///< the event's name, as in docs/states
    Duration spent{};                            ///< how long it was in `from`
};

/// The end of a session, or of a stream that never had one.
struct Ending {
    std::string session{};               ///< its id; empty: nothing was understood of what it sent
    Side side = Side::listener;          ///< whose machine
    std::optional<Role> role{};          ///< the inviter's; nullopt: no invitation was known
    StateName outcome = StateName::done; ///< terminal
    std::optional<Code> code{};          ///< why it did not end `done`
    Duration lasted{};                   ///< from its first byte to its end
};

/// Watches sessions. Called on the hooks' executor, so it may block without holding up a session; it is asked nothing,
/// and what it throws is dropped. Events that wait for it are bounded (`Hooks::events_waiting_max`): beyond that they
/// are dropped and counted in `Counts::events_dropped`. It may be called until its listener or dialer has been
/// destroyed.
class Observer {
public:
    virtual ~Observer() = default;
    /// A session went from one state to another.
    virtual void transition(const Transition& /*what*/) {}
    /// A session is over.
    virtual void ended(const Ending& /*what*/) {}
    /// Somebody was refused before anything was read of it.
    virtual void turned_away(Code /*why*/) {}
};

} // namespace taleus
