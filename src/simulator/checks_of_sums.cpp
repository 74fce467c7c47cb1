#include "simulator/checks.hpp"
#include "simulator/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// Who came is who is on record.
namespace taleus::simulator {
namespace {

// What takes something that was in memory, or keeps it from the disk.
constexpr std::array lossy{Fault::restart,        Fault::slow_store,    Fault::stuck_store, Fault::failing_store,
                           Fault::unknown_commit, Fault::full_disk,     Fault::write_error, Fault::read_error,
                           Fault::failed_flush,   Fault::death_in_write};

bool loses_nothing(const Facts& facts, const HomeView& home) {
    const bool is_struck = std::ranges::any_of(facts.plan.numbers, [&](std::size_t number) {
        return std::ranges::find(lossy, facts.plan.events[number].fault) != lossy.end();
    });
    return !is_struck && std::ranges::none_of(facts.people, [&](const Person& one) {
        return one.home == home.home && facts.absences.contains(one.peer);
    });
}

struct Sum {
    std::uint64_t sessions = 0; // one contact each
    std::uint64_t one_by_one = 0;
    std::uint64_t together = 0;  // in summaries
    std::uint64_t databases = 0; // that a session took up
    std::uint64_t joined = 0;

    std::uint64_t all() const { return sessions + one_by_one + together + databases; }
};

Sum on_record(const HomeView& home) {
    Sum sum;
    sum.sessions = static_cast<std::uint64_t>(std::ranges::count(home.sessions, "listener", &HomeView::Session::side));
    for (const auto& row : home.records)
        for (const auto& event : events_of(row)) {
            const auto kind = text_at(event, "kind");
            const auto* body = object_at(event, "body");
            if (kind == "refused" || kind == "joined" || kind == "replayed" || kind == "repeated") ++sum.one_by_one;
            if (kind == "joined") ++sum.joined;
            if (kind == "transition" && body != nullptr && text_at(*body, "to") == "VALIDATING_DATABASE")
                ++sum.databases;
            if (kind == "summary" && body != nullptr)
                for (const auto& [what, count] : *body) {
                    sum.together += count.to_number<std::uint64_t>();
                    if (what.starts_with("joined:")) sum.joined += count.to_number<std::uint64_t>();
                }
        }
    return sum;
}

} // namespace

// Of a listener that lost nothing on the way, every stream that it was handed is on record: as a session, as a database
// that one took up, by itself, or in a summary. One who joined a session that then fell to him is there twice.
void check_sums(const Facts& facts, Report& report) {
    for (const auto& home : facts.homes) {
        std::uint64_t came = 0;
        for (const auto& [number, talk] : facts.witness.talks) {
            const auto* who = person(facts, talk.listener);
            if (talk.arrived && who != nullptr && who->home == home.home) ++came;
        }
        if (came == 0 || !loses_nothing(facts, home)) continue;
        const auto sum = on_record(home);
        ++facts.witness.counts["rare home that adds up"];
        if (sum.together > 0) ++facts.witness.counts["rare refusals in a summary"];
        if (sum.all() >= came && sum.all() <= came + sum.joined) continue;
        report.add("all_on_record",
                   fmt::format("{}: {} streams came, and on record are {} sessions, {} databases, {} one by one ({} "
                               "joined), {} together",
                               home.home, came, sum.sessions, sum.databases, sum.one_by_one, sum.joined, sum.together));
    }
}

} // namespace taleus::simulator
