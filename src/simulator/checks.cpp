#include "simulator/checks.hpp"

#include "simulator/hooks.hpp"
#include "simulator/reading.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

// Of tallies, answers and time; sessions and trails are in checks_of_records.cpp.
namespace taleus::simulator {
namespace {

namespace json = boost::json;

template <class Rows> const HomeView::Tally* find_tally(const Rows& tallies, std::string_view tally_id) {
    const auto found = std::ranges::find(tallies, tally_id, &HomeView::Tally::tally_id);
    return found == tallies.end() ? nullptr : &*found;
}

void check_uses(const HomeView& home, Report& report) {
    for (const auto& invitation : home.invitations) {
        std::int64_t made = 0;
        std::int64_t reserved = 0;
        std::map<std::string, std::int64_t> of_peer;
        for (const auto& tally : home.tallies)
            if (tally.side == "listener" && tally.token == invitation.token) {
                ++made;
                ++of_peer[tally.peer];
            }
        for (const auto& session : home.sessions)
            if (session.token == invitation.token && session.is_reserved) ++reserved;
        const auto name = fmt::format("{}: token {}", home.home, invitation.token.substr(0, 16));
        if (invitation.uses && made + reserved > *invitation.uses)
            report.add("use_bound", fmt::format("{}: {} tallies and {} reserved, of {} uses", name, made, reserved,
                                                *invitation.uses));
        for (const auto& [peer, count] : of_peer)
            if (invitation.per_peer && count > *invitation.per_peer)
                report.add("use_bound", fmt::format("{}: {} tallies of {}", name, count, peer));
        if (invitation.spent != made || invitation.reserved != reserved)
            report.add("uses_counted", fmt::format("{}: counted {}+{}, there are {}+{}", name, invitation.spent,
                                                   invitation.reserved, made, reserved));
        if (reserved > 0) report.add("use_given_back", fmt::format("{}: {} still reserved", name, reserved));
    }
}

void check_one_tally(const HomeView& home, Report& report) {
    std::map<std::tuple<std::string, std::string>, int> of_key;
    for (const auto& tally : home.tallies)
        if (++of_key[{tally.key, tally.side}] > 1)
            report.add("one_tally", fmt::format("{}: two tallies of key {}", home.home, tally.key.substr(0, 16)));
}

// What one side has, the other has, and the same.
void check_agreement(const Facts& facts, const HomeView& home, Report& report) {
    for (const auto& tally : home.tallies) {
        const auto partner =
            std::ranges::find_if(facts.people, [&](const Person& one) { return one.peer.to_text() == tally.peer; });
        if (partner == facts.people.end()) continue; // a stranger has no home
        const auto* there = home_at(facts, partner->home);
        const auto* theirs = find_tally(there->tallies, tally.tally_id);
        const bool may_be_alone = tally.side == "dialer" && tally.role == "foil" && !tally.is_acknowledged;
        const bool is_dialers_to_come = tally.side == "listener" && tally.role == "stock"; // until it asks again
        if (theirs == nullptr) {
            if (!may_be_alone && !is_dialers_to_come)
                report.add("both_agree",
                           fmt::format("{} has tally {}, {} has not", home.home, tally.tally_id, there->home));
            continue;
        }
        const bool is_same = theirs->endpoint == tally.endpoint && theirs->created_by == tally.created_by &&
                             theirs->credentials == tally.credentials && theirs->own_party == tally.partner_party &&
                             theirs->partner_party == tally.own_party && theirs->token == tally.token;
        if (!is_same)
            report.add("both_agree",
                       fmt::format("{} and {} tell differently of tally {}", home.home, there->home, tally.tally_id));
    }
}

void check_databases(const Facts& facts, const HomeView& home, Report& report) {
    const auto made = facts.databases.find(home.home);
    if (made == facts.databases.end()) return;
    for (const auto& tally_id : made->second) {
        const bool is_recorded = find_tally(home.tallies, tally_id) != nullptr;
        const bool is_intended =
            std::ranges::any_of(home.instances, [&](const auto& one) { return one.tally_id == tally_id; });
        // Who is made after all time to live, by a calendar that was put forward, is nobody's.
        const bool may_be_lost = facts.plan.has(Fault::clock_jump) && facts.plan.has(Fault::overrunning_provisioner);
        if (!is_recorded && !is_intended && !may_be_lost)
            report.add("no_orphan",
                       fmt::format("{}: a database of {}, of which nothing is known", home.home, tally_id));
    }
    for (const auto& tally : home.tallies) {
        const bool is_ours = (tally.side == "listener") == (tally.role == "stock");
        if (is_ours && !made->second.contains(tally.tally_id))
            report.add("database_there", fmt::format("{}: tally {} has no database", home.home, tally.tally_id));
    }
    const auto* first = home.home.c_str();
    for (const auto& one : home.instances)
        if (one.side == "listener" && one.state != "adopted")
            report.add("no_orphan", fmt::format("{}: instance of {} is {} at the end", first, one.tally_id, one.state));
}

// One approved answer, as it went out.
struct Approval {
    const Talk* talk;
    std::string tally_id;
    std::string session;
    std::string bytes; // without what is left of the time
};
using Key = std::tuple<std::string, std::string, std::string>; // home of the listener and token, peer, party

void check_admission(const Facts& facts, const Talk& talk, const json::object& asked, const Person& listener,
                     Report& report) {
    const auto party = text_at(asked, "partyId");
    const auto peer = talk.dialer.to_text();
    const auto refuse = [&](std::string_view why) {
        report.add("admission", fmt::format("{} of {} was let in: {}", party, peer, why));
    };
    const auto* known = invited(facts, text_at(asked, "token"));
    if (known == nullptr || known->home != listener.home) return refuse("its token is nobody's");
    using protocol::Requirement;
    const auto requirement = known->plan.requirement;
    const bool is_bound = requirement == Requirement::bound || requirement == Requirement::proof;
    if (is_bound && party != peer) refuse("its party is not bound to its peer");
    if (requirement == Requirement::external && party.find(false_party) != std::string::npos)
        refuse("the verifier knows it not");
    if (requirement == Requirement::proof && person(facts, talk.dialer) == nullptr) refuse("it proved nothing");
}

void check_durable_answer(const HomeView& home, const Key& key, const Approval& one, Report& report) {
    if (one.tally_id.empty()) {
        const auto found = std::ranges::find(home.sessions, one.session, &HomeView::Session::id);
        if (found == home.sessions.end())
            report.add("answer_durable", fmt::format("{}: approved session {} is not there", home.home, one.session));
        return;
    }
    const auto* tally = find_tally(home.tallies, one.tally_id);
    if (tally == nullptr || tally->peer != std::get<1>(key))
        report.add("answer_durable", fmt::format("{}: answered tally {} is not there", home.home, one.tally_id));
}

void check_stable(const Key& key, const std::vector<Approval>& all, Report& report) {
    for (const auto& one : all) {
        if (!one.tally_id.empty() && one.tally_id != all.front().tally_id)
            report.add("one_tally", fmt::format("{} was told of two tallies", std::get<1>(key)));
        for (const auto& other : all)
            if (other.session == one.session && other.bytes != one.bytes) {
                report.add("answer_stable", fmt::format("session {} was told differently", one.session));
                return;
            }
    }
}

void check_cadre(const Facts& facts, const Talk& talk, bool is_approved, Report& report) {
    if (is_approved) return;
    for (const auto& someone : facts.people)
        if (someone.is_listener && talk.answered.find(someone.cadre) != std::string::npos)
            report.add("secrecy", fmt::format("a cadre was told to {} before it was let in", talk.dialer.to_text()));
}

// Nobody begins by a token that is revoked; who had begun before may go on.
void check_revoked(const Facts& facts, const std::map<Key, std::vector<Approval>>& approvals, Report& report) {
    std::map<Key, Instant> begun; // by the first contact of each
    for (const auto& [number, talk] : facts.witness.talks) {
        const auto asked = object_of(talk.asked);
        const auto* listener = person(facts, talk.listener);
        if (!asked || listener == nullptr) continue;
        const Key key{listener->home + " " + text_at(*asked, "token"), talk.dialer.to_text(),
                      text_at(*asked, "partyId")};
        const auto first = begun.try_emplace(key, talk.opened).first;
        first->second = std::min(first->second, talk.opened);
    }
    for (const auto& [key, all] : approvals) {
        const auto* known = invited(facts, std::get<0>(key).substr(std::get<0>(key).find(' ') + 1));
        if (known != nullptr && known->revoked_at && begun.at(key) > *known->revoked_at)
            report.add("admission", fmt::format("{} was let in by a revoked token", std::get<1>(key)));
    }
}

} // namespace

void check_durable(const Witness& witness, const HomeView& home, Report& report) {
    if (!home.damage.empty()) return report.add("store_sound", fmt::format("{}: {}", home.home, home.damage));
    for (const auto& recorded : witness.recorded) {
        if (recorded.home != home.home) continue;
        const auto* tally = find_tally(home.tallies, recorded.tally_id);
        if (tally == nullptr || tally->endpoint != recorded.endpoint)
            report.add("tally_durable",
                       fmt::format("{}: tally {} was recorded and is gone, or another", home.home, recorded.tally_id));
    }
}

void check_tallies(const Facts& facts, Report& report) {
    for (const auto& home : facts.homes) {
        check_durable(facts.witness, home, report);
        check_one_tally(home, report);
        check_uses(home, report);
        check_agreement(facts, home, report);
        check_databases(facts, home, report);
    }
}

void check_answers(const Facts& facts, Report& report) {
    std::map<Key, std::vector<Approval>> approvals;
    for (const auto& [number, talk] : facts.witness.talks) {
        const auto* listener = person(facts, talk.listener);
        if (listener == nullptr || !talk.is_answered) continue;
        auto answer = object_of(talk.answered);
        const bool is_approved = answer && is_true(*answer, "approved");
        check_cadre(facts, talk, is_approved, report);
        if (!answer) {
            report.add("answer_readable", fmt::format("not JSON: {}", talk.answered.substr(0, 80)));
            continue;
        }
        const auto asked = object_of(talk.asked);
        if (is_true(*answer, "accepted")) {
            const auto tally_id = text_at(*answer, "tallyId"); // by its maker's choice: others may have the same
            const auto& tallies = home_at(facts, listener->home)->tallies;
            if (std::ranges::none_of(tallies, [&](const HomeView::Tally& one) {
                    return one.tally_id == tally_id && one.peer == talk.dialer.to_text();
                }))
                report.add("answer_durable", fmt::format("acknowledged tally {} is not there", tally_id));
        }
        if (!is_approved) continue;
        if (!asked || !talk.is_asked_whole) {
            report.add("admission", "an answer to what was no contact");
            continue;
        }
        check_admission(facts, talk, *asked, *listener, report);
        Approval approval{&talk, {}, text_at(*answer, "sessionId"), {}};
        if (const auto* result = object_at(*answer, "provisionResult"))
            if (const auto* tally = object_at(*result, "tally")) approval.tally_id = text_at(*tally, "tallyId");
        answer->erase("expiresInMs");
        approval.bytes = json::serialize(*answer);
        approvals[{listener->home + " " + text_at(*asked, "token"), talk.dialer.to_text(), text_at(*asked, "partyId")}]
            .push_back(std::move(approval));
    }
    for (const auto& [key, all] : approvals) {
        check_stable(key, all, report);
        const auto* home = home_of(facts, all.front().talk->listener);
        for (const auto& one : all) check_durable_answer(*home, key, one, report);
        std::set<wire::PeerId> nodes;
        for (const auto& one : all) nodes.insert(one.talk->listener);
        if (nodes.size() > 1) ++facts.witness.counts["rare retry answered by another node"];
        if (all.size() > 1) ++facts.witness.counts["rare retry answered again"];
    }
    check_revoked(facts, approvals, report);
}

void check_times(const Facts& facts, Report& report) {
    constexpr auto contact_max = std::chrono::milliseconds{11'000}; // step, respond, refusal, and some
    constexpr auto database_max = std::chrono::seconds{31};
    for (const auto& [number, talk] : facts.witness.talks) {
        if (person(facts, talk.listener) == nullptr || !talk.arrived) continue;
        const bool is_database = talk.asked.find("\"tally\"") != std::string::npos;
        const auto until = *talk.arrived + (is_database ? Duration{database_max} : Duration{contact_max});
        const auto absent = facts.absences.find(talk.listener);
        if (absent != facts.absences.end() && std::ranges::any_of(absent->second, [&](const auto& away) {
                return away.first <= until && away.second >= *talk.arrived;
            }))
            continue;
        if (!talk.let_go || *talk.let_go > until)
            report.add("stream_deadline",
                       fmt::format("stream {} of {} was held for {} ms", number, talk.dialer.to_text(),
                                   talk.let_go ? (*talk.let_go - *talk.arrived) / std::chrono::milliseconds{1} : -1));
    }
}

void check_secrecy(const Facts& facts, Report& report) {
    const auto scan = [&](std::string_view where, std::string_view text) {
        for (const auto& invitation : facts.invitations)
            if (text.find(invitation.token) != std::string_view::npos)
                report.add("secrecy", fmt::format("a token stands in {}", where));
        for (const std::string_view canary : {"secret of ", "CANARY"})
            if (text.find(canary) != std::string_view::npos)
                report.add("secrecy", fmt::format("{} stands in {}", canary, where));
    };
    for (const auto& [path, content] : facts.files) scan(path, as_text(*content));
    scan("the log", facts.witness.log);
    for (const auto& [number, talk] : facts.witness.talks)
        if (person(facts, talk.listener) != nullptr) scan("an answer", talk.answered);
}

} // namespace taleus::simulator
