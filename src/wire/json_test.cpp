#include "wire/json.hpp"
#include "wire/json_scan.hpp"
#include "wire/vectors_test.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <map>
#include <set>

namespace taleus::wire {
namespace {

Result<boost::json::value> parse(std::string_view text) { return parse_json(as_bytes(text)); }
std::string rule_broken_by(std::string_view text) {
    const auto parsed = parse(text);
    return parsed ? "none" : parsed.error().context;
}
std::string canonical(std::string_view text) {
    const auto value = parse(text);
    return value ? canonical_json(*value).value_or("not representable") : "not JSON";
}

// What JSONTestSuite leaves open, or our profile decides against it. Everything else that begins with i_ is refused:
// it is bad UTF-8, a lone surrogate, a byte order mark, or an exponent that no finite double has.
const std::map<std::string, bool> accepted_where_open{
    {"i_number_too_big_neg_int.json", true},       // rounded to the nearest double, as JavaScript does
    {"i_number_too_big_pos_int.json", true},       //
    {"i_number_very_big_negative_int.json", true}, //
    {"y_object_duplicated_key.json", false},       // a duplicate name is refused
    {"y_object_duplicated_key_and_value.json", false},
};

TEST(JsonTest, the_test_suite_decides_as_our_profile_says) {
    const auto folder = vectors() / "json/test_parsing";
    if (!exists(folder)) GTEST_SKIP() << "no conformance data at " << folder;
    int count = 0;
    for (const auto& file : std::filesystem::directory_iterator{folder}) {
        const auto name = file.path().filename().string();
        const auto open = accepted_where_open.find(name);
        const bool accepted = open != accepted_where_open.end() ? open->second : name.starts_with("y_");
        EXPECT_EQ(parse(content_of(file.path())).has_value(), accepted) << name;
        ++count;
    }
    EXPECT_GT(count, 300);
}

TEST(JsonTest, canonical_form_is_that_of_rfc_8785) {
    const auto folder = vectors() / "jcs/testdata";
    if (!exists(folder)) GTEST_SKIP() << "no conformance data at " << folder;
    int count = 0;
    for (const auto& file : std::filesystem::directory_iterator{folder / "input"}) {
        const auto wanted = content_of(folder / "output" / file.path().filename());
        EXPECT_EQ(canonical(content_of(file.path())), wanted) << file.path();
        EXPECT_EQ(canonical(wanted), wanted) << file.path();
        ++count;
    }
    EXPECT_EQ(count, 6);
}

TEST(JsonTest, every_refusal_names_its_rule_and_not_the_input) {
    EXPECT_EQ(rule_broken_by("\xef\xbb\xbf{}"), "byte order mark");
    EXPECT_EQ(rule_broken_by("\"\xed\xa0\x80\""), "not UTF-8");
    EXPECT_EQ(rule_broken_by(R"("\ud800")"), "not JSON"); // the parser misses the second escape before its meaning
    EXPECT_EQ(rule_broken_by(R"("\ud800x")"), "not JSON");
    EXPECT_EQ(rule_broken_by(R"("\ud800\u0041")"), "lone surrogate");
    EXPECT_EQ(rule_broken_by(R"("\udc00")"), "lone surrogate");
    EXPECT_EQ(rule_broken_by(R"({"\udead":1})"), "lone surrogate");
    EXPECT_EQ(rule_broken_by(R"({"a":1,"a":1})"), "duplicate member name");
    EXPECT_EQ(rule_broken_by("{} x"), "something after the JSON");
    EXPECT_EQ(rule_broken_by("{}{}"), "something after the JSON");
    EXPECT_EQ(rule_broken_by("{}\f"), "something after the JSON");
    EXPECT_EQ(rule_broken_by(std::string_view{"{}\0", 3}), "something after the JSON");
    EXPECT_EQ(rule_broken_by("{\"a\":"), "JSON ends too early");
    EXPECT_EQ(rule_broken_by(""), "JSON ends too early");
    EXPECT_EQ(rule_broken_by("{'a':1}"), "not JSON");
    EXPECT_EQ(rule_broken_by("1e400"), "number out of range");
    EXPECT_EQ(rule_broken_by("{} \t\r\n"), "none");
}

TEST(JsonTest, duplicate_names_are_found_after_decoding_and_at_any_depth) {
    EXPECT_FALSE(parse(R"({"token":1,"\u0074oken":2})"));
    EXPECT_FALSE(parse(R"({"a":{"b":[{"c":1,"c":2}]}})"));
    EXPECT_FALSE(parse(R"({"a":{"x":1,"y":2},"a":{"z":3}})")); // the lost one had members of its own
    EXPECT_FALSE(parse(R"({"":1,"":2})"));
    EXPECT_FALSE(parse("{\"a\\u0000b\":1,\"a\\u0000b\":2}"));
    EXPECT_TRUE(parse(R"({"a":{"a":{"a":1}},"A":1})"));
    EXPECT_TRUE(parse(R"([{"a":1},{"a":1}])"));
}

TEST(JsonTest, a_sender_does_not_know_the_buckets_of_its_object) {
    std::string text{"{"};
    for (int i = 0; i < 2000; ++i) text += "\"" + std::to_string(i) + "\":0,";
    text += "\"x\":0}";
    std::set<std::size_t> buckets;
    for (int i = 0; i < 20; ++i) buckets.insert(parse(text).value().get_object().capacity());
    EXPECT_GT(buckets.size(), 10U);
    EXPECT_GE(*buckets.begin(), 2001U);
}

TEST(JsonTest, large_objects_find_their_duplicates_too) {
    for (const std::size_t count : {17U, 18U, 19U, 53U, 54U, 5000U}) {
        std::string text{"{"};
        for (std::size_t i = 0; i < count; ++i) text += "\"" + std::to_string(i) + "\":[],";
        EXPECT_TRUE(parse(text + "\"x\":{}}"));
        EXPECT_EQ(rule_broken_by(text + "\"0\":{}}"), "duplicate member name");
    }
}

TEST(JsonTest, nesting_is_bounded_exactly) {
    const auto nested = [](std::size_t depth, std::string open, std::string close) {
        std::string out;
        for (std::size_t i = 0; i < depth; ++i) out += open;
        if (open != "[") out += "1";
        for (std::size_t i = 0; i < depth; ++i) out += close;
        return out;
    };
    EXPECT_TRUE(parse(nested(json_depth_max, "[", "]")));
    EXPECT_EQ(rule_broken_by(nested(json_depth_max + 1, "[", "]")), "nested too deeply");
    EXPECT_TRUE(parse(nested(json_depth_max, "{\"a\":", "}")));
    EXPECT_EQ(rule_broken_by(nested(json_depth_max + 1, "{\"a\":", "}")), "nested too deeply");
    EXPECT_FALSE(parse(std::string(60'000, '[')));
    auto deep = parse(nested(json_depth_max, "[", "]")).value();
    EXPECT_TRUE(canonical_json(deep));
    EXPECT_FALSE(canonical_json(boost::json::array{deep}));
}

TEST(JsonTest, numbers_are_held_or_refused) {
    EXPECT_EQ(parse("-0").value().get_int64(), 0);
    EXPECT_TRUE(std::signbit(parse("-0.0").value().get_double()));
    EXPECT_EQ(parse("9223372036854775807").value().get_int64(), INT64_MAX);
    EXPECT_EQ(parse("-9223372036854775808").value().get_int64(), INT64_MIN);
    EXPECT_EQ(parse("18446744073709551615").value().get_uint64(), UINT64_MAX);
    EXPECT_EQ(parse("18446744073709551616").value().get_double(), 0x1p64);
    EXPECT_EQ(parse("1E2").value().get_double(), 100);
    EXPECT_EQ(parse("1.7976931348623157e308").value().get_double(), 1.7976931348623157e308);
    EXPECT_EQ(parse("5e-324").value().get_double(), 5e-324);
    EXPECT_EQ(parse("0e999").value().get_double(), 0);
    EXPECT_EQ(parse("9007199254740993.0").value().get_double(), 9007199254740992.0); // rounded correctly, to even
    for (const auto* text : {"1e309", "-1e309", "1.8e308", "1e-400", "1e99999999999999999999", "01", "+1", "1.", ".5",
                             "1e", "0x1", "NaN", "Infinity", "-", "--1", "1 2"})
        EXPECT_FALSE(parse(text)) << text;
    EXPECT_FALSE(parse(std::string(400, '9')));
    EXPECT_TRUE(parse(std::string(300, '9')));
}

TEST(JsonTest, canonical_numbers_are_as_ecmascript_prints_them) {
    for (const auto& [text, wanted] : {std::pair{"0", "0"},
                                       std::pair{"-0.0", "0"},
                                       std::pair{"-0", "0"},
                                       std::pair{"1.0", "1"},
                                       std::pair{"-1.50", "-1.5"},
                                       std::pair{"1e21", "1e+21"},
                                       std::pair{"1e20", "100000000000000000000"},
                                       std::pair{"123456789012345680000", "123456789012345680000"},
                                       std::pair{"1e-6", "0.000001"},
                                       std::pair{"1e-7", "1e-7"},
                                       std::pair{"1.5e-7", "1.5e-7"},
                                       std::pair{"1.25e25", "1.25e+25"},
                                       std::pair{"0.1", "0.1"},
                                       std::pair{"5e-324", "5e-324"},
                                       std::pair{"1.7976931348623157e308", "1.7976931348623157e+308"},
                                       std::pair{"9007199254740992", "9007199254740992"},
                                       std::pair{"9007199254740993", "not representable"},
                                       std::pair{"-9007199254740992", "-9007199254740992"},
                                       std::pair{"-9007199254740993", "not representable"},
                                       std::pair{"-7", "-7"},
                                       std::pair{"9223372036854775808", "9223372036854776000"},
                                       std::pair{"9223372036854775807", "not representable"},
                                       std::pair{"-9223372036854775808", "-9223372036854776000"},
                                       std::pair{"18446744073709551615", "not representable"},
                                       std::pair{"1152921504606846976", "1152921504606847000"},
                                       std::pair{"1152921504606847000", "1152921504606847000"},
                                       std::pair{"1152921504606846999", "not representable"},
                                       std::pair{"333333333.33333329", "333333333.3333333"},
                                       std::pair{"12.34", "12.34"},
                                       std::pair{"1000000", "1000000"}})
        EXPECT_EQ(canonical(text), wanted) << text;
    EXPECT_FALSE(canonical_json(boost::json::value(std::nan(""))));
    EXPECT_FALSE(canonical_json(boost::json::value("\xff")));
    EXPECT_FALSE(canonical_json(boost::json::object{{"\xff", 1}}));
}

TEST(JsonTest, every_double_survives_its_canonical_text) {
    EXPECT_TRUE(rc::check([](std::uint64_t bits) {
        const auto value = std::bit_cast<double>(bits);
        if (!std::isfinite(value)) return;
        const auto text = canonical_json(boost::json::value(value)).value();
        RC_ASSERT(parse(text).value().to_number<double>() == value);
        RC_ASSERT(canonical(text) == text);
    }));
}

TEST(JsonTest, members_are_sorted_by_utf_16_units) {
    // U+FB33 is one unit above the surrogates that U+1F602 begins with; as UTF-8 it is the other way round.
    EXPECT_EQ(canonical("{\"\xef\xac\xb3\":1,\"\xf0\x9f\x98\x82\":2,\"\xed\x9f\xbf\":3,\"a\":4,\"\":5,\"aa\":6}"),
              "{\"\":5,\"a\":4,\"aa\":6,\"\xed\x9f\xbf\":3,\"\xf0\x9f\x98\x82\":2,\"\xef\xac\xb3\":1}");
}

TEST(JsonTest, canonical_strings_escape_what_they_must_and_no_more) {
    EXPECT_EQ(canonical(R"("\u0000\u0001\u001f\b\t\n\f\r\"\\\/\u007f\u20ac")"),
              "\"\\u0000\\u0001\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\x7f\xe2\x82\xac\"");
    EXPECT_EQ(canonical(" { \"a\" : [ ] , \"b\" : { } , \"c\" : [ 1 , null , true , false ] } "),
              R"({"a":[],"b":{},"c":[1,null,true,false]})");
}

TEST(JsonTest, what_is_written_is_read_again) {
    EXPECT_TRUE(rc::check([](const std::string& text, std::int64_t number, bool flag) {
        const boost::json::value value{{"text", text}, {"n", {number % (1LL << 53U), flag, nullptr}}};
        const auto written = canonical_json(value);
        if (!written) return; // the text was not UTF-8
        RC_ASSERT(parse(*written).value() == value);
        RC_ASSERT(canonical(*written) == *written);
    }));
}

TEST(JsonScanTest, only_members_of_the_outermost_object_are_found) {
    const std::string_view text = R"( {"a":{"x":1},"b" : "c\":d", "e":[{"y":2}, "f"],"g":"h"} {"z":1})";
    std::string names;
    for (const auto& member : scan_members(text)) {
        names += member.name;
        EXPECT_LT(member.value, text.size());
    }
    EXPECT_EQ(names, "abeg");
    EXPECT_EQ(text[scan_members(text)[1].value], '"');
    for (const auto* damaged : {"", "[", "\"a\":1", "}", "{", "{\"a", "{\"a\\", "{\"a\"", "{]}"})
        EXPECT_TRUE(scan_members(damaged).empty());
    EXPECT_EQ(scan_members("{\"a\":")[0].value, 5U);
}

} // namespace
} // namespace taleus::wire
