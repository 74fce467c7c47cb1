#pragma once
// What must hold of every world, each by its name (docs/testing.md has the table). They know nothing of how the program
// does it: they are told by the witness, and read the homes by themselves.

#include "simulator/home_view.hpp"
#include "simulator/plan.hpp"
#include "simulator/witness.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::simulator {

struct Violation {
    std::string_view check;
    std::string what;
};

class Report {
public:
    void add(std::string_view check, std::string what) {
        if (violations.size() < 20) violations.push_back({check, std::move(what)});
    }
    std::vector<Violation> violations;
};

struct Invited { // as the world made it
    std::string token;
    std::string token_hash; // hex, as a home shows it
    PlannedInvitation plan;
    std::string home;                  // the inviter's
    std::optional<Instant> revoked_at; // from when on nobody new is let in
    bool is_revoking = false;          // it was asked for, and may have come to pass
};
struct Person {
    wire::PeerId peer;
    std::string home;
    std::string party;
    std::string cadre;
    bool is_listener = false;
};

// Everything that the checks of a world that is over are made from.
struct Facts {
    const Plan& plan;
    Witness& witness;
    std::vector<Invited> invitations;
    std::vector<Person> people;
    std::vector<HomeView> homes;
    std::map<std::string, std::set<std::string>> databases;                    // that exist, by home, by tally id
    std::map<wire::PeerId, std::vector<std::pair<Instant, Instant>>> absences; // paused or dead
    std::map<std::string, const Bytes*> files;                                 // all of the disk
};

void check_tallies(const Facts& facts, Report& report);
void check_answers(const Facts& facts, Report& report);
void check_sessions(const Facts& facts, Report& report);
void check_trails(const Facts& facts, Report& report);
void check_sums(const Facts& facts, Report& report);
void check_secrecy(const Facts& facts, Report& report);
void check_times(const Facts& facts, Report& report);
// After a crash: is what was acknowledged there?
void check_durable(const Witness& witness, const HomeView& home, Report& report);
// What the facts alone show to have been met, beside what the witness counted.
void count_rare(const Facts& facts);

} // namespace taleus::simulator
