// What a partner can state and a text of C cannot hold: a listener of the C interface, and dialers of the C++ one. All
// else of the C interface is tested from C (tests/c).

#include <gtest/gtest.h>
#include <taleus/taleus.h>
#include <taleus/taleus.hpp>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace std::string_literals;
using taleus::StateName;

class CTest : public ::testing::Test {
protected:
    CTest() {
        auto name = (std::filesystem::temp_directory_path() / "taleus-c-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
        const auto home = (folder / "anna").string();
        taleus_party party{};
        party.size = sizeof party;
        party.home = home.c_str();
        taleus_hooks hooks{};
        hooks.size = sizeof hooks;
        hooks.context = &asked;
        hooks.check_identity = [](void* context, const taleus_call*, const taleus_claim*, taleus_completion* done) {
            ++*static_cast<std::atomic<int>*>(context);
            taleus_answer_verdict(done, 1, nullptr);
            taleus_completion_free(done);
        };
        const char* const loopback = "/ip4/127.0.0.1/tcp/0";
        taleus_listener_options options{};
        options.size = sizeof options;
        options.party = &party;
        options.listen = &loopback;
        options.listen_count = 1;
        options.hooks = &hooks;
        EXPECT_EQ(taleus_listener_start(&options, &listener, nullptr), TALEUS_OK);
    }
    ~CTest() override {
        taleus_listener_free(listener);
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }

    // What comes of a join by an invitation of its own.
    taleus::JoinResult join(const std::string& home, std::string party_id, std::vector<std::string> cadre,
                            std::int32_t requirement) {
        taleus_terms terms{};
        terms.size = sizeof terms;
        terms.requirement = requirement;
        const taleus_issued* issued = nullptr;
        EXPECT_EQ(taleus_listener_invite(listener, &terms, nullptr, &issued, nullptr), TALEUS_OK);
        auto dialer = taleus::Dialer::open(
            {.party = {.home = folder / home, .party_id = std::move(party_id), .cadre = std::move(cadre)}});
        EXPECT_TRUE(dialer) << dialer.error().context;
        auto result = dialer->join({.link = issued->uri});
        EXPECT_TRUE(result) << result.error().context;
        taleus_issued_free(issued);
        return std::move(*result);
    }

    std::filesystem::path folder;
    std::atomic<int> asked = 0; // how often check_identity was
    taleus_listener* listener = nullptr;
};

// Found in review: JSON allows U+0000, and the hook judged what stands before it.
TEST_F(CTest, a_claim_with_a_nul_within_is_refused_and_no_part_of_it_is_judged) {
    for (const auto& [home, party, address] :
         {std::tuple{"bert", "alice\0x"s, "alice.example"s}, std::tuple{"carl", "alice"s, "alice.example\0x"s}}) {
        const auto result = join(home, party, {address}, TALEUS_EXTERNAL);
        EXPECT_EQ(result.outcome, StateName::rejected);
        EXPECT_EQ(result.code, taleus::Code::invalid_identity);
    }
    EXPECT_EQ(asked, 0);
    const auto result = join("dora", "alice", {"alice.example"}, TALEUS_EXTERNAL);
    EXPECT_TRUE(result.is_done()) << result.reason;
    EXPECT_EQ(asked, 1);
    const taleus_tallies* tallies = nullptr;
    ASSERT_EQ(taleus_listener_tallies(listener, &tallies, nullptr), TALEUS_OK);
    EXPECT_EQ(tallies->count, 1U);
    taleus_tallies_free(tallies);
}

// Found in review: the text ended there, and a party or an address could look like another.
TEST_F(CTest, a_record_shows_a_nul_within_a_text_and_what_is_behind_it) {
    const auto result = join("bert", "alice\0x"s, {"\0"s, "a\0\0b"s}, TALEUS_ANY);
    ASSERT_TRUE(result.is_done()) << result.reason;
    const taleus_tallies* tallies = nullptr;
    ASSERT_EQ(taleus_listener_tallies(listener, &tallies, nullptr), TALEUS_OK);
    ASSERT_EQ(tallies->count, 1U);
    const auto& tally = *tallies->items[0];
    EXPECT_EQ(tally.id, result.tally->id);
    EXPECT_EQ(tally.partner_party, "alice\uFFFDx"s);
    ASSERT_EQ(tally.partner_cadre_count, 2U);
    EXPECT_EQ(tally.partner_cadre[0], "\uFFFD"s);
    EXPECT_EQ(tally.partner_cadre[1], "a\uFFFD\uFFFDb"s);
    taleus_tallies_free(tallies);

    const taleus_link* link = nullptr;
    const auto text =
        R"({"responderPeerAddrs":["/ip4/127.0.0.1/tcp/9000/p2p/)" + std::string{taleus_listener_peer_id(listener)} +
        R"("],"token":"kept elsewhere\u0000a","tokenExpiryUtc":"2999-01-01T00:00:00Z","initiatorRole":"foil"})";
    ASSERT_EQ(taleus_link_parse(text.c_str(), &link, nullptr), TALEUS_OK);
    EXPECT_EQ(link->token, "kept elsewhere\uFFFDa"s);
    taleus_link_free(link);
}

} // namespace
