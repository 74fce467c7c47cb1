#include "audit/verifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace taleus::audit {
namespace {

std::string range_text(std::uint64_t first, std::uint64_t count) {
    return count == 1 ? fmt::format("record {}", first) : fmt::format("records {} to {}", first, first + count - 1);
}

} // namespace

std::string_view to_text(Wrong wrong) {
    static constexpr std::array<std::string_view, 8> texts{"altered",   "missing",  "reordered", "duplicated",
                                                           "truncated", "unsealed", "forked",    "forged"};
    return texts.at(static_cast<std::size_t>(wrong));
}

Verifier::Verifier(std::vector<Known> heads) : heads_{std::move(heads)} {
    std::ranges::sort(heads_, {},
                      [](const Known& one) { return std::pair{one.head.size, std::string_view{one.source}}; });
    compare();
}

void Verifier::add(Wrong wrong, std::uint64_t first, std::uint64_t count, std::string what) {
    findings_.push_back({wrong, first, count, std::move(what)});
}

void Verifier::take(const Digest& hash, std::optional<std::uint64_t> number, std::optional<std::uint64_t> place,
                    const std::optional<Digest>& leaf) {
    const Taken next{
        .hash = hash, .claims = number.value_or(0), .is_readable = number.has_value(), .place = place, .leaf = leaf};
    if (pending_) settle(*pending_, &next);
    pending_ = next;
}

// Where does the record belong? Its place says so, where it has one; else its own number, unless both neighbours say
// that it is the number which is wrong.
void Verifier::settle(const Taken& record, const Taken* next) {
    const auto expected = at_;
    if (record.place && *record.place > expected) {
        add(Wrong::missing, expected, *record.place - expected, "");
        is_whole_ = false;
        at_ = *record.place;
    }
    if (record.is_readable && record.claims == at_) return put(record, at_);

    const bool is_rewritten = record.leaf && *record.leaf != record.hash;
    if (!record.is_readable || is_rewritten) {
        if (!is_rewritten) add(Wrong::altered, at_, 1, "it cannot be read");
        return put(record, at_);
    }
    if (record.place || (next != nullptr && next->is_readable && next->claims == at_ + 1)) {
        strangers_.emplace(at_, Stranger{record.claims, record.hash});
        is_whole_ = false;
        return put(record, at_);
    }
    is_whole_ = false;
    if (record.claims > at_) {
        absent_.emplace(at_, record.claims);
        return put(record, record.claims);
    }
    // An earlier number: late, or once more.
    auto gap = absent_.upper_bound(record.claims);
    if (gap != absent_.begin() && record.claims < std::prev(gap)->second) {
        const auto [first, end] = *--gap;
        absent_.erase(gap);
        if (first < record.claims) absent_.emplace(first, record.claims);
        if (record.claims + 1 < end) absent_.emplace(record.claims + 1, end);
        add(Wrong::reordered, record.claims, 1, fmt::format("it stands behind record {}", at_ - 1));
    } else {
        add(Wrong::duplicated, record.claims, 1, fmt::format("it stands once more behind record {}", at_ - 1));
    }
}

void Verifier::put(const Taken& record, std::uint64_t at) {
    if (record.leaf && *record.leaf != record.hash) {
        if (!kept_) kept_ = told_;
        doubted_.push_back(at);
    }
    told_.append(record.hash);
    hashes_.resize(at);
    hashes_.push_back(record.hash);
    if (kept_) kept_->append(record.leaf.value_or(record.hash));
    at_ = at + 1;
    compare();
}

// At the size of a head the roots tell who is right.
void Verifier::compare() {
    for (; next_head_ < heads_.size() && heads_[next_head_].head.size <= at_; ++next_head_) {
        const auto& known = heads_[next_head_];
        if (!is_whole_ || known.head.size != told_.size()) continue;
        const bool by_bytes = told_.root() == known.head.root;
        if (by_bytes || (kept_ && kept_->root() == known.head.root)) {
            for (const auto seq : std::exchange(doubted_, {}))
                add(Wrong::altered, seq, 1,
                    by_bytes ? "its bytes are as signed; the hash kept beside it is not"
                             : "its bytes are not those that were signed");
            if (!by_bytes) told_ = *kept_;
            kept_.reset();
        } else {
            // Hashes that disagree are the likely place; without any, all since the last head that agreed is in doubt.
            for (const auto seq : std::exchange(doubted_, {}))
                add(Wrong::altered, seq, 1, "its bytes and the hash kept beside it differ");
            const auto from = std::min(agreed_, known.head.size);
            if (from < known.head.size)
                add(Wrong::altered, from, known.head.size - from,
                    fmt::format("not what {} signed at size {}", known.source, known.head.size));
            is_whole_ = false;
        }
        agreed_ = known.head.size;
    }
}

