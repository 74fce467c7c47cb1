// A trail of 1,000 records against every way to falsify it.
#include "audit/testing_test.hpp"
#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

namespace taleus::audit {
namespace {

using testing::Written;
constexpr std::uint64_t size = 1'000;

const Written& trail() {
    static const Written made{size};
    return made;
}

struct Row {
    std::string bytes;
    std::optional<std::uint64_t> place;
    std::optional<Digest> leaf;
};

// As a file of lines has them, and as a store has them: with places and hashes beside them.
std::vector<Row> lines() {
    std::vector<Row> rows;
    for (const auto& record : trail().records) rows.push_back({record, std::nullopt, std::nullopt});
    return rows;
}
std::vector<Row> stored() {
    auto rows = lines();
    for (std::uint64_t i = 0; i < rows.size(); ++i) {
        rows[i].place = i;
        rows[i].leaf = trail().leaves[i];
    }
    return rows;
}

std::vector<Finding> check(const std::vector<Row>& rows, std::vector<Known> heads = {{trail().head(), "the head"}}) {
    Verifier verifier{std::move(heads)};
    for (const auto& row : rows) verifier.take(as_bytes(row.bytes), row.place, row.leaf);
    return verifier.finish();
}

::testing::AssertionResult names(const std::vector<Finding>& findings, Wrong wrong, std::uint64_t seq) {
    std::string all;
    for (const auto& one : findings) {
        if (one.wrong == wrong && one.first <= seq && seq < one.first + one.count) return ::testing::AssertionSuccess();
        all += one.what + "; ";
    }
    return ::testing::AssertionFailure() << to_text(wrong) << " " << seq << " is not named, but: " << all;
}

TEST(Verifier, AcceptsWhatWasSigned) {
    EXPECT_TRUE(check(lines()).empty());
    EXPECT_TRUE(check(stored()).empty());
    EXPECT_TRUE(
        check(stored(), {{Written{10}.head(), "a"}, {Written{511}.head(), "b"}, {trail().head(), "c"}}).empty());
}

// One bit of one byte of each record; with TALEUS_AUDIT_EVERY_BYTE=1, one of every byte of every record. From the
// record before it on only, so that each case costs what comes behind it.
TEST(Verifier, NamesEveryChangedByte) {
    const bool all = std::getenv("TALEUS_AUDIT_EVERY_BYTE") != nullptr; // NOLINT(concurrency-mt-unsafe)
    const auto rows = stored();
    Verifier before{{{trail().head(), "the head"}}};
    SeededRandom random{11};
    std::uint64_t cases = 0;
    for (std::uint64_t seq = 0; seq < size; ++seq) {
        const auto& whole = rows[seq].bytes;
        if (all || seq % 20 == 0) {
            const auto chance = static_cast<std::size_t>(random.below(whole.size()));
            for (std::size_t at = all ? 0 : chance; at < whole.size(); at = all ? at + 1 : whole.size()) {
                auto verifier = before;
                auto changed = whole;
                changed[at] = static_cast<char>(changed[at] ^ static_cast<char>(1U << random.below(7)));
                verifier.take(as_bytes(changed), seq, rows[seq].leaf);
                for (auto next = seq + 1; next < size; ++next)
                    verifier.take(as_bytes(rows[next].bytes), next, rows[next].leaf);
                const auto findings = verifier.finish();
                EXPECT_EQ(findings.size(), 1) << seq << " byte " << at;
                EXPECT_TRUE(names(findings, Wrong::altered, seq)) << "byte " << at;
                ++cases;
            }
        }
        before.take(as_bytes(whole), seq, rows[seq].leaf);
    }
    RecordProperty("cases", static_cast<int>(cases));
}

TEST(Verifier, NamesAChangedHash) {
    for (std::uint64_t seq = 0; seq < size; seq += 190) {
        auto rows = stored();
        rows[seq].leaf->front() ^= 1U;
        const auto findings = check(rows);
        ASSERT_EQ(findings.size(), 1);
        EXPECT_TRUE(names(findings, Wrong::altered, seq));
        EXPECT_TRUE(findings[0].what.contains("the hash kept beside it is not")) << findings[0].what;
    }
}

// Bytes and hash rewritten in agreement: the heads around it bound it.
TEST(Verifier, BoundsARewriting) {
    auto rows = stored();
    rows[500].bytes = Written{501, 500}.records[500];
    rows[500].leaf = leaf_hash(as_bytes(rows[500].bytes));
    const auto findings =
        check(rows, {{Written{496}.head(), "a"}, {Written{504}.head(), "b"}, {trail().head(), "the head"}});
    ASSERT_EQ(findings.size(), 1);
    EXPECT_EQ(findings[0].first, 496);
    EXPECT_EQ(findings[0].count, 8);
    EXPECT_TRUE(names(findings, Wrong::altered, 500));
}

struct Falsification {
    std::string_view name;
    Wrong wrong;
    // Falsifies the rows at `seq`; the record that is to be named.
    std::function<std::uint64_t(std::vector<Row>&, std::uint64_t)> apply;
};
const std::vector<Falsification>& falsifications() {
    using Rows = std::vector<Row>;
    static const std::vector<Falsification> all{
        {"deleted", Wrong::missing,
         [](Rows& rows, std::uint64_t seq) {
             rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(seq));
             return seq;
         }},
        {"truncated", Wrong::truncated,
         [](Rows& rows, std::uint64_t seq) {
             rows.resize(seq);
             return seq;
         }},
        {"swapped with the next", Wrong::reordered,
         [](Rows& rows, std::uint64_t seq) {
             std::swap(rows[seq].bytes, rows[seq + 1].bytes);
             if (rows[seq].leaf) std::swap(rows[seq].leaf, rows[seq + 1].leaf);
             return seq;
         }},
        {"swapped with one far off", Wrong::reordered,
         [](Rows& rows, std::uint64_t seq) {
             const auto other = (seq + 500) % (size - 1);
             std::swap(rows[seq].bytes, rows[other].bytes);
             if (rows[seq].leaf) std::swap(rows[seq].leaf, rows[other].leaf);
             return seq;
         }},
        {"copied over the next", Wrong::duplicated,
         [](Rows& rows, std::uint64_t seq) {
             rows[seq + 1].bytes = rows[seq].bytes;
             rows[seq + 1].leaf = rows[seq].leaf;
             return seq;
         }},
    };
    return all;
}

TEST(Verifier, NamesEveryFalsificationOfAStore) {
    for (const auto& one : falsifications())
        for (std::uint64_t seq = 0; seq + 1 < size; seq += 331) {
            auto rows = stored();
            const auto named = one.apply(rows, seq);
            const auto wrong = one.wrong == Wrong::missing && seq == size - 1 ? Wrong::truncated : one.wrong;
            EXPECT_TRUE(names(check(rows), wrong, named)) << one.name << " at " << seq;
        }
}

TEST(Verifier, NamesEveryFalsificationOfLines) {
    for (const auto& one : falsifications())
        for (std::uint64_t seq = 0; seq + 1 < size; seq += 331) {
            auto rows = lines();
            const auto named = one.apply(rows, seq);
            EXPECT_TRUE(names(check(rows), one.wrong, named)) << one.name << " at " << seq;
        }
}

TEST(Verifier, NamesALineThatStandsTwice) {
    for (std::uint64_t seq = 0; seq < size; seq += 331) {
        auto rows = lines();
        rows.insert(rows.begin() + static_cast<std::ptrdiff_t>(seq), rows[seq]);
        EXPECT_TRUE(names(check(rows), Wrong::duplicated, seq)) << seq;
    }
}

// Records that were left out, one of which stands far behind.
TEST(Verifier, NamesWhatIsMissingRoundOneThatIsLate) {
    auto rows = lines();
    const auto late = rows[11];
    rows.erase(rows.begin() + 10, rows.begin() + 13);
    rows.insert(rows.begin() + 50, late);
    const auto findings = check(rows);
    EXPECT_TRUE(names(findings, Wrong::missing, 10));
    EXPECT_TRUE(names(findings, Wrong::reordered, 11));
    EXPECT_TRUE(names(findings, Wrong::missing, 12));
}

TEST(Verifier, NamesALastRecordOfAnotherNumberAndOneBeforeNonsense) {
    auto rows = lines();
    rows.back() = rows[5];
    EXPECT_FALSE(check(rows).empty());
    rows = lines();
    rows[500] = rows[5];
    rows[501].bytes = "nonsense";
    const auto findings = check(rows);
    EXPECT_TRUE(names(findings, Wrong::duplicated, 5));
    EXPECT_FALSE(findings.empty());
}

TEST(Verifier, FindsNothingSignedAndNothingThere) {
    EXPECT_TRUE(check({}, {}).empty());
    EXPECT_TRUE(names(check(lines(), {}), Wrong::unsealed, 0));
}

TEST(Verifier, NamesWhatNobodySigned) {
    const Written shorter{990};
    EXPECT_TRUE(names(check(stored(), {{shorter.head(), "the head"}}), Wrong::unsealed, 990));
}

Held held(const Written& from, std::uint64_t seq, std::string source) {
    auto receipt = open_receipt(wire::parse_json(as_bytes(from.receipt(seq))).value());
    return {std::move(receipt.value()), std::move(source)};
}

// A home put back to an older state is sound in itself; who holds a receipt from later knows better.
TEST(Verifier, FindsARollbackByAReceipt) {
    const Written older{600};
    auto rows = stored();
    rows.resize(600);
    EXPECT_TRUE(check(rows, {{older.head(), "the head"}}).empty());
    const auto receipt = held(trail(), 900, "receipt 1");
    EXPECT_TRUE(names(check(rows, {{older.head(), "the head"}, {receipt.receipt.head, receipt.source}}),
                      Wrong::truncated, 600));
}

// Put back, and gone on with: another history behind record 600.
TEST(Verifier, FindsAForkByOneReceiptAndTheTrail) {
    const Written other{size, 600};
    Verifier verifier{{{trail().head(), "receipt 1"}, {other.head(), "the head"}}};
    for (std::uint64_t i = 0; i < size; ++i) verifier.take(as_bytes(other.records[i]), i, other.leaves[i]);
    EXPECT_TRUE(names(verifier.finish(), Wrong::altered, 600));
}

TEST(Verifier, ProvesAForkByTwoReceipts) {
    const Written longer{size};
    const Written other{size, 600};
    // Of one size; of one record; and of two sizes and two records, by a subtree that both fix.
    EXPECT_FALSE(forks({{longer.head(), "a"}, {other.head(), "b"}}, {}).empty());
    EXPECT_FALSE(forks({}, {held(Written{640, 600}, 610, "a"), held(Written{700}, 610, "b")}).empty());
    EXPECT_FALSE(forks({}, {held(Written{640}, 620, "a"), held(Written{700, 600}, 601, "b")}).empty());
    EXPECT_TRUE(forks({{longer.head(), "a"}}, {held(Written{640}, 620, "a"), held(Written{700}, 601, "b")}).empty());
    EXPECT_TRUE(forks({{longer.head(), "a"}, {longer.head(), "b"}}, {}).empty());
    EXPECT_FALSE(forks({}, {held(Written{512}, 510, "a"), held(Written{512, 500}, 510, "b")}).empty());
}

} // namespace
} // namespace taleus::audit
