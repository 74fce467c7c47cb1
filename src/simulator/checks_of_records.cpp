#include "base/digest.hpp"
#include "simulator/checks.hpp"
#include "simulator/reading.hpp"
#include "wire/hash.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

// Of sessions and trails.
namespace taleus::simulator {
namespace {

namespace json = boost::json;

// docs/states: written out anew, so that a table which is wrong in the program is not wrong here.
const std::map<std::string_view, std::set<std::string_view>>& listener_arrows() {
    static const std::map<std::string_view, std::set<std::string_view>> arrows{
        {"READING_REQUEST", {"VALIDATING_TOKEN", "SENDING_REFUSAL", "FAILED"}},
        {"VALIDATING_TOKEN", {"VALIDATING_IDENTITY", "SENDING_RESPONSE", "SENDING_REFUSAL"}},
        {"VALIDATING_IDENTITY", {"PROVISIONING_DATABASE", "SENDING_RESPONSE", "SENDING_REFUSAL"}},
        {"PROVISIONING_DATABASE", {"SENDING_RESPONSE", "SENDING_REFUSAL"}},
        {"SENDING_RESPONSE", {"AWAITING_DATABASE", "DONE"}},
        {"AWAITING_DATABASE", {"VALIDATING_DATABASE", "TIMED_OUT"}},
        {"VALIDATING_DATABASE", {"AWAITING_DATABASE", "SENDING_REFUSAL", "DONE"}},
        {"SENDING_REFUSAL", {"REJECTED", "FAILED", "TIMED_OUT", "CANCELLED"}}};
    return arrows;
}

const std::map<std::string_view, std::set<std::string_view>>& dialer_arrows() {
    static const std::map<std::string_view, std::set<std::string_view>> arrows{
        {"CONNECTING", {"SENDING_CONTACT", "SENDING_DATABASE", "FAILED", "TIMED_OUT", "CANCELLED"}},
        {"SENDING_CONTACT",
         {"AWAITING_RESPONSE", "VALIDATING_RESPONSE", "CONNECTING", "REJECTED", "FAILED", "TIMED_OUT", "CANCELLED"}},
        {"AWAITING_RESPONSE", {"VALIDATING_RESPONSE", "CONNECTING", "REJECTED", "FAILED", "TIMED_OUT", "CANCELLED"}},
        {"VALIDATING_RESPONSE",
         {"DONE", "PROVISIONING_DATABASE", "SENDING_DATABASE", "FAILED", "TIMED_OUT", "CANCELLED"}},
        {"PROVISIONING_DATABASE", {"SENDING_DATABASE", "FAILED", "TIMED_OUT", "CANCELLED"}},
        {"SENDING_DATABASE",
         {"AWAITING_ACKNOWLEDGEMENT", "DONE", "CONNECTING", "REJECTED", "FAILED", "TIMED_OUT", "CANCELLED"}},
        {"AWAITING_ACKNOWLEDGEMENT", {"DONE", "CONNECTING", "REJECTED", "FAILED", "TIMED_OUT", "CANCELLED"}}};
    return arrows;
}

bool is_end(std::string_view state) {
    constexpr std::array<std::string_view, 5> ends{"DONE", "REJECTED", "FAILED", "TIMED_OUT", "CANCELLED"};
    return std::ranges::find(ends, state) != ends.end();
}

struct Arrow {
    std::string from, to, cause;
};
// By the place that the record which tells of it has in its home: of bundle, record and event.
using Way = std::map<std::array<std::int64_t, 3>, Arrow>;

bool is_legal(const HomeView::Session& session, const Arrow& arrow) {
    // By who found the session after its process had died, and by a dialer that begins again.
    if (arrow.cause == "recorded" || arrow.cause == "interrupted" || arrow.cause == "Resumed") return true;
    const auto& arrows = session.side == "listener" ? listener_arrows() : dialer_arrows();
    const auto found = arrows.find(arrow.from);
    return found != arrows.end() && found->second.contains(arrow.to);
}

// The way of one session: each arrow legal and where the last one led, at most one end, which is its state.
void check_way(const Facts& facts, const HomeView& home, const HomeView::Session& session, const Way& way,
               Report& report) {
    const auto name = fmt::format("{}: session {}", home.home, session.id);
    std::string at;
    int ends = 0;
    bool has_left_contact = false;
    for (const auto& [place, arrow] : way) {
        ++facts.witness.counts[fmt::format("arrow {} {} -> {}", session.side, arrow.from, arrow.to)];
        if (!is_legal(session, arrow))
            report.add("legal_arrows", fmt::format("{}: {} -> {} by {}", name, arrow.from, arrow.to, arrow.cause));
        if (!at.empty() && arrow.from != at)
            report.add("legal_arrows", fmt::format("{}: {} -> {}, but it was in {}", name, arrow.from, arrow.to, at));
        at = arrow.to;
        ends += is_end(at) ? 1 : 0;
        has_left_contact |= arrow.from == "SENDING_CONTACT";
    }
    if (at != session.told)
        report.add("effect_audited",
                   fmt::format("{}: told of '{}', but the trail tells of '{}'", name, session.told, at));
    if (has_left_contact != session.is_contacted)
        report.add("effect_audited",
                   fmt::format("{}: whether its contact was sent stands otherwise in the trail", name));
    if (session.side == "listener" && ends > 1) report.add("one_end", fmt::format("{} ended {} times", name, ends));
    if (session.is_ended && at != session.state)
        report.add("legal_arrows", fmt::format("{} is {}, but its way led to {}", name, session.state, at));
    if (session.side == "listener" && !session.is_ended)
        report.add("one_end", fmt::format("{} is {} when all is over", name, session.state));
    if (session.side == "listener" && session.is_ended && (session.state == "DONE") == session.tally_id.empty())
        report.add("done_is_recorded", fmt::format("{} is {} with tally '{}'", name, session.state, session.tally_id));
}

// What the trail tells of each session.
struct Told {
    std::map<std::int64_t, Way> ways; // by session
    std::map<std::int64_t, int> ends;
    std::map<std::int64_t, std::set<std::string>> tallies; // decided
    std::map<std::int64_t, bool> has_opening;
};

void take(Told& told, std::int64_t session, const std::array<std::int64_t, 3>& place, const json::object& event) {
    const auto kind = text_at(event, "kind");
    const auto* body = object_at(event, "body");
    if (body == nullptr) return;
    if (kind == "transition")
        told.ways[session][place] = {text_at(*body, "from"), text_at(*body, "to"), text_at(*body, "cause")};
    if (kind == "ended") ++told.ends[session];
    if (kind == "opened" || kind == "resumed") told.has_opening[session] = true;
    if (kind == "decided" && body->contains("tallyId")) told.tallies[session].insert(text_at(*body, "tallyId"));
}

Told told_by(const HomeView& home, Report& report) {
    std::map<std::string, std::int64_t> numbers;
    for (const auto& session : home.sessions) numbers.emplace(session.id, session.number);
    std::set<std::array<std::int64_t, 3>> filed;
    for (const auto& one : home.filed) filed.insert({one.trail, one.first, one.session});
    Told told;
    for (const auto& row : home.records) {
        const auto events = events_of(row);
        if (events.empty()) continue;
        const auto session = numbers.find(text_at(events.front(), "session"));
        if (session == numbers.end()) continue; // of none, or of one that was never opened
        for (std::array place{row.order, row.seq, std::int64_t{0}}; const auto& event : events) {
            take(told, session->second, place, event);
            ++place.back();
        }
        if (!filed.contains({row.trail, row.bundle, session->second}))
            report.add("effect_audited",
                       fmt::format("{}: record {} is not filed under session {}", home.home, row.seq, session->first));
    }
    return told;
}

void check_told(const HomeView& home, const HomeView::Session& session, Told& told, Report& report) {
    const auto name = fmt::format("{}: session {}", home.home, session.id);
    if (session.side == "listener" && session.is_ended && told.ends[session.number] != 1)
        report.add("one_end", fmt::format("{}: the trail tells of {} ends", name, told.ends[session.number]));
    if (!told.has_opening[session.number])
        report.add("effect_audited", fmt::format("{}: no record of its opening", name));
}

// --- trails

Digest node_of(const Digest& left, const Digest& right) {
    const std::array<std::uint8_t, 1> prefix{1};
    return wire::sha256({ByteView{prefix}, ByteView{left}, ByteView{right}});
}

// RFC 6962, by the roots of the perfect trees to the left, largest first.
class Roots {
public:
    void add(std::string_view record) {
        const std::array<std::uint8_t, 1> prefix{0};
        Digest hash = wire::sha256({ByteView{prefix}, as_bytes(record)});
        leaf = hash;
        for (auto bits = size_++; (bits & 1U) != 0; bits >>= 1U) {
            hash = node_of(edge_.back(), hash);
            edge_.pop_back();
        }
        edge_.push_back(hash);
    }
    Digest root() const {
        auto hash = edge_.back();
        for (auto left = edge_.rbegin() + 1; left != edge_.rend(); ++left) hash = node_of(*left, hash);
        return hash;
    }
    std::int64_t size() const { return static_cast<std::int64_t>(size_); }
    Digest leaf{};

private:
    std::uint64_t size_ = 0;
    std::vector<Digest> edge_;
};

std::string base64(ByteView bytes) {
    std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    text.resize(text.find('\0'));
    return text;
}

bool is_signed(const HomeView::Trail& trail, const HomeView::Head& head) {
    const auto peer = wire::PeerId::from_text(trail.node);
    if (!peer || peer->bytes().size() < 32 || head.signature.size() != crypto_sign_BYTES) return false;
    const auto key = peer->bytes().last(32); // an Ed25519 peer id ends with its key
    const auto text = fmt::format("{}\n{}\n{}\n", trail.origin, head.size, base64(head.root));
    return crypto_sign_verify_detached(head.signature.data(), as_bytes(text).data(), text.size(), key.data()) == 0;
}

// Its heads by size, when all is well with it.
std::map<std::int64_t, std::string> check_trail(const HomeView& home, const HomeView::Trail& trail, Report& report) {
    const auto wrong = [&](std::string what) {
        report.add("trail_whole", fmt::format("{}: trail {}: {}", home.home, trail.origin, what));
    };
    std::map<std::int64_t, std::string> roots;
    std::vector<const HomeView::Head*> heads;
    for (const auto& head : home.heads)
        if (head.trail == trail.number) heads.push_back(&head);
    auto next = heads.begin();
    Roots tree;
    for (const auto& row : home.records) {
        if (row.trail != trail.number) continue;
        if (row.seq != tree.size()) wrong(fmt::format("record {} stands where {} should", row.seq, tree.size()));
        tree.add(row.record);
        if (!std::ranges::equal(row.leaf, tree.leaf)) wrong(fmt::format("record {} is not what was hashed", row.seq));
        if (next == heads.end() || (*next)->size != tree.size()) continue;
        const auto root = tree.root();
        if (!std::ranges::equal((*next)->root, root))
            wrong(fmt::format("the head of size {} has another root", tree.size()));
        if ((next + 1 == heads.end() || (*next)->size % 8 == 0) && !is_signed(trail, **next))
            wrong(fmt::format("the head of size {} is not signed", tree.size()));
        roots[tree.size()] = base64(root);
        ++next;
    }
    if (trail.size != tree.size() || next != heads.end() || heads.empty() || heads.back()->size != tree.size())
        wrong(fmt::format("{} records, its row says {}, {} heads", tree.size(), trail.size, heads.size()));
    return roots;
}

// A head that was told to a partner is one of the trail, whatever happened since.
void check_receipt(const std::map<std::string, std::map<std::int64_t, std::string>>& roots, const json::object& receipt,
                   Report& report) {
    const auto note = text_at(receipt, "checkpoint");
    const auto origin = note.substr(0, note.find('\n'));
    const auto rest = note.substr(std::min(note.size(), origin.size() + 1));
    const auto root = rest.substr(std::min(rest.size(), rest.find('\n') + 1));
    const auto found = roots.find(origin);
    const auto size = std::atoll(rest.c_str());
    const bool is_there =
        found != roots.end() && found->second.contains(size) && root.starts_with(found->second.at(size) + "\n");
    if (!is_there) report.add("head_stands", fmt::format("a partner holds a head of {} of size {}", origin, size));
}

} // namespace

void check_sessions(const Facts& facts, Report& report) {
    for (const auto& home : facts.homes) {
        auto told = told_by(home, report);
        for (const auto& session : home.sessions) {
            check_way(facts, home, session, told.ways[session.number], report);
            check_told(home, session, told, report);
        }
        for (const auto& [session, tallies] : told.tallies)
            for (const auto& tally_id : tallies)
                if (std::ranges::find(home.tallies, tally_id, &HomeView::Tally::tally_id) == home.tallies.end())
                    report.add("decided_is_true",
                               fmt::format("{}: the trail tells of tally {}, which is not there", home.home, tally_id));
        for (const auto& tally : home.tallies) {
            const bool is_decided = tally.side == "listener" || tally.is_acknowledged;
            if (is_decided && !told.tallies[tally.session].contains(tally.tally_id))
                report.add("effect_audited", fmt::format("{}: no record of tally {}", home.home, tally.tally_id));
        }
    }
}

void check_trails(const Facts& facts, Report& report) {
    std::map<std::string, std::map<std::int64_t, std::string>> roots;
    for (const auto& home : facts.homes)
        for (const auto& trail : home.trails) roots[trail.origin] = check_trail(home, trail, report);
    for (const auto& [number, talk] : facts.witness.talks) {
        const auto answer = object_of(talk.answered);
        if (!answer || person(facts, talk.listener) == nullptr) continue;
        const auto* result = object_at(*answer, "provisionResult");
        for (const auto* holder : {&*answer, result})
            if (holder != nullptr)
                if (const auto* receipt = object_at(*holder, "receipt")) check_receipt(roots, *receipt, report);
    }
}

} // namespace taleus::simulator
