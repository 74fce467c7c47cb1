#include "provision/sqlite_provisioner.hpp"
#include "provision/tally_file.hpp"
#include "wire/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace taleus::provision {
namespace {

namespace fs = std::filesystem;

struct SqliteProvisionerTest : testing::Test {
    SqliteProvisionerTest() {
        auto name = (fs::temp_directory_path() / "taleus-provision-XXXXXX").string();
        home = ::mkdtemp(name.data());
        tallies = home / "tallies";
    }
    ~SqliteProvisionerTest() override {
        std::error_code ignored;
        fs::remove_all(home, ignored);
    }

    fs::path home;
    fs::path tallies;
    async::asio::io_context context;

    template <class T> T ask(async::awaitable<T> work) {
        std::optional<T> answer;
        async::asio::co_spawn(context, std::move(work), [&](const std::exception_ptr& failed, T value) {
            EXPECT_FALSE(failed);
            answer = std::move(value);
        });
        context.restart();
        context.run();
        return std::move(answer.value());
    }
    static ports::Intent intent(std::uint8_t instance = 1, std::string tally_id = "babc234") {
        ports::Intent made{.instance = {},
                           .tally_id = std::move(tally_id),
                           .draft = R"({"signer":"12D3","tally":{"version":1,"nonce":"x"},"signature":"s"})",
                           .secret = {}};
        made.instance.bytes.fill(instance);
        return made;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator{tallies}) found.push_back(entry.path().filename().string());
        return found;
    }
};

