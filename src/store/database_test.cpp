#include "store/columns.hpp"
#include "store/failing_disk.hpp"
#include "store/schema.hpp"
#include "store/testing.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <mutex>
#include <set>
#include <string>

namespace taleus::store::testing {
namespace {

using ::testing::ExitedWithCode;

std::unique_ptr<Database> open_plain(const std::filesystem::path& path, const std::string& vfs = {}) {
    SqliteDatabase::Options options;
    options.busy_wait = 20ms;
    options.vfs = vfs;
    auto opened = SqliteDatabase::open(path, options);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().context);
    return std::move(opened.value());
}

struct DatabaseTest : ::testing::Test {
    Home home;
};

TEST_F(DatabaseTest, its_files_are_private_and_its_settings_safe) {
    auto database = open_plain(home.store());
    database->script("CREATE TABLE t (a)");
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        struct stat found{};
        ASSERT_EQ(::stat((home.store().string() + suffix).c_str(), &found), 0) << suffix;
        EXPECT_EQ(found.st_mode & 0777U, 0600U) << suffix;
    }
    EXPECT_EQ(database->value<std::string>("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(database->value<std::int64_t>("PRAGMA synchronous"), 2);
    EXPECT_EQ(database->value<std::int64_t>("PRAGMA foreign_keys"), 1);
    EXPECT_EQ(database->value<std::int64_t>("PRAGMA trusted_schema"), 0);
}

TEST_F(DatabaseTest, a_fault_sticks_until_it_is_taken) {
    auto database = open_plain(home.store());
    database->script("CREATE TABLE t (a INTEGER CHECK (a > 0))");
    database->begin();
    EXPECT_EQ(database->run("INSERT INTO t VALUES (?1)", 1), 1);
    EXPECT_EQ(database->run("INSERT INTO t VALUES (?1)", -1), 0);
    EXPECT_EQ(database->run("INSERT INTO t VALUES (?1)", 2), 0); // not even tried
    EXPECT_FALSE(database->value<int>("SELECT 1"));
    database->commit();
    const auto fault = database->take_fault();
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code, Code::internal);
    EXPECT_EQ(database->value<int>("SELECT count(*) FROM t"), 0);
}

TEST_F(DatabaseTest, what_cannot_be_reached_may_work_later) {
    std::ofstream{home.path() / "file"} << "no directory";
    for (const auto& path : {home.path() / "none" / "taleus.db", home.path() / "file" / "taleus.db", home.path()}) {
        const auto opened = Journal::open(path, author());
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, Code::dependency_unavailable) << opened.error().context;
        EXPECT_NE(opened.error().context.find(path.string()), std::string::npos) << opened.error().context;
    }
}

TEST_F(DatabaseTest, a_lock_held_elsewhere_may_pass) {
    auto holder = open_plain(home.store());
    auto other = open_plain(home.store());
    holder->begin();
    other->begin();
    const auto fault = other->take_fault();
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code, Code::dependency_unavailable);
    holder->commit();
    other->begin();
    EXPECT_FALSE(other->fault());
    other->commit();
}

TEST_F(DatabaseTest, words_of_no_version_are_a_fault) {
    auto database = open_plain(home.store());
    EXPECT_EQ(database->value<Code>("SELECT 'timeout'"), Code::timeout);
    EXPECT_FALSE(database->fault());
    static_cast<void>(database->value<Code>("SELECT 'no such word'"));
    EXPECT_EQ(database->take_fault()->code, Code::internal);
    static_cast<void>(database->value<TokenHash>("SELECT x'00'"));
    EXPECT_EQ(database->take_fault()->code, Code::internal);
    static_cast<void>(database->value<std::vector<std::string>>("SELECT '[1]'"));
    EXPECT_EQ(database->take_fault()->code, Code::internal);
    EXPECT_EQ(database->value<std::int64_t>("SELECT NULL"), 0);
    static_cast<void>(database->value<std::int64_t>("SELECT 'one'"));
    EXPECT_EQ(database->take_fault()->code, Code::internal);
}

TEST_F(DatabaseTest, texts_keep_every_byte) {
    auto database = open_plain(home.store());
    const std::string odd{"a\0b'\"\xf0\x9f\x98\x80", 9};
    EXPECT_EQ(database->value<std::string>("SELECT ?1", odd), odd);
    EXPECT_EQ(database->value<std::string>("SELECT ?1", std::string{}), "");
    EXPECT_EQ(database->value<std::int64_t>("SELECT ?1 IS NULL", std::string{}), 0);
    EXPECT_EQ(database->value<std::int64_t>("SELECT ?1 IS NULL", std::optional<UtcTime>{}), 1);
}

