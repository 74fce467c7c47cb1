#include "audit/receipt.hpp"
#include "audit/record.hpp"
#include "audit/testing_test.hpp"
#include "base/source_dir_test.hpp"
#include "wire/base_text.hpp"
#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>

namespace taleus::audit {
namespace {

using testing::salt;

TEST(Record, HasOneForm) {
    for (std::uint64_t seq = 0; seq < 6; ++seq) {
        const auto encoded = encode(testing::record(seq), salt(seq));
        ASSERT_TRUE(encoded);
        const auto read = decode(as_bytes(encoded->bytes));
        ASSERT_TRUE(read) << read.error().context;
        EXPECT_EQ(read->seq, seq);
        EXPECT_EQ(read->at, testing::record(seq).at);
        EXPECT_EQ(read->kind, testing::record(seq).kind);
        EXPECT_EQ(read->session, testing::record(seq).session);
        EXPECT_FALSE(decode(as_bytes(encoded->bytes + " ")));
        EXPECT_FALSE(decode(as_bytes(" " + encoded->bytes)));
    }
}

// What tells of a person is committed to, not told.
TEST(Record, CommitsToDetails) {
    const auto encoded = encode(testing::record(0), salt(9)).value();
    EXPECT_EQ(encoded.details,
              "{\"address\":\"/ip4/192.0.2.1\",\"party\":\"Zoe \\\"\xc3\xa9\\\"\",\"peer\":\"12D3Koo\"}");
    for (const auto* personal : {"12D3Koo", "Zoe", "192.0.2.1"}) EXPECT_FALSE(encoded.bytes.contains(personal));
    EXPECT_EQ(decode(as_bytes(encoded.bytes))->details, commitment(salt(9), encoded.details));
    EXPECT_NE(encode(testing::record(0), salt(8))->bytes, encoded.bytes);
}

TEST(Record, OfAnUnlistedKindOrMemberIsOurFault) {
    const auto code_of = [](std::string kind, boost::json::object body) {
        const auto made = encode({.seq = 0,
                                  .at = {},
                                  .kind = std::move(kind),
                                  .session = {},
                                  .token = {},
                                  .body = std::move(body),
                                  .details = std::nullopt},
                                 {});
        return made ? std::optional<Code>{} : made.error().code;
    };
    EXPECT_EQ(code_of("hook", {{"hook", "identity"}, {"outcome", "made"}}), std::nullopt);
    EXPECT_EQ(code_of("hooked", {}), Code::internal);
    EXPECT_EQ(code_of("hook", {{"hook", "identity"}}), Code::internal);
    EXPECT_EQ(code_of("hook", {{"hook", "identity"}, {"outcome", 1}}), Code::internal);
    EXPECT_EQ(code_of("hook", {{"hook", "identity"}, {"outcome", "made"}, {"token", "x"}}), Code::internal);
    EXPECT_EQ(code_of("settings_changed", {{"by", "op"}, {"persisted", true}, {"changes", boost::json::array{1}}}),
              std::nullopt);
    EXPECT_EQ(code_of("summary", {{"refused:malformed", 12}}), std::nullopt);
    EXPECT_EQ(code_of("summary", {{"refused:malformed", -12}}), Code::internal);
}

// A record with one part of it put another way.
bool is_sound(std::string text, std::string_view part, std::string_view by) {
    text.replace(text.find(part), part.size(), by);
    const auto record = decode(as_bytes(text));
    return record && fault_of(*record).empty();
}

TEST(Record, DecodesStrictly) {
    const std::string good =
        R"({"at":"2026-12-01T00:00:00.000Z","body":{"version":"1"},"kind":"started","seq":1,"v":1})";
    ASSERT_TRUE(decode(as_bytes(good)));
    const auto with = [&](std::string_view part, std::string_view by) { return is_sound(good, part, by); };
    EXPECT_FALSE(with("\"v\":1", "\"v\":2"));
    EXPECT_FALSE(with("\"v\":1", "\"v\":1,\"x\":1"));
    EXPECT_FALSE(with("\"seq\":1", "\"seq\":-1"));
    EXPECT_FALSE(with("\"seq\":1", "\"seq\":1.0"));
    EXPECT_FALSE(with("\"seq\":1", "\"seq\":\"1\""));
    EXPECT_FALSE(with("started", "begun"));
    EXPECT_FALSE(with(".000Z", "Z"));
    EXPECT_FALSE(with("{\"version\":\"1\"}", "{}"));
    EXPECT_FALSE(with("{\"version\":\"1\"}", "{\"version\":1}"));
    EXPECT_FALSE(with("{\"version\":\"1\"}", "[]"));
    EXPECT_FALSE(with("\"kind\"", "\"details\":\"AAAA\",\"kind\""));
    EXPECT_FALSE(with("\"v\":1", "\"session\":\"\",\"v\":1"));
    EXPECT_FALSE(with("\"v\":1", "\"token\":\"0123456789ABCDEF\",\"v\":1"));
    EXPECT_FALSE(with("\"v\":1", "\"token\":\"0123\",\"v\":1"));
    EXPECT_FALSE(with("\"v\":1", "\"token\":7,\"v\":1"));
    EXPECT_FALSE(with("\"v\":1", "\"v\":\"1\""));
    EXPECT_FALSE(with(",\"v\":1", ""));
    EXPECT_FALSE(with("\"seq\":1,", ""));
    EXPECT_FALSE(with("\"kind\":\"started\",", ""));
    EXPECT_FALSE(with("\"started\"", "7"));
    EXPECT_FALSE(with("\"2026-12-01T00:00:00.000Z\"", "7"));
    EXPECT_FALSE(with("\"body\":{\"version\":\"1\"},", ""));
    EXPECT_FALSE(with("\"kind\"", "\"details\":7,\"kind\""));
    EXPECT_FALSE(with("\"kind\"", "\"details\":\"" + std::string(65, 'A') + "\",\"kind\""));
    EXPECT_FALSE(decode(as_bytes("[]")));
    EXPECT_FALSE(decode(Bytes(record_bytes_max + 1, ' ')));
    const std::string personal =
        R"({"at":"2026-12-01T00:00:00.000Z","body":{"peer":"12D3Koo"},"kind":"joined","seq":1,"v":1})";
    EXPECT_FALSE(is_sound(personal, "joined", "joined")) << "who it was is told in the body";
}

// What has no canonical form, or is too large, is no record: a fault of ours.
TEST(Record, IsWrittenOnlyWhereItCanBeRead) {
    const auto infinite = std::numeric_limits<double>::infinity();
    Record record{.seq = 1,
                  .at = {},
                  .kind = "joined",
                  .session = "s",
                  .token = {},
                  .body = {{"us", infinite}},
                  .details = std::nullopt};
    EXPECT_FALSE(to_bytes(record));
    EXPECT_FALSE(take_entry(record));
    record.body = {{"peer", infinite}};
    EXPECT_FALSE(take_entry(record)) << "its details have no canonical form";
    record.body = {};
    record.then = {{{}, "ended", {{"us", infinite}}}};
    EXPECT_FALSE(to_bytes(record));
    record.then.clear();
    record.body = {{"x", std::string(record_bytes_max, 'x')}};
    EXPECT_FALSE(to_bytes(record));
    record.kind = "of an earlier program";
    record.body = {{"x", 1}};
    EXPECT_TRUE(take_entry(record)) << "was kept before there were trails";
    record.then = {{{}, "ended", {}}};
    EXPECT_NE(fault_of(record), "");
}

// A kind that another version knows may be any text; what needs quoting in it is quoted.
TEST(Record, OfAKindOfAnyTextIsReadAsItWasWritten) {
    for (const auto* kind :
         {"a b", "a!", "Kind9_", "a:b", "a[0]", "a{b}", "a`b", "\"quoted\"", "back\\slash", "\xc3\xa9"}) {
        const Record record{.seq = 1,
                            .at = {},
                            .kind = kind,
                            .session = "s",
                            .token = {},
                            .body = {},
                            .details = std::nullopt,
                            .then = {{{}, kind, {}}}};
        const auto bytes = to_bytes(record);
        ASSERT_TRUE(bytes) << kind;
        const auto read = decode(as_bytes(*bytes));
        ASSERT_TRUE(read) << kind << ": " << read.error().context;
        EXPECT_EQ(read->kind, kind);
        EXPECT_EQ(read->then.at(0).kind, kind);
    }
}

namespace {

Record event(std::string kind, std::int64_t at_ms, boost::json::object body, std::string session = "s") {
    return {.seq = 0,
            .at = UtcTime{std::chrono::milliseconds{at_ms}},
            .kind = std::move(kind),
            .session = std::move(session),
            .token = {},
            .body = std::move(body),
            .details = std::nullopt};
}

Record arrow(std::int64_t at_ms, std::string_view cause = "c") {
    return event("transition", at_ms, {{"from", "A"}, {"to", "B"}, {"cause", cause}});
}

} // namespace

TEST(Record, TellsOfSeveralEventsOfOneCall) {
    auto entry = make_entry(arrow(1000)).value();
    EXPECT_TRUE(take_along(entry, make_entry(arrow(1000)).value()));
    EXPECT_TRUE(take_along(entry, make_entry(event("ended", 1002, {{"outcome", "done"}})).value()));
    entry.record.seq = 7;
    const auto bytes = encode(std::move(entry), {}).bytes;
    EXPECT_EQ(bytes, R"({"at":"1970-01-01T00:00:01.000Z","body":{"cause":"c","from":"A","to":"B"},"kind":"transition",)"
                     R"("seq":7,"session":"s","then":[{"body":{"cause":"c","from":"A","to":"B"},"kind":"transition"},)"
                     R"({"at":"1970-01-01T00:00:01.002Z","body":{"outcome":"done"},"kind":"ended"}],"v":2})");
    const auto read = decode(as_bytes(bytes));
    ASSERT_TRUE(read) << read.error().context;
    ASSERT_EQ(read->then.size(), 2U);
    EXPECT_EQ(read->then[0].at, read->at);
    EXPECT_EQ(read->then[1].kind, "ended");
    EXPECT_EQ(read->then[1].at, UtcTime{std::chrono::milliseconds{1002}});
    EXPECT_EQ(to_bytes(*read), bytes);
    EXPECT_EQ(fault_of(*read), "");
}

// Each record has one commitment, one session and one invitation, and room that ends.
TEST(Record, TakesNothingAlongThatHasAPlaceOfItsOwn) {
    auto entry = make_entry(arrow(1)).value();
    const auto with = [&](Record next) { return take_along(entry, make_entry(std::move(next)).value()); };
    EXPECT_FALSE(with(event("joined", 2, {{"peer", "12D3Koo"}}))) << "it has details";
    EXPECT_FALSE(with(event("ended", 2, {}, "another")));
    EXPECT_FALSE(with(event("started", 2, {{"version", "1"}}, "")));
    auto invited = arrow(2);
    invited.token = "0123456789abcdef";
    EXPECT_FALSE(with(invited));
    for (std::size_t i = 0; i < then_max; ++i) EXPECT_TRUE(with(arrow(2)));
    EXPECT_FALSE(with(arrow(2))) << "there are then_max";

    auto taken = make_entry(arrow(1)).value();
    auto takes = make_entry(arrow(1)).value();
    ASSERT_TRUE(take_along(taken, make_entry(arrow(2)).value()));
    EXPECT_FALSE(take_along(takes, taken)) << "it took something along itself";
    auto nobodys = make_entry(event("started", 1, {{"version", "1"}}, "")).value();
    EXPECT_FALSE(take_along(nobodys, make_entry(event("started", 1, {{"version", "1"}}, "")).value()));
    EXPECT_FALSE(make_entry(event("joined", 2, {{"peer", 7}}))) << "a peer is a text";
    EXPECT_FALSE(make_entry(event("joined", 2, {{"peer", "12D3Koo"}, {"unlisted", 7}})));

    auto large = make_entry(arrow(1, std::string(10'000, 'x'))).value();
    EXPECT_FALSE(take_along(large, make_entry(arrow(1, std::string(10'000, 'x'))).value()));
    EXPECT_TRUE(take_along(large, make_entry(arrow(1, std::string(4'000, 'x'))).value()));
    EXPECT_TRUE(decode(as_bytes(encode(std::move(large), {}).bytes)));
    EXPECT_FALSE(make_entry(arrow(1, std::string(record_bytes_max, 'x'))));
}

TEST(Record, DecodesWhatCameAlongStrictly) {
    const std::string good =
        R"({"at":"2026-12-01T00:00:00.000Z","body":{"hook":"a","outcome":"b"},"kind":"hook","seq":1,"session":"s",)"
        R"("then":[{"at":"2026-12-01T00:00:00.001Z","body":{},"kind":"ended"},{"body":{},"kind":"ended"}],"v":2})";
    ASSERT_TRUE(decode(as_bytes(good)));
    const auto with = [&](std::string_view part, std::string_view by) { return is_sound(good, part, by); };
    EXPECT_FALSE(with("\"v\":2", "\"v\":1"));
    EXPECT_FALSE(with("\"session\":\"s\",", ""));
    EXPECT_FALSE(with("{\"body\":{},\"kind\":\"ended\"}]", "1]"));
    EXPECT_FALSE(with("{\"body\":{},\"kind\":\"ended\"}]", "{\"body\":{}}]"));
    EXPECT_FALSE(with("{\"body\":{},\"kind\":\"ended\"}]", "{\"body\":{},\"kind\":\"ended\",\"x\":1}]"));
    EXPECT_FALSE(with("{\"body\":{},\"kind\":\"ended\"}]", "{\"body\":{},\"kind\":\"begun\"}]"));
    EXPECT_FALSE(with("{\"body\":{},\"kind\":\"ended\"}]", "{\"body\":[],\"kind\":\"ended\"}]"));
    const std::string_view last = "{\"body\":{},\"kind\":\"ended\"}]";
    for (const std::string& by :
         {std::string{"{\"body\":{},\"kind\":7}]"}, std::string{"{\"body\":{},\"kind\":\"\"}]"},
          "{\"body\":{},\"kind\":\"" + std::string(65, 'k') + "\"}]", std::string{"{\"kind\":\"ended\"}]"},
          std::string{"{\"at\":\"2026-12-01T00:00:00.002Z\",\"body\":{},\"kind\":\"ended\",\"x\":1}]"}})
        EXPECT_FALSE(with(last, by)) << by;
    std::string many;
    for (std::size_t i = 0; i < then_max; ++i) many += "{\"body\":{},\"kind\":\"ended\"},";
    EXPECT_FALSE(with(last, many + std::string{last}));
    EXPECT_FALSE(with("00.001Z", "00.000Z")) << "the time is told where it differs";
    EXPECT_FALSE(with("00.001Z", "00.1Z"));
    auto none = good;
    none.replace(none.find("[{"), none.rfind("]") + 1 - none.find("[{"), "[]");
    EXPECT_FALSE(decode(as_bytes(none)));
    auto object = good;
    object.replace(object.find("[{"), object.rfind("]") + 1 - object.find("[{"), "{}");
    EXPECT_FALSE(decode(as_bytes(object)));
}

// What auditors read is what the program writes.
TEST(Record, IsDocumentedAsItIs) {
    std::ifstream file{source_dir() / "docs/auditing.md"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    for (const auto& kind : kinds()) {
        std::string members = kind.is_counts ? "counts by name" : "";
        for (const auto& member : kind.members) {
            auto name = std::string{member.name};
            if (member.place == Place::details) name = fmt::format("*{}*", name);
            if (member.need == Need::sometimes) name = fmt::format("({})", name);
            members += (members.empty() ? "" : ", ") + name;
        }
        const auto line = fmt::format("| `{}` | {}{}|\n", kind.name, members, members.empty() ? "" : " ");
        EXPECT_TRUE(text.contains(line)) << line;
    }
}

TEST(Receipt, ProvesItsRecord) {
    const testing::Written trail{50};
    const auto receipt = open_receipt(wire::parse_json(as_bytes(trail.receipt(33))).value());
    ASSERT_TRUE(receipt) << receipt.error().context;
    EXPECT_EQ(receipt->record.seq, 33);
    EXPECT_EQ(receipt->head, trail.head());
    const std::vector<wire::PeerId> nodes{receipt->node};
    EXPECT_EQ(receipt_fault(*receipt, "session-11", "0123456789abcdef", nodes), "");
    EXPECT_NE(receipt_fault(*receipt, "session-12", "0123456789abcdef", nodes), "");
    EXPECT_NE(receipt_fault(*receipt, "session-11", "1123456789abcdef", nodes), "");
    EXPECT_NE(receipt_fault(*receipt, "session-11", "0123456789abcdef", {}), "");
    const auto of_an_arrow = open_receipt(wire::parse_json(as_bytes(trail.receipt(34))).value());
    ASSERT_TRUE(of_an_arrow);
    EXPECT_NE(receipt_fault(*of_an_arrow, "session-11", "0123456789abcdef", nodes), "") << "of no opening";
}

TEST(Receipt, OfAnyOtherShapeIsNone) {
    const testing::Written trail{4};
    const auto whole = wire::parse_json(as_bytes(trail.receipt(3))).value();
    EXPECT_TRUE(open_receipt(whole));
    EXPECT_FALSE(open_receipt(boost::json::array{whole}));
    for (const auto* member : {"checkpoint", "proof", "record"}) {
        auto without = whole;
        without.as_object().erase(member);
        EXPECT_FALSE(open_receipt(without)) << member;
        auto number = whole;
        number.as_object()[member] = 7;
        EXPECT_FALSE(open_receipt(number)) << member;
    }
    for (const auto* proof : {"!", "AAAA"}) { // three bytes are no hashes
        auto other = whole;
        other.as_object()["proof"] = proof;
        EXPECT_FALSE(open_receipt(other)) << proof;
    }
}

TEST(Receipt, EveryChangedByteIsFoundOrChangesNothing) {
    const testing::Written trail{20};
    const auto text = trail.receipt(6);
    const auto original = wire::parse_json(as_bytes(text)).value();
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        const auto parsed = wire::parse_json(as_bytes(changed));
        if (parsed && *parsed != original) {
            EXPECT_FALSE(open_receipt(*parsed)) << changed;
        }
    }
}

TEST(Receipt, FitsItsLimitAtABillionRecords) {
    const testing::Written trail{4};
    auto record = testing::record(3);
    record.seq = 999'999'999;
    record.session = "0123456789abcdefghijkl";
    const auto encoded = encode(record, salt(1)).value().bytes;
    auto head = trail.head();
    head.size = 1'000'000'000;
    const auto note = to_note(head, sign(head, testing::node_key()), testing::node_key().public_key());
    EXPECT_LE(to_json(note, Proof(30), encoded).size(), receipt_bytes_max);
}

// It is written without a tree of values: the same bytes, whatever the cause is called.
TEST(RecordTest, a_transition_is_what_its_members_make_of_it) {
    for (const std::string_view cause : {"ContactRead", "", "a \"cause\" of\nlines", "\xc3\xa9"}) {
        Record record;
        record.seq = 7;
        record.at = UtcTime{std::chrono::milliseconds{1}};
        record.session = "s";
        record.token = "0123456789abcdef";
        auto same = record;
        same.kind = "transition";
        same.body = {{"from", "A_B"}, {"to", "C"}, {"cause", cause}, {"us", 5}};
        const auto made =
            encode(make_entry(record, TransitionBody{.from = "A_B", .to = "C", .cause = cause, .us = 5}), {});
        EXPECT_EQ(made.bytes, encode(std::move(same), {})->bytes);
    }
}

} // namespace
} // namespace taleus::audit
