#pragma once
// Watches one listener's sessions for the settings that they are under: a session keeps those that it began with,
// whatever is changed while it is under way (`settings_kept`). Told by the world when they change.

#include "session/observer.hpp"
#include "sim/process.hpp"
#include "simulator/checks.hpp"
#include "simulator/witness.hpp"

#include <taleus/limits.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::simulator {

class SettingsWatch final : public session::Observer {
public:
    // What is given outlives it. `name` is the node's, for people.
    SettingsWatch(std::string name, const sim::Time& time, Witness& witness, Report& report)
        : name_{std::move(name)}, time_{time}, witness_{witness}, report_{report} {}

    void booted(const ListenerTimeouts& times); // a new life: what an earlier one had under way is not known
    void changed(const ListenerTimeouts& times);
    void went_on() { went_on_ = time_.now; } // after it was paused

    void moved(const session::Move& move) override;
    void ended(const session::Ending& ending) override { witness_.ended(ending); }
    void resumed(std::string_view session_id) override { witness_.resumed(session_id); }
    void left(std::string_view session_id) override { witness_.left(session_id); }
    void joined() override;
    void turned_away(Code why) override { witness_.turned_away(why); }

private:
    struct Version {
        Instant since;
        ListenerTimeouts times;
    };
    struct Way { // of a session, as far as it was watched
        Instant began;
        std::vector<Instant> read; // its contact, at one of these: before it waited for another's answer, or just now
        Instant entered;           // its present state
        Instant identifies;        // entered VALIDATING_IDENTITY
    };
    const Version* version_at(Instant began) const; // nullptr: it changed in that very moment
    void check_deadline(const session::Move& move, const Way& way);
    void check_wait(const session::Move& move, const Way& way);
    void tell(const session::Move& move, const Version& version, Duration early);

    std::string name_;
    const sim::Time& time_;
    Witness& witness_;
    Report& report_;
    std::vector<Version> versions_; // of this life, in order
    std::map<std::string, Way, std::less<>> ways_;
    std::vector<Instant> joins_; // when a contact began to wait for another's answer
    Instant went_on_{};
};

} // namespace taleus::simulator