// --- the log
TEST_F(DatabaseTest, its_log_is_copied_back_before_it_is_long) {
    constexpr std::uintmax_t pages = 20;
    constexpr std::uintmax_t pages_of_a_commit = 8; // at most, of those below
    auto opened = SqliteDatabase::open(home.store(), {.log_pages = pages});
    ASSERT_TRUE(opened);
    auto& database = **opened;
    database.script("CREATE TABLE t (a, b)");
    for (int i = 0; i < 200; ++i) {
        database.begin();
        database.run("INSERT INTO t VALUES (?1, ?2)", i, std::string(2000, 'x'));
        database.commit();
        ASSERT_FALSE(database.fault());
        ASSERT_LE(std::filesystem::file_size(home.store().string() + "-wal") / 4096, pages + pages_of_a_commit);
    }
    EXPECT_EQ(database.value<int>("SELECT count(*) FROM t"), 200);
}

// --- schema
TEST_F(DatabaseTest, an_empty_file_becomes_the_newest_version_and_stays_it) {
    auto database = open_plain(home.store());
    ASSERT_TRUE(migrate(*database));
    EXPECT_EQ(database->value<std::int64_t>("PRAGMA user_version"), schema_version());
    EXPECT_EQ(database->value<std::int64_t>("PRAGMA application_id"), schema_application);
    ASSERT_TRUE(migrate(*database));
    EXPECT_EQ(database->value<std::string>("PRAGMA integrity_check"), "ok");
}

TEST_F(DatabaseTest, a_newer_store_is_refused_untouched) {
    {
        auto database = open_plain(home.store());
        ASSERT_TRUE(migrate(*database));
        database->script("PRAGMA user_version=999");
    }
    const auto opened = Journal::open(home.store(), author());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().context.find("version 999"), std::string::npos) << opened.error().context;
    EXPECT_EQ(open_plain(home.store())->value<std::int64_t>("PRAGMA user_version"), 999);
}

TEST_F(DatabaseTest, other_files_are_refused_untouched) {
    open_plain(home.store())->script("CREATE TABLE recipes (name)");
    auto opened = Journal::open(home.store(), author());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().context.find("another program"), std::string::npos) << opened.error().context;
    EXPECT_EQ(open_plain(home.store())->value<std::int64_t>("SELECT count(*) FROM sqlite_schema"), 1);

    std::ofstream{home.path() / "text"} << std::string(5000, 'x');
    opened = Journal::open(home.path() / "text", author());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::internal) << opened.error().context;
}

TEST_F(DatabaseTest, many_may_make_one_store_at_once) {
    std::array<std::string, 8> faults;
    Journal::Options options;
    options.database.busy_wait = 60s; // who stands still is no fault
    std::vector<std::jthread> openers;
    for (auto& fault : faults)
        openers.emplace_back([&] {
            if (const auto journal = Journal::open(home.store(), author(), options); !journal)
                fault = journal.error().context;
        });
    openers.clear();
    EXPECT_THAT(faults, ::testing::Each(::testing::IsEmpty()));
}

