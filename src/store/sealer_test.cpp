#include "audit/receipt.hpp"
#include "audit/verifier.hpp"
#include "store/testing.hpp"
#include "store/trails.hpp"
#include "wire/json.hpp"

#include <algorithm>
#include <vector>

namespace taleus::store::testing {
namespace {

struct SealerTest : JournalTest {
    // The records and heads of one trail against each other: all that is wrong.
    std::vector<audit::Finding> check(const KeptTrail& trail) {
        auto database = open_database(home.store());
        std::vector<audit::Known> heads;
        for (const auto& head : kept_heads(*database, trail.number, 0, 1'000'000)) {
            const auto note = to_note(trail, head);
            EXPECT_TRUE(note);
            const auto opened = audit::open_checkpoint(*note, &node_key().public_key());
            EXPECT_TRUE(opened) << head.size;
            heads.push_back({*opened, "head"});
        }
        audit::Verifier verifier{heads};
        for (const auto& record : kept_records(*database, trail.number, 0, 1'000'000)) {
            verifier.take(as_bytes(record.bytes), record.seq, record.leaf);
        }
        auto findings = verifier.finish();
        EXPECT_EQ(verifier.tree().size(), trail.size);
        return findings;
    }
    std::vector<KeptTrail> trails() {
        auto database = open_database(home.store());
        return kept_trails(*database);
    }
    // The records that still have some, of all trails.
    std::vector<std::uint64_t> details() {
        std::vector<std::uint64_t> found;
        auto database = open_database(home.store());
        for (const auto& trail : kept_trails(*database))
            for (const auto& one : kept_records(*database, trail.number, 0, 1'000'000))
                if (!one.details.empty() || !one.salt.empty()) found.push_back(one.seq);
        return found;
    }
    // Of what is over its time at `now` + 5 s, each with details, in a trail of another node, which was seen at `now`
    // by that boot, or, without one, is no node of the store.
    void leave_in_a_sisters_trail(std::size_t count, const std::optional<std::string>& boot) {
        auto old = record("refused");
        old.body["peer"] = "12D3Koo";
        SystemRandom random;
        const auto key = wire::KeyPair::generate(random);
        const auto sister = open(home.store(), {}, {key, random});
        ask(sister->append_audit(std::vector(count, old)));
        if (!boot) return;
        const ports::Node node{
            .peer = wire::PeerId::of(key.public_key()), .addresses = {}, .seen = now, .boot = *boot, .home = "hers"};
        EXPECT_TRUE(ask(sister->register_node(node, now)));
    }
    std::vector<KeptRecord> records() {
        auto database = open_database(home.store());
        return kept_records(*database, trails().back().number, 0, 1'000'000);
    }
};

TEST_F(SealerTest, what_commits_together_is_sealed_by_one_head) {
    std::vector<Result<void>> done;
    for (int i = 0; i < 40; ++i)
        shard.spawn(journal->append_audit({record("refused"), record("refused")}),
                    [&](Result<void> answer) { done.push_back(std::move(answer)); });
    shard.run();
    ASSERT_EQ(done.size(), 40U);
    const auto kept = trails();
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].size, 81U); // with the trail's own beginning
    EXPECT_TRUE(check(kept[0]).empty());
    auto database = open_database(home.store());
    EXPECT_EQ(kept_heads(*database, kept[0].number, 0, 100).size(), journal->commit_counts().commits);
}

TEST_F(SealerTest, a_call_that_fails_leaves_no_record) {
    invite(invitation("token"));
    EXPECT_EQ(code_of(journal->create_invitation(invitation("token"), record("invitation_created"))), Code::conflict);
    EXPECT_EQ(code_of(journal->append_audit({record("refused"), record("of no kind")})), Code::internal);
    EXPECT_EQ(records().size(), 2U);
    EXPECT_TRUE(check(trails()[0]).empty());
}

