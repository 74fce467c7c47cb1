#include "app/trail_check.hpp"
#include "audit/tree.hpp"
#include "store/columns.hpp"
#include "store/testing.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace taleus::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A home that was restored: its second trail names the head of its first one that the backup knew.
struct TrailCheckTest : store::testing::JournalTest {
    std::unique_ptr<store::Database> database;
    std::vector<store::KeptTrail> trails;

    TrailCheckTest() {
        for (int commits = 0; commits < 3; ++commits)
            ask(journal->append_audit({store::testing::record("refused"), store::testing::record("refused")}));
        ask(journal->begin_trail("restored", store::testing::now));
        ask(journal->append_audit({store::testing::record("refused")}));
        journal.reset();
        database = store::testing::open_database(home.store());
        database->script("PRAGMA foreign_keys=off"); // as whoever falsifies
        trails = store::kept_trails(*database);
    }

    StoreReport check() {
        return check_trails(*database, {}, [](std::uint64_t) {}).value();
    }
    // As by somebody who knows the tables: all that is behind the head of that size.
    void cut_first(std::uint64_t size) {
        audit::Tree tree;
        for (const auto& record : store::kept_records(*database, trails[0].number, 0, size))
            tree.append(audit::leaf_hash(as_bytes(record.bytes)));
        database->run("DELETE FROM bundles WHERE trail = ?1 AND first >= ?2", trails[0].number, size);
        database->run("DELETE FROM heads WHERE trail = ?1 AND size > ?2", trails[0].number, size);
        database->run("UPDATE trails SET size = ?2, edge = ?3 WHERE number = ?1", trails[0].number, size,
                      tree.edge_bytes());
    }
};

TEST_F(TrailCheckTest, both_trails_of_a_restored_home_are_as_they_were_signed) {
    const auto report = check();
    ASSERT_EQ(report.trails.size(), 2U);
    for (const auto& trail : report.trails) EXPECT_THAT(trail.findings, IsEmpty());
    EXPECT_THAT(report.missing, IsEmpty());
    EXPECT_EQ(report.trails[0].evidence, 0U) << "nobody else's";
}

TEST_F(TrailCheckTest, an_earlier_trail_that_was_cut_is_named) {
    cut_first(5);
    const auto report = check();
    ASSERT_EQ(report.trails[0].findings.size(), 1U);
    const auto& finding = report.trails[0].findings[0];
    EXPECT_EQ(finding.wrong, audit::Wrong::truncated);
    EXPECT_EQ(finding.first, 5U);
    EXPECT_EQ(finding.count, 2U);
    EXPECT_THAT(finding.what, HasSubstr(trails[1].origin));
    EXPECT_THAT(report.trails[1].findings, IsEmpty());
}

TEST_F(TrailCheckTest, an_earlier_trail_that_is_gone_is_missed) {
    for (const auto& sql : {"bundles", "heads"})
        database->script(fmt::format("DELETE FROM {} WHERE trail = {}", sql, trails[0].number));
    database->run("DELETE FROM trails WHERE number = ?1", trails[0].number);
    const auto report = check();
    ASSERT_EQ(report.trails.size(), 1U);
    EXPECT_THAT(report.trails[0].findings, IsEmpty());
    ASSERT_EQ(report.missing.size(), 1U);
    EXPECT_THAT(report.missing[0], HasSubstr(trails[0].origin));
}

TEST_F(TrailCheckTest, rows_of_a_trail_that_is_not_named_are_found) {
    database->run("UPDATE bundles SET trail = 77 WHERE trail = ?1 AND first = 0", trails[1].number);
    EXPECT_THAT(check().missing, ::testing::ElementsAre(HasSubstr("number 77")));
    database->script("DELETE FROM trails");
    const auto report = check();
    EXPECT_THAT(report.trails, IsEmpty());
    EXPECT_EQ(report.missing.size(), 3U) << "nothing was recorded, it would say";
}

// What is wrong with the later trail's beginning is told of that trail alone.
TEST_F(TrailCheckTest, a_beginning_that_was_altered_says_nothing_of_another_trail) {
    const auto bundle = store::kept_bundles(*database, trails[1].number, 0, 1).at(0);
    auto records = bundle.records;
    const auto root = records.find(R"("root":")") + 8;
    records[root] = records[root] == 'A' ? 'B' : 'A';
    const auto leaf = audit::leaf_hash(as_bytes(records.substr(0, records.find('\n'))));
    database->run("UPDATE bundles SET records = ?2, leaves = ?3 WHERE trail = ?1 AND first = 0", trails[1].number,
                  records, leaf);
    const auto report = check();
    EXPECT_THAT(report.trails[0].findings, IsEmpty());
    ASSERT_EQ(report.trails[1].findings.size(), 1U);
    EXPECT_EQ(report.trails[1].findings[0].wrong, audit::Wrong::altered);
}

} // namespace
} // namespace taleus::app