std::vector<Finding> Verifier::finish() {
    if (pending_) settle(*std::exchange(pending_, std::nullopt), nullptr);
    for (const auto seq : std::exchange(doubted_, {}))
        add(Wrong::altered, seq, 1, "its bytes and the hash kept beside it differ");
    for (const auto& [first, end] : absent_) add(Wrong::missing, first, end - first, "");
    for (const auto& [place, stranger] : strangers_) {
        const auto claims = stranger.claims;
        const auto where = fmt::format("it stands at the place of record {}", place);
        if (strangers_.contains(claims)) {
            add(Wrong::reordered, claims, 1, where);
        } else if (claims < hashes_.size() && hashes_[claims] == stranger.hash) {
            add(Wrong::duplicated, claims, 1, where);
            add(Wrong::missing, place, 1, fmt::format("record {} stands at its place", claims));
        } else {
            add(Wrong::altered, place, 1, fmt::format("its number says {}", claims));
        }
    }
    const auto newest = heads_.empty() ? 0 : heads_.back().head.size;
    if (newest > at_)
        add(Wrong::truncated, at_, newest - at_, fmt::format("{} signed {} records", heads_.back().source, newest));
    if (at_ > newest) add(Wrong::unsealed, newest, at_ - newest, "no head covers what stands there");
    std::ranges::sort(findings_, {}, [](const Finding& one) { return std::pair{one.first, one.wrong}; });
    for (auto& finding : findings_) {
        auto text = fmt::format("{}: {}", range_text(finding.first, finding.count), to_text(finding.wrong));
        if (!finding.what.empty()) text += fmt::format(" ({})", finding.what);
        finding.what = std::move(text);
    }
    return std::exchange(findings_, {});
}

namespace {

struct Range {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    auto operator<=>(const Range&) const = default;
};

bool is_perfect(Range range) {
    const auto width = range.to - range.from;
    return std::has_single_bit(width) && range.from % width == 0;
}

// The subtrees whose hashes a receipt fixes for ever: those that are full, on the way from its record to the root and
// beside it.
std::map<Range, Digest> fixed_by(const Receipt& receipt) {
    std::vector<std::pair<Range, Range>> way; // of each step down: the half with the record, and the other
    Range at{0, receipt.head.size};
    while (at.to - at.from > 1) {
        const auto middle = at.from + std::bit_floor(at.to - at.from - 1);
        const Range left{at.from, middle};
        const Range right{middle, at.to};
        const bool is_left = receipt.record.seq < middle;
        way.emplace_back(is_left ? left : right, is_left ? right : left);
        at = way.back().first;
    }
    std::map<Range, Digest> fixed;
    auto hash = receipt.leaf;
    auto sibling = receipt.proof.begin();
    for (auto step = way.rbegin(); step != way.rend(); ++step, ++sibling) {
        const auto& [own, other] = *step;
        if (is_perfect(own)) fixed.emplace(own, hash);
        if (is_perfect(other)) fixed.emplace(other, *sibling);
        hash = own.from < other.from ? node_hash(hash, *sibling) : node_hash(*sibling, hash);
    }
    const Range whole{0, receipt.head.size};
    if (is_perfect(whole)) fixed.emplace(whole, hash);
    return fixed;
}

} // namespace

std::vector<Finding> forks(const std::vector<Known>& heads, const std::vector<Held>& receipts) {
    std::vector<Finding> found;
    const auto add = [&](Range range, const std::string& one, const std::string& other) {
        const auto count = range.to - range.from;
        found.push_back(
            {Wrong::forked, range.from, count,
             fmt::format("{}: forked ({} and {} prove two histories)", range_text(range.from, count), one, other)});
    };
    std::map<std::uint64_t, const Known*> by_size;
    for (const auto& known : heads) {
        const auto [at, is_new] = by_size.emplace(known.head.size, &known);
        if (!is_new && at->second->head.root != known.head.root)
            add({0, known.head.size}, at->second->source, known.source);
    }
    std::map<Range, std::pair<Digest, const Held*>> fixed;
    for (const auto& held : receipts)
        for (const auto& [range, hash] : fixed_by(held.receipt)) {
            const auto [at, is_new] = fixed.emplace(range, std::pair{hash, &held});
            if (is_new || at->second.first == hash) continue;
            add(range, at->second.second->source, held.source);
            break; // one contradiction of two receipts is enough
        }
    return found;
}

} // namespace taleus::audit