TEST_F(SealerTest, what_one_call_keeps_of_a_session_is_one_record) {
    ask(journal->append_audit({record("transition", "s1"), record("transition", "s1"), record("transition", "s2"),
                               record("refused"), record("refused")}));
    const auto kept = records();
    ASSERT_EQ(kept.size(), 5U); // the trail's beginning, two sessions, and what is of no session each by itself
    EXPECT_EQ(audit::decode(as_bytes(kept[1].bytes))->then.size(), 1U);
    EXPECT_EQ(ask(journal->audit({})).size(), 6U);
    EXPECT_TRUE(check(trails()[0]).empty());
}

// Calls of one session shared a commit, and the second failed: what it had put into the first one's record would have
// stayed there.
TEST_F(SealerTest, a_call_that_fails_leaves_nothing_in_the_record_of_the_call_before_it) {
    std::optional<Code> second;
    shard.spawn(journal->append_audit({record("transition", "s1")}),
                [](const Result<void>& done) { EXPECT_TRUE(done); });
    shard.spawn(journal->append_audit({record("transition", "s1"), record("of no kind", "s1")}),
                [&](const Result<void>& done) { second = done ? std::optional<Code>{} : done.error().code; });
    shard.run();
    EXPECT_EQ(second, Code::internal);
    const auto kept = records();
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_TRUE(audit::decode(as_bytes(kept[1].bytes))->then.empty());
}

TEST_F(SealerTest, two_processes_of_one_node_write_one_trail) {
    auto other = open(home.store());
    for (int i = 0; i < 20; ++i) {
        ask(journal->append_audit({record("refused")}));
        ask(other->append_audit({record("refused")}));
    }
    const auto kept = trails();
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].size, 41U);
    EXPECT_TRUE(check(kept[0]).empty());
}

TEST_F(SealerTest, an_opening_comes_with_a_receipt_that_anyone_can_check) {
    invite(invitation("token", wire::Role::foil));
    const auto made = session("s1", "token", wire::Role::foil);
    auto story = trail(StateName::validating_identity, made.state, made.id);
    story.audit.insert(story.audit.begin(), record("opened", made.id));
    story.audit.front().token_id = id_of(made.token);
    const auto opened = ask(journal->open_session(made, std::nullopt, now, story));
    ASSERT_TRUE(opened);
    const auto receipt = audit::open_receipt(*wire::parse_json(as_bytes(opened->receipt)));
    ASSERT_TRUE(receipt) << receipt.error().context;
    EXPECT_LE(opened->receipt.size(), audit::receipt_bytes_max);
    const std::vector nodes{wire::PeerId::of(node_key().public_key())};
    EXPECT_EQ(audit::receipt_fault(*receipt, "s1", id_of(made.token), nodes), "");
    EXPECT_EQ(receipt->head.size, trails()[0].size); // record and head are of one commit
    // The retry's answer has the same one.
    EXPECT_EQ(std::get<ports::Decided>(find(made)).session.receipt, opened->receipt);
}

TEST_F(SealerTest, what_was_restored_begins_a_trail_that_names_the_last_head) {
    ask(journal->append_audit({record("started")}));
    ask(journal->begin_trail("restored", now));
    ask(journal->append_audit({record("started")}));
    const auto kept = trails();
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_NE(kept[0].origin, kept[1].origin);
    EXPECT_TRUE(check(kept[0]).empty());
    EXPECT_TRUE(check(kept[1]).empty());
    const auto first = audit::decode(as_bytes(records()[0].bytes));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->kind, "trail_started");
    EXPECT_EQ(first->body.at("cause"), "restored");
    EXPECT_EQ(first->body.at("previous"), boost::json::string{kept[0].origin});
    EXPECT_EQ(first->body.at("size"), 2);
}

