// What a JSON parser must accept, must refuse, and may decide for itself: a case or more of each class that the public
// conformance suite of these parsers knows, of our own making. (json_test.cpp runs the suite itself, where it is
// there.)

#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace taleus::wire {
namespace {

using namespace std::string_view_literals;
using Texts = std::vector<std::string_view>;

const Texts accepted{
    // arrays
    "[]"sv, "[ ]"sv, "[[]  ]"sv, R"([""])"sv, R"([null, 7, "7", {}])"sv, "[false]"sv, "[7]\n"sv, " [7]"sv,
    "[7,null,null,2]"sv, "[3] "sv,
    // numbers
    "[12e43]"sv, "[0e+2]"sv, "[0e2]"sv, "[ 6]"sv,
    "[-0.00000000000000000000000000000000000000000000000000000000000001]"sv, "[30e2]"sv, "[-0]"sv, "[-45]"sv, "[-2]"sv,
    "[-0.0]"sv, "[2E7]"sv, "[2E-3]"sv, "[2E+3]"sv, "[45e45]"sv, "[45.7e8]"sv, "[2e-3]"sv, "[2e+3]"sv, "[456]"sv,
    "[45.75]"sv,
    // objects
    R"({"a":"b","c":"d"})"sv, R"({"a":"b"})"sv, "{}"sv, R"({"":7})"sv, R"({"a\u0000b":7})"sv,
    R"({"min":-2.0e+30,"max":2.0e+30})"sv,
    R"({"x":[{"id":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}],"id":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"})"sv,
    R"({"a":[]})"sv, R"({"t":"\u0416\u0438\u0432\u0438"})"sv, "{\n\"a\": \"b\"\n}"sv,
    // strings
    R"(["\u0061\u0447\u30AF"])"sv, R"(["\uD834\uDD1e"])"sv, R"(["\ud83d\ude00\ud83d\ude01"])"sv,
    R"(["\"\\\/\b\f\n\r\t"])"sv, R"(["\\u0000"])"sv, R"(["\""])"sv, R"(["a/*b*/c/*d//e"])"sv, R"(["\\a"])"sv,
    R"(["\\n"])"sv, R"(["\u0010"])"sv, R"(["\uFFFE"])"sv, R"(["x"])"sv, R"([ "x"])"sv, R"(["\uDBFF\uDFFF"])"sv,
    R"(["a\u00A0b"])"sv, "[\"\xf4\x8f\xbf\xbf\"]"sv, "[\"\xef\xbf\xbf\"]"sv, R"(["\u0000"])"sv, R"(["\u002b"])"sv,
    "[\"\xcf\x80\"]"sv, "[\"\xf0\x9b\xbf\xbf\"]"sv, R"("only a text")"sv, R"(" ")"sv, R"(["\u0821"])"sv,
    R"(["\u0121"])"sv, "[\"\xe2\x80\xa8\"]"sv, "[\"\xe2\x80\xa9\"]"sv, R"(["\u0061\u30af\u30EA\u30b9"])"sv,
    "[\"\x7f\"]"sv, "[\"a\x7fz\"]"sv, R"(["\uA66D"])"sv, "[\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\"]"sv,
    R"(["\u2064"])"sv, R"(["\uFDD0"])"sv, R"(["\u200B"])"sv, R"(["\uD83F\uDFFE"])"sv, R"(["\uDBFF\uDFFE"])"sv,
    R"(["\u0022"])"sv, R"(["\u005C"])"sv, "[\"\xe2\x82\xac\xf0\x9d\x84\x9e\"]"sv,
    // whatever stands alone, and white space
    "false"sv, "42"sv, "-0.1"sv, "null"sv, R"("x")"sv, "true"sv, R"("")"sv, "[\"x\"]\n"sv, "[true]"sv, " [] "sv,
    "\t\r\n {} \n\t\r"sv};