// The statements that are run by connections which are opened while it is there.
class Overheard {
public:
    Overheard() {
        texts_.clear();
        sqlite3_auto_extension(entry());
    }
    ~Overheard() { sqlite3_cancel_auto_extension(entry()); }
    Overheard(const Overheard&) = delete;
    Overheard& operator=(const Overheard&) = delete;
    static std::set<std::string> texts() {
        const std::lock_guard lock{mutex_};
        return texts_;
    }

private:
    static void (*entry())() { return reinterpret_cast<void (*)()>(&listen); } // as SQLite wants it
    static int listen(sqlite3* to, char**, const sqlite3_api_routines*) {
        return sqlite3_trace_v2(to, SQLITE_TRACE_STMT, keep, nullptr);
    }
    static int keep(unsigned, void*, void* statement, void*) {
        const std::lock_guard lock{mutex_};
        texts_.emplace(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
        return 0;
    }

    static inline std::mutex mutex_;
    static inline std::set<std::string> texts_;
};

// Found in review: SQLite looks into an index of some rows only where the statement says, in the index's words, that it
// asks for no others. Each claim went through every instance that there had ever been.
TEST_F(DatabaseTest, nobody_goes_through_the_instances_that_were_adopted) {
    ASSERT_TRUE(Journal::open(home.store(), author()));
    {
        const Overheard overheard;
        Shard shard;
        const auto journal = Journal::open(home.store(), author()).value();
        auto made = session("d1", "token", wire::Role::foil, 1, Side::dialer);
        made = shard.ask(journal->begin_join(made, {})).value().session;
        ASSERT_TRUE(shard.ask(journal->record_intent("d1", made.epoch, intent(made, "t1"), {})).value());
        ASSERT_EQ(shard.ask(journal->claim_stale_instances(now + 1h, now + 1h, 10)).value().size(), 1U);
        ASSERT_TRUE(shard.ask(journal->forget_instance(intent(made, "t1").instance, record("instance_removed"))));
    }
    std::set<std::string> plans; // longer there than the connection, which knows statements by where they stand
    for (const auto& text : Overheard::texts())
        if (text.contains("instances")) plans.insert("EXPLAIN QUERY PLAN " + text);
    const auto database = open_plain(home.store());
    int by_index = 0;
    for (const auto& plan : plans) {
        for (auto steps = database->ask(plan); steps.next();) {
            const auto step = steps.text(3);
            const bool is_by_index = step.contains("instances_unadopted");
            EXPECT_TRUE(is_by_index || !step.starts_with("SCAN instances")) << step << " of " << plan;
            by_index += is_by_index ? 1 : 0;
        }
        EXPECT_FALSE(database->fault()) << plan;
    }
    EXPECT_GE(by_index, 4) << "claims, and what is forgotten";
}

// --- a failing disk
struct FailingDiskTest : JournalTest {
    FailingDisk disk;
    FailingDiskTest() {
        journal.reset();
        Journal::Options options;
        options.database.vfs = FailingDisk::name;
        journal = open(home.store(), options);
    }
    ~FailingDiskTest() override { journal.reset(); }
};

TEST_F(FailingDiskTest, a_full_disk_leaves_nothing_half_written_and_passes) {
    invite(invitation("token"));
    auto made = session("s1", "token");
    FailingDisk::write_answer = SQLITE_FULL;
    EXPECT_EQ(code_of(journal->open_session(made, intent(made, "t1"), now, {})), Code::dependency_unavailable);
    EXPECT_EQ(code_of(journal->append_audit({record("started")})), Code::dependency_unavailable);
    EXPECT_EQ(usage(made).reserved, 0U); // reading goes on
    FailingDisk::write_answer = SQLITE_OK;
    EXPECT_FALSE(ask(journal->session("s1")));
    open_as(made, "t1");
    EXPECT_EQ(usage(made).reserved, 1U);
}

TEST_F(FailingDiskTest, a_failed_flush_stops_the_process) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    invite(invitation("token"));
    EXPECT_EXIT(
        {
            FailingDisk::sync_answer = SQLITE_IOERR_FSYNC;
            static_cast<void>(shard.ask(journal->append_audit({record("started")})));
        },
        ExitedWithCode(74), "taleus: stopped: .*taleus.db could not be written to disk .* Check the disk");
    EXPECT_EXIT(
        {
            FailingDisk::write_answer = SQLITE_IOERR_WRITE;
            static_cast<void>(shard.ask(journal->append_audit({record("started")})));
        },
        ExitedWithCode(74), "taleus: stopped:");
}

// SQLite's own checkpoint after a commit says nothing of its failure.
TEST_F(FailingDiskTest, a_failed_flush_of_what_is_copied_back_stops_the_process) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    journal.reset();
    Journal::Options options;
    options.database.vfs = FailingDisk::name;
    options.database.log_pages = 1;
    journal = open(home.store(), options);
    EXPECT_EXIT(
        {
            FailingDisk::database_sync_answer = SQLITE_IOERR_FSYNC;
            static_cast<void>(shard.ask(journal->append_audit({record("started")})));
            std::_Exit(0); // it went on
        },
        ExitedWithCode(74), "taleus: stopped: .*taleus.db could not be written to disk");
}

TEST_F(FailingDiskTest, what_a_dead_process_left_unflushed_is_flushed_before_anybody_is_told) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    invite(invitation("token"));
    Home after; // as the next process finds it
    for (const auto* name : {"taleus.db", "taleus.db-wal"})
        std::filesystem::copy_file(home.path() / name, after.path() / name);
    Journal::Options options;
    options.database.vfs = FailingDisk::name;
    EXPECT_EXIT(
        {
            FailingDisk::sync_answer = SQLITE_IOERR_FSYNC;
            static_cast<void>(Journal::open(after.store(), author(), options));
            std::_Exit(0); // it flushed nothing
        },
        ExitedWithCode(74), "taleus: stopped:");
}

} // namespace
} // namespace taleus::store::testing