TEST_F(SealerTest, details_are_erased_and_every_proof_holds) {
    auto old = record("refused");
    old.body["peer"] = "12D3Koo";
    auto young = old;
    young.at = now + 10s;
    ask(journal->append_audit({old, old, young}));
    EXPECT_FALSE(ask(journal->erase_details(now + 5s, now + 20s, 100)));
    const auto kept = records();
    ASSERT_EQ(kept.size(), 5U); // the beginning, three, and that details were erased
    EXPECT_EQ(kept[1].details + kept[2].details, "");
    EXPECT_EQ(kept[3].details, R"({"peer":"12D3Koo"})");
    EXPECT_EQ(audit::decode(as_bytes(kept[4].bytes))->body,
              (boost::json::object{{"before", "2027-01-15T08:00:05.000Z"}, {"details", 2}, {"sessions", 0}}));
    EXPECT_TRUE(check(trails()[0]).empty());
    EXPECT_FALSE(ask(journal->erase_details(now + 5s, now + 30s, 100))); // nothing is left to erase, nothing is told
    EXPECT_EQ(records().size(), 5U);
}

TEST_F(SealerTest, erasing_goes_on_where_it_was_left) {
    auto old = record("refused");
    old.body["peer"] = "12D3Koo";
    ask(journal->append_audit({old, old, old}));
    EXPECT_TRUE(ask(journal->erase_details(now + 5s, now + 20s, 2)));
    EXPECT_TRUE(ask(journal->erase_details(now + 5s, now + 20s, 2)));
    while (ask(journal->erase_details(now + 5s, now + 20s, 2))) {
    }
    for (const auto& one : records()) EXPECT_EQ(one.details, "") << one.seq;
}

TEST_F(SealerTest, details_of_every_trail_are_erased) {
    auto old = record("refused");
    old.body["peer"] = "12D3Koo";
    ask(journal->append_audit({old, old}));
    ask(journal->begin_trail("restored", now));
    ask(journal->append_audit({old, old, old}));
    while (ask(journal->erase_details(now + 5s, now + 20s, 2))) {
    }
    EXPECT_EQ(details().size(), 0U);
}

// Found in review: each node erased in its own trails alone, and in those of one that was gone for good nobody did.
TEST_F(SealerTest, details_in_the_trails_of_a_node_that_is_gone_are_erased_by_another) {
    leave_in_a_sisters_trail(2, "a boot");
    auto old = record("refused");
    old.body["peer"] = "12D3Koo";
    ask(journal->append_audit({old}));
    const auto left_at = [&](UtcTime at) {
        while (ask(journal->erase_details(now + 5s, at, 2))) {
        }
        return details().size();
    };
    EXPECT_EQ(left_at(now + 1h), 2U) << "she lives, and does it herself";
    EXPECT_EQ(left_at(now + 1h + 1ms), 0U);
    const auto kept = trails();
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_EQ(kept[0].size, 3U) << "what is told of it is in the trail of who did it";
}

// Found in review: a node that had just stopped in order, and every home that only joins or invites, counted as gone at
// once, and who was at work there waited for the row of its trail.
TEST_F(SealerTest, neither_who_has_just_stopped_nor_who_only_joins_is_gone_before_an_hour_of_silence) {
    for (const auto& boot : {std::optional<std::string>{""}, std::optional<std::string>{}}) {
        leave_in_a_sisters_trail(2, boot);
        const auto left_at = [&](UtcTime at) {
            while (ask(journal->erase_details(now + 5s, at, 2))) {
            }
            return details().size();
        };
        EXPECT_EQ(left_at(now + 6s), 2U);
        EXPECT_EQ(left_at(now + 1h), 2U);
        EXPECT_EQ(left_at(now + 1h + 1ms), 0U) << (boot ? "stopped" : "only joins");
    }
}

// Found in review: each trail had a commit's worth of its own, so that of forty nodes that were gone twenty thousand
// records were erased while the sessions of this one waited.
TEST_F(SealerTest, what_is_erased_in_a_commit_is_of_all_trails_together) {
    constexpr std::size_t gone = 5;
    for (std::size_t i = 0; i < gone; ++i) leave_in_a_sisters_trail(4, "a boot");
    const std::size_t limit = 1 + 4; // with the beginning of a trail
    const auto erase = [&] { return ask(journal->erase_details(now + 5s, now + 2h, limit)); };
    for (std::size_t calls = 1; calls < gone; ++calls) {
        EXPECT_TRUE(erase());
        EXPECT_EQ(details().size(), 4 * (gone - calls));
    }
    EXPECT_FALSE(erase());
    EXPECT_TRUE(details().empty());
    EXPECT_EQ(audit::decode(as_bytes(records().back().bytes))->body.at("details"), 4);
}