const Texts refused{
    // arrays
    "[7 true]"sv, "[a\xe5]"sv, R"(["":7])"sv, R"([""],)"sv, "[,7]"sv, "[7,,2]"sv, R"(["x",,])"sv, R"(["x"]])"sv,
    R"(["",])"sv, R"(["x")"sv, "[x"sv, "[3[4]]"sv, "[\xff]"sv, "[7:2]"sv, "[,]"sv, "[-]"sv, "[   , \"\"]"sv,
    "[\"x\",\n4\n,7,"sv, "[7,]"sv, "[7,,]"sv, "[\"\x0b\x61\"\\f]"sv, "[*]"sv, R"(["")"sv, "[7,"sv, "[7,\n7\n,7"sv,
    "[{}"sv, "[fals]"sv, "[nul]"sv, "[tru]"sv, "[7;2]"sv,
    // numbers
    "123\0"sv, "[++7]"sv, "[+7]"sv, "[+Inf]"sv, "[-01]"sv, "[-7.0.]"sv, "[-2.]"sv, "[-NaN]"sv, "[.-1]"sv, "[.2e-3]"sv,
    "[0.1.2]"sv, "[0.3e+]"sv, "[0.3e]"sv, "[0.e1]"sv, "[0E+]"sv, "[0E]"sv, "[0e+]"sv, "[0e]"sv, "[1.0e+]"sv,
    "[1.0e-]"sv, "[1.0e]"sv, "[1 000.0]"sv, "[1eE2]"sv, "[2.e+3]"sv, "[2.e-3]"sv, "[2.e3]"sv, "[9.e+]"sv, "[Inf]"sv,
    "[NaN]"sv, "[\xef\xbc\x91]"sv, "[1+2]"sv, "[0x7]"sv, "[0x42]"sv, "[Infinity]"sv, "[0e+-1]"sv, "[-123.123foo]"sv,
    "[123\xe5]"sv, "[1e1\xe5]"sv, "[0\xe5]\n"sv, "[-Infinity]"sv, "[-foo]"sv, "[- 1]"sv, "[-012]"sv, "[-.123]"sv,
    "[-1x]"sv, "[1ea]"sv, "[1e\xe5]"sv, "[1.]"sv, "[.123]"sv, "[1.2a-3]"sv, "[1.8011670033376514H-308]"sv, "[012]"sv,
    "[-]"sv, "-"sv, "2."sv, "[00]"sv,
    // objects
    R"(["x", truth])"sv, "{[: \"x\"}"sv, R"({"x", null})"sv, R"({"x"::"b"})"sv, "{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}"sv,
    R"({"a":"a" 123})"sv, R"({key: 'value'})"sv, "{\"\xb9\":\"0\",}"sv, R"({"a" b})"sv, R"({:"b"})"sv, R"({"a" "b"})"sv,
    R"({"a":)"sv, R"({"a")"sv, R"({1:1})"sv, R"({9999E9999:1})"sv, "{null:null,null:null}"sv, R"({"id":0,,,,,})"sv,
    R"({'a':0})"sv, R"({"id":0,})"sv, R"({"a":"b"}/**/)"sv, R"({"a":"b"}/**//)"sv, R"({"a":"b"}//)"sv,
    R"({"a":"b"}/)"sv, R"({"a":"b",,"c":"d"})"sv, R"({a: "b"})"sv, R"({"a":"a)"sv, R"({ "foo" : "bar", "a" })"sv,
    R"({"a":"b"}#)"sv, R"({"a":/*x*/"b"})"sv,
    // a doubled name is well-formed and refused all the same
    R"({"a":1,"a":2})"sv, R"({"a":1,"a":1})"sv, R"({"a":1,"\u0061":2})"sv,
    // strings
    " "sv, R"(["\uD800\"])"sv, R"(["\uD800\u"])"sv, R"(["\uD800\u1"])"sv, R"(["\uD800\u1x"])"sv, "[\xc3\xa9]"sv,
    "[\"\\\0\"]"sv, R"(["\x00"])"sv, R"(["\\\"])"sv, "[\"\\\t\"]"sv, "[\"\\\xf0\x9f\x8c\x80\"]"sv, R"(["\"])"sv,
    R"(["\u00A"])"sv, R"(["\uD834\uDd"])"sv, R"(["\uD800\uD800\x"])"sv, "[\"\\u\xe5\"]"sv, R"(["\a"])"sv,
    R"(["\uqqqq"])"sv, "[\"\\\xe5\"]"sv, R"([\u0020"asd"])"sv, R"([\n])"sv, R"(")"sv, R"(['x'])"sv, "abc"sv, R"(["\)"sv,
    "[\"a\0a\"]"sv, "[\"new\nline\"]"sv, "[\"\t\"]"sv, R"("\UA66D")"sv, R"(""x)"sv, "[\"\x1f\"]"sv,
    // structure
    "\xe2\x81\xa0[]"sv, "\xef\xbb\xbf"sv, "<.>"sv, "[<null>]"sv, "[1]x"sv, "[1]]"sv, "[\"asd]"sv, "a\xc3\xa5"sv,
    "[True]"sv, "1]"sv, R"({"x": true,)"sv, "[][]"sv, "]"sv, "\xef\xbb{}"sv, "\xe5"sv, "["sv, ""sv, "[\0]"sv, "2@"sv,
    "{}}"sv, R"({"":)"sv, R"({"a":/*c*/"b"})"sv, R"({"a": true} "x")"sv, "['"sv, "[,"sv, "[{"sv, R"(["a)"sv,
    R"(["a")"sv, "{"sv, "{]"sv, "{,"sv, "{["sv, R"({"a)"sv, "{'a'"sv, R"(["\{["\{["\{["\{)"sv, "\xe9"sv, "*"sv,
    R"({"a":"b"}#{})"sv, R"([\u000A""])"sv, "[1"sv, "[ false, nul"sv, "[ true, fals"sv, "[ false, tru"sv,
    R"({"asd":"asd")"sv, "\xc3\xa5"sv, "[\xe2\x81\xa0]"sv, "[\f]"sv, "{}\v"sv, "\xc2\xa0{}"sv, "\0"sv, "{}\0"sv,
    "nan"sv, "TRUE"sv, "[1] // c"sv};

// Open in the standard; what cannot be held as it was meant is refused.
const Texts refused_by_choice{
    // exponents that no finite double has, or that leave nothing of the number
    "[123.456e-789]"sv,
    "[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999969999999006]"sv,
    "[-1e+9999]"sv, "[1.5e+9999]"sv, "[-123123e100000]"sv, "[123123e100000]"sv, "[123e-10000000]"sv,
    // surrogates without their other half
    R"({"\uDFAA":0})"sv, R"(["\uDADA"])"sv, R"(["\uD888\u1234"])"sv, R"(["\uD800\n"])"sv, R"(["\uDd1ea"])"sv,
    R"(["\uD800\uD800\n"])"sv, R"(["\ud800"])"sv, R"(["\ud800abc"])"sv, R"(["\uDd1e\uD834"])"sv, R"(["\uDFAA"])"sv,
    // what is no UTF-8
    "\xff\xfe[\0\"\0\xe9\0\"\0]\0"sv, "[\"\xe6\x97\xa5\xd1\x88\xfa\"]"sv, "[\"\xed\xa0\x80\"]"sv, "[\"\xff\"]"sv,
    "[\"\xe9\"]"sv, "[\"\x81\"]"sv, "[\"\xf4\xbf\xbf\xbf\"]"sv, "[\"\xc0\xaf\"]"sv, "[\"\xfc\x83\xbf\xbf\xbf\xbf\"]"sv,
    "[\"\xfc\x80\x80\x80\x80\x80\"]"sv, "[\"\xe0\xff\"]"sv, "\0[\0\"\0\xe9\0\"\0]"sv, "[\0\"\0\xe9\0\"\0]\0"sv,
    "[\"\xe2\x82\"]"sv, "[\"\xc1\x81\"]"sv, "[\"\xe0\x80\x80\"]"sv, "[\"\xf0\x80\x80\x80\"]"sv,
    // a byte order mark
    "\xef\xbb\xbf{}"sv};

// And whole numbers beyond 64 bits become the nearest double, as in JavaScript.
const Texts accepted_by_choice{"[-123123123123123123123123123123]"sv, "[100000000000000000000]"sv,
                               "[-237462374673276894279832749832423479823246327846]"sv};

bool is_accepted(std::string_view text) { return parse_json(as_bytes(text)).has_value(); }

TEST(JsonTest, every_class_of_the_conformance_suite_is_decided_as_our_profile_says) {
    for (const auto& [texts, wanted] : {std::pair{&accepted, true}, std::pair{&refused, false},
                                        std::pair{&refused_by_choice, false}, std::pair{&accepted_by_choice, true}})
        for (const auto text : *texts) EXPECT_EQ(is_accepted(text), wanted) << testing::PrintToString(text);
    for (const auto* unit :
         {"[", "{\"\":", "[{\"\":"}) { // a hundred thousand opening arrays, and five hundred closed ones
        std::string open;
        for (int i = 0; i < 100'000; ++i) open += unit;
        EXPECT_FALSE(is_accepted(open)) << unit;
    }
    EXPECT_FALSE(is_accepted(std::string(500, '[') + std::string(500, ']')));
}

TEST(JsonTest, no_cut_of_an_accepted_text_is_accepted_unless_it_is_a_number_or_white_space) {
    for (const auto text : accepted) {
        const auto end = text.find_last_not_of(" \t\r\n") + 1;
        const bool is_number = text.find_first_not_of("-0123456789.eE") == std::string_view::npos;
        for (std::size_t size = 0; size < end && !is_number; ++size)
            EXPECT_FALSE(is_accepted(text.substr(0, size))) << testing::PrintToString(text) << " cut to " << size;
    }
}

} // namespace
} // namespace taleus::wire