TEST_F(SqliteProvisionerTest, makes_a_private_file_that_begins_with_the_draft) {
    SqliteProvisioner provisioner{tallies};
    const auto made = ask(provisioner.provision(intent(), {}));
    ASSERT_TRUE(made) << made.error().context;
    EXPECT_EQ(made->access.endpoint, "taleus-sqlite:babc234");
    EXPECT_EQ(made->access.credentials_ref, "file");
    EXPECT_EQ(names(), std::vector<std::string>{"babc234.db"});
    struct stat found{};
    ASSERT_EQ(::stat((tallies / "babc234.db").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    ASSERT_EQ(::stat(tallies.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0700U);

    const auto file = read_tally_file(tallies, "babc234");
    ASSERT_TRUE(file) << file.error().context;
    EXPECT_EQ(file->tally_id, "babc234");
    EXPECT_EQ(file->draft, intent().draft);
    EXPECT_EQ(file->identity, R"({"nonce":"x","version":1})");
    EXPECT_EQ(file->instance, intent().instance);
}

TEST_F(SqliteProvisionerTest, the_same_intent_makes_the_same_file_however_often) {
    SqliteProvisioner provisioner{tallies};
    const auto first = ask(provisioner.provision(intent(), {}));
    struct stat before{};
    ASSERT_EQ(::stat((tallies / "babc234.db").c_str(), &before), 0);
    SqliteProvisioner another{tallies};
    EXPECT_EQ(ask(another.provision(intent(), {}))->access, first->access);
    struct stat after{};
    ASSERT_EQ(::stat((tallies / "babc234.db").c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(SqliteProvisionerTest, a_name_taken_by_another_instance_is_refused_and_kept) {
    SqliteProvisioner provisioner{tallies};
    ASSERT_TRUE(ask(provisioner.provision(intent(1), {})));
    EXPECT_EQ(ask(provisioner.provision(intent(2), {})).error().code, Code::provisioning_failed);
    auto altered = intent(1);
    altered.draft = R"({"tally":{}})";
    EXPECT_EQ(ask(provisioner.provision(altered, {})).error().code, Code::provisioning_failed);
    EXPECT_EQ(ask(provisioner.remove(intent(2), {})).error().code, Code::provisioning_failed);
    EXPECT_EQ(read_tally_file(tallies, "babc234")->instance, intent(1).instance);
}

TEST_F(SqliteProvisionerTest, what_was_killed_before_the_rename_is_made_anew_and_cleared_away) {
    fs::create_directory(tallies);
    std::ofstream{tallies / ".babc234.new"} << "half";
    std::ofstream{tallies / ".babc234.beside"} << "half";
    std::ofstream{tallies / ".bother.new"} << "of another tally";
    SqliteProvisioner provisioner{tallies};
    ASSERT_TRUE(ask(provisioner.provision(intent(), {})));
    auto left = names();
    std::ranges::sort(left);
    EXPECT_EQ(left, (std::vector<std::string>{".bother.new", "babc234.db"}));
    EXPECT_TRUE(read_tally_file(tallies, "babc234"));
}

TEST_F(SqliteProvisionerTest, many_that_make_one_instance_at_once_make_one_file) {
    std::vector<std::jthread> makers;
    std::atomic<int> made{0};
    const TallyFile file{.tally_id = "babc234", .instance = intent().instance, .draft = intent().draft, .identity = {}};
    for (int i = 0; i < 8; ++i)
        makers.emplace_back([&] {
            const auto written = write_tally_file(tallies, file);
            EXPECT_TRUE(written) << written.error().context;
            made += written ? 1 : 0;
        });
    makers.clear();
    EXPECT_EQ(made, 8);
    EXPECT_EQ(names(), std::vector<std::string>{"babc234.db"});
    EXPECT_TRUE(read_tally_file(tallies, "babc234"));
}

TEST_F(SqliteProvisionerTest, removes_what_it_made_and_nothing_is_fine) {
    SqliteProvisioner provisioner{tallies};
    EXPECT_TRUE(ask(provisioner.remove(intent(), {})));
    ASSERT_TRUE(ask(provisioner.provision(intent(), {})));
    std::ofstream{tallies / ".babc234.new"} << "half";
    EXPECT_TRUE(ask(provisioner.remove(intent(), {})));
    EXPECT_TRUE(names().empty());
    EXPECT_TRUE(ask(provisioner.remove(intent(), {})));
    EXPECT_EQ(read_tally_file(tallies, "babc234").error().code, Code::provisioning_failed);
}

TEST_F(SqliteProvisionerTest, no_text_from_outside_names_a_file) {
    SqliteProvisioner provisioner{tallies};
    for (const auto* name : {"", ".", "..", "../x", "a/b", "a.b", "-rf", "_x", "a b", "a\n", "\xc3\xa4"}) {
        EXPECT_FALSE(is_file_name(name)) << name;
        EXPECT_EQ(ask(provisioner.provision(intent(1, name), {})).error().code, Code::provisioning_failed) << name;
        EXPECT_EQ(ask(provisioner.remove(intent(1, name), {})).error().code, Code::provisioning_failed) << name;
        EXPECT_EQ(read_tally_file(tallies, name).error().code, Code::provisioning_failed) << name;
    }
    EXPECT_FALSE(fs::exists(tallies));
    EXPECT_TRUE(is_file_name(std::string(128, 'b')));
    EXPECT_FALSE(is_file_name(std::string(129, 'b')));
    EXPECT_TRUE(is_file_name("bciq-2_Z"));
}

TEST_F(SqliteProvisionerTest, a_draft_that_names_no_tally_is_refused) {
    SqliteProvisioner provisioner{tallies};
    for (const auto* draft : {"", "{", "[]", "{}", R"({"tally":1})"}) {
        auto wanted = intent();
        wanted.draft = draft;
        EXPECT_EQ(ask(provisioner.provision(wanted, {})).error().code, Code::provisioning_failed) << draft;
    }
}

TEST_F(SqliteProvisionerTest, a_directory_that_cannot_be_written_may_work_later) {
    std::ofstream{home / "file"} << "no directory";
    SqliteProvisioner in_file{home / "file"};
    EXPECT_EQ(ask(in_file.provision(intent(), {})).error().code, Code::dependency_unavailable);
    SqliteProvisioner in_nothing{home / "none" / "tallies"};
    EXPECT_EQ(ask(in_nothing.provision(intent(), {})).error().code, Code::dependency_unavailable);
    if (::geteuid() == 0) return; // nothing is read-only to root
    fs::create_directory(tallies);
    fs::permissions(tallies, fs::perms::owner_read | fs::perms::owner_exec);
    SqliteProvisioner read_only{tallies};
    EXPECT_EQ(ask(read_only.provision(intent(), {})).error().code, Code::dependency_unavailable);
    EXPECT_TRUE(names().empty());
}

TEST_F(SqliteProvisionerTest, files_that_are_no_tallies_are_told_as_such) {
    fs::create_directory(tallies);
    std::ofstream{tallies / "btext.db"} << std::string(5000, 'x');
    EXPECT_EQ(read_tally_file(tallies, "btext").error().code, Code::provisioning_failed);
    SqliteProvisioner provisioner{tallies};
    EXPECT_EQ(ask(provisioner.provision(intent(1, "btext"), {})).error().code, Code::provisioning_failed);
    EXPECT_EQ(ask(provisioner.remove(intent(1, "btext"), {})).error().code, Code::provisioning_failed);
    EXPECT_TRUE(fs::exists(tallies / "btext.db"));
}

} // namespace
} // namespace taleus::provision