// What a trail tells of a time that is yet to come is looked at in vain: it must be in the way of no other trail, and
// nobody is to come again for it at once.
TEST_F(SealerTest, a_trail_in_which_nothing_can_be_erased_takes_no_others_turn) {
    auto old = record("refused");
    old.body["peer"] = "12D3Koo";
    auto ahead = old;
    ahead.at = now + 1000h;
    ask(journal->append_audit({ahead, ahead, ahead})); // so is what begins it
    ask(journal->begin_trail("restored", now));
    ask(journal->append_audit({old, old}));
    EXPECT_FALSE(ask(journal->erase_details(now + 5s, now + 20s, 3)));
    EXPECT_EQ(details(), (std::vector<std::uint64_t>{1, 2, 3})) << "those of the first trail";
}

TEST_F(SealerTest, what_was_looked_at_in_vain_with_the_rest_of_a_commit_is_looked_at_with_a_whole_one) {
    auto old = record("refused");
    old.body["peer"] = "12D3Koo";
    auto ahead = old;
    ahead.at = now + 1000h;
    ask(journal->append_audit({old, old}));
    ask(journal->begin_trail("restored", ahead.at));
    ask(journal->append_audit({ahead, old}));
    EXPECT_TRUE(ask(journal->erase_details(now + 5s, now + 20s, 4)));
    EXPECT_EQ(details(), (std::vector<std::uint64_t>{1, 2})) << "those of the second trail";
    EXPECT_FALSE(ask(journal->erase_details(now + 5s, now + 20s, 4)));
    EXPECT_TRUE(details().empty());
}

// A clock that was ahead for a moment stopped all erasing until the time that it had told.
TEST_F(SealerTest, what_a_clock_told_that_was_ahead_keeps_nothing_behind_it) {
    auto old = record("refused");
    old.body["peer"] = "12D3Koo";
    auto ahead = old;
    ahead.at = now + 1000h;
    ask(journal->append_audit({old, ahead, old, ahead}));
    EXPECT_FALSE(ask(journal->erase_details(now + 5s, now + 20s, 100)));
    EXPECT_EQ(details(), std::vector<std::uint64_t>{4}) << "which nothing older follows";
    EXPECT_TRUE(check(trails()[0]).empty());
}

// Hashes of whole tiles are kept as they fill, also when one commit fills several, so that tiles need no walk through
// the trail.
TEST_F(SealerTest, tiles_are_those_of_the_tree) {
    ask(journal->append_audit(std::vector<ports::AuditRecord>(100, record("refused"))));
    ask(journal->append_audit(std::vector<ports::AuditRecord>(600, record("refused"))));
    const auto kept = trails()[0];
    audit::Growth growth;
    for (const auto& one : records()) growth.append(audit::leaf_hash(as_bytes(one.bytes)));
    auto database = open_database(home.store());
    for (const auto& tile : audit::tiles_of(kept.size)) {
        if (tile.is_bundle) continue;
        const auto hashes = tile_of(*database, kept, tile);
        ASSERT_TRUE(hashes) << audit::to_path(tile);
        EXPECT_EQ(*hashes, audit::encode(tile, [&](auto from, auto to) { return growth.hash(from, to); }));
    }
    EXPECT_EQ(kept_subtrees(*database, kept.number).size(), 2U);
    EXPECT_TRUE(ask(journal->trail_file("checkpoint")));
    EXPECT_TRUE(ask(journal->trail_file("tile/entries/000")));
    EXPECT_FALSE(ask(journal->trail_file("tile/entries/x001/000")));
    EXPECT_FALSE(ask(journal->trail_file("../taleus.db")));
}

} // namespace
} // namespace taleus::store::testing
