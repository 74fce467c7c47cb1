#include "wire/messages.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <taleus/limits.hpp>

#include <new>

namespace taleus::wire {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

const std::string contact_text =
    R"({"token":"t0k","partyId":"party","identityBundle":{"partyId":"party"},"cadrePeerAddrs":["cadre-node-1.example.com"]})";
const std::string result_text =
    R"({"tally":{"tallyId":"id","createdBy":"foil"},"dbConnectionInfo":{"endpoint":"wss://x","credentialsRef":"ref"}})";
const std::string approved_text = R"({"approved":true,"partyId":"p","cadrePeerAddrs":["a"]})";
const std::string accepted_text = R"({"accepted":true,"tallyId":"id"})";
const std::string refused_text = R"({"approved":false,"reason":"no","code":"conflict","retryAfterMs":5})";

// The text with one member, at a path such as "tally.tallyId", set to a value or, without one, removed.
std::string with(const std::string& text, std::string_view path, const std::optional<json::value>& value) {
    auto root = json::parse(text);
    auto* object = &root.as_object();
    for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
        object = &(*object)[path.substr(0, dot)].as_object();
        path.remove_prefix(dot + 1);
    }
    if (value)
        (*object)[path] = *value;
    else
        object->erase(path);
    return json::serialize(root);
}

std::string fault_of(const auto& parsed) {
    if (parsed) return "";
    EXPECT_EQ(parsed.error().code, Code::malformed);
    return parsed.error().context;
}
std::string inbound_fault(std::string_view text) { return fault_of(parse_inbound(as_bytes(text))); }
std::string response_fault(std::string_view text) { return fault_of(parse_response(as_bytes(text))); }
std::string acknowledgement_fault(std::string_view text) { return fault_of(parse_acknowledgement(as_bytes(text))); }

json::value text_of(std::size_t size) { return json::value(std::string(size, 'x')); }
json::value array_of(std::size_t count, std::size_t size) {
    json::array out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(text_of(size));
    return out;
}
// An object whose text has exactly so many bytes.
json::value object_of(std::size_t size) { return json::object{{"a", std::string(size - 8, 'x')}}; }

TEST(MessagesTest, a_contact_is_read) {
    const auto parsed = parse_inbound(as_bytes(contact_text));
    ASSERT_TRUE(parsed);
    const auto& contact = std::get<Contact>(*parsed);
    EXPECT_EQ(contact.token, "t0k");
    EXPECT_EQ(contact.party_id, "party");
    EXPECT_EQ(contact.cadre, std::vector<std::string>{"cadre-node-1.example.com"});
    EXPECT_EQ(contact.identity_bundle.at("partyId"), "party");
    EXPECT_EQ(to_json(contact), contact_text);
    EXPECT_EQ(inbound_fault(with(contact_text, "identityBundle", nullptr)), "");
    EXPECT_EQ(inbound_fault(with(contact_text, "unknown", 1)), "");
    EXPECT_EQ(inbound_fault(contact_text + " \r\n"), "");
}

TEST(MessagesTest, a_database_result_is_read) {
    auto text = with(result_text, "sessionId", "a-_Z9");
    text = with(text, "draft", json::object{{"signer", "x"}});
    text = with(text, "sealedCredentials", "sealed");
    text = with(text, "receipt", json::object{{"n", 1}});
    const auto parsed = parse_inbound(as_bytes(text));
    ASSERT_TRUE(parsed);
    const auto& result = std::get<DatabaseResult>(*parsed);
    EXPECT_EQ(result.provisioned.tally, (Tally{"id", "foil"}));
    EXPECT_EQ(result.provisioned.database, (DatabaseAccess{"wss://x", "ref"}));
    EXPECT_EQ(result.session_id, "a-_Z9");
    EXPECT_EQ(json::parse(to_json(result)), json::parse(text));
    EXPECT_EQ(to_json(std::get<DatabaseResult>(parse_inbound(as_bytes(result_text)).value())), result_text);
}

TEST(MessagesTest, an_inbound_message_is_told_by_its_members) {
    EXPECT_EQ(inbound_fault("{}"), "token or tally is missing");
    EXPECT_EQ(inbound_fault(with(contact_text, "tally", 1)), "token and tally exclude each other");
    EXPECT_EQ(inbound_fault("[]"), "message is not an object");
    EXPECT_EQ(inbound_fault("null"), "message is not an object");
    EXPECT_EQ(inbound_fault(""), "JSON ends too early");
    EXPECT_EQ(inbound_fault(contact_text + "x"), "something after the JSON");
    EXPECT_EQ(inbound_fault("\xef\xbb\xbf" + contact_text), "byte order mark");
    EXPECT_EQ(inbound_fault(R"({"token":"a","\u0074oken":"b","partyId":"p","identityBundle":1,"cadrePeerAddrs":[]})"),
              "duplicate member name");
    auto deep = contact_text;
    deep.insert(deep.size() - 1, ",\"x\":" + std::string(32, '[') + std::string(32, ']'));
    EXPECT_EQ(inbound_fault(deep), "nested too deeply");
    auto surrogate = contact_text;
    surrogate.insert(surrogate.size() - 1, R"(,"x":"\udc00")");
    EXPECT_EQ(inbound_fault(surrogate), "lone surrogate");
    auto bad_utf8 = contact_text;
    bad_utf8.insert(bad_utf8.size() - 1, ",\"x\":\"\xc0\x80\"");
    EXPECT_EQ(inbound_fault(bad_utf8), "not UTF-8");
}

struct MemberCase {
    const std::string* text;
    std::string_view path;
    json::value good;      // at its upper limit
    json::value too_large; // one more
};
std::vector<MemberCase> limited_members() {
    return {{&contact_text, "token", text_of(512), text_of(513)},
            {&contact_text, "partyId", text_of(256), text_of(257)},
            {&contact_text, "cadrePeerAddrs", array_of(64, 512), array_of(65, 1)},
            {&contact_text, "cadrePeerAddrs", array_of(1, 512), array_of(1, 513)},
            {&result_text, "tally.tallyId", text_of(256), text_of(257)},
            {&result_text, "tally.createdBy", text_of(64), text_of(65)},
            {&result_text, "dbConnectionInfo.endpoint", text_of(2048), text_of(2049)},
            {&result_text, "dbConnectionInfo.credentialsRef", text_of(512), text_of(513)},
            {&result_text, "sessionId", text_of(64), text_of(65)},
            {&result_text, "draft", object_of(4096), object_of(4097)},
            {&result_text, "sealedCredentials", text_of(4096), text_of(4097)},
            {&result_text, "receipt", object_of(2048), object_of(2049)}};
}

TEST(MessagesTest, every_limit_of_an_inbound_message_is_exact) {
    for (const auto& [text, path, good, too_large] : limited_members()) {
        const auto name = std::string{path.substr(path.find('.') + 1)};
        EXPECT_EQ(inbound_fault(with(*text, path, good)), "") << path;
        const auto fault = inbound_fault(with(*text, path, too_large));
        EXPECT_TRUE(fault == name + " is too long" || fault == name + " has too many elements") << fault;
    }
}

TEST(MessagesTest, every_member_of_an_inbound_message_has_its_type) {
    for (const auto& [text, path, good, too_large] : limited_members()) {
        const auto name = std::string{path.substr(path.find('.') + 1)};
        for (const auto& other : {json::value(1), json::value(nullptr), json::value(true)})
            EXPECT_TRUE(inbound_fault(with(*text, path, other)).starts_with(name + " is not a")) << path;
    }
    EXPECT_EQ(inbound_fault(with(contact_text, "cadrePeerAddrs", json::array{1})),
              "cadrePeerAddrs is not an array of strings");
    EXPECT_EQ(inbound_fault(with(contact_text, "cadrePeerAddrs", "a")), "cadrePeerAddrs is not an array");
    EXPECT_EQ(inbound_fault(with(result_text, "tally", 1)), "tally is not an object");
    EXPECT_EQ(inbound_fault(with(result_text, "dbConnectionInfo", json::array{})), "dbConnectionInfo is not an object");
}

TEST(MessagesTest, every_required_member_of_an_inbound_message_is_missed) {
    for (const auto* path : {"partyId", "identityBundle", "cadrePeerAddrs"})
        EXPECT_EQ(inbound_fault(with(contact_text, path, {})), std::string{path} + " is missing");
    for (const auto* path : {"tally.tallyId", "tally.createdBy", "dbConnectionInfo.endpoint",
                             "dbConnectionInfo.credentialsRef", "dbConnectionInfo"}) {
        const std::string_view name{path};
        EXPECT_EQ(inbound_fault(with(result_text, path, {})),
                  std::string{name.substr(name.find('.') + 1)} + " is missing");
    }
    for (const auto* path : {"token", "partyId"})
        EXPECT_EQ(inbound_fault(with(contact_text, path, "")), std::string{path} + " is too short");
    EXPECT_EQ(inbound_fault(with(result_text, "tally.tallyId", "")), "tallyId is too short");
    EXPECT_EQ(inbound_fault(with(result_text, "dbConnectionInfo.endpoint", "")), "endpoint is too short");
    EXPECT_EQ(inbound_fault(with(result_text, "dbConnectionInfo.credentialsRef", "")), "");
    EXPECT_EQ(inbound_fault(with(result_text, "sessionId", "")), "sessionId is too short");
    EXPECT_EQ(inbound_fault(with(result_text, "sessionId", "a b")), "sessionId has a character that is not allowed");
}

TEST(MessagesTest, limits_are_in_bytes) {
    std::string umlauts;
    for (int i = 0; i < 128; ++i) umlauts += "\xc3\xa4";
    EXPECT_EQ(inbound_fault(with(contact_text, "partyId", json::value(umlauts))), "");
    EXPECT_EQ(inbound_fault(with(contact_text, "partyId", json::value(umlauts + "a"))), "partyId is too long");
}

TEST(MessagesTest, the_form_of_a_refusal_is_known_even_where_a_message_does_not_parse) {
    const auto looks = [](std::string_view text) { return looks_like_database_result(as_bytes(text)); };
    EXPECT_TRUE(looks(result_text));
    EXPECT_FALSE(looks(contact_text));
    EXPECT_FALSE(looks(with(contact_text, "tally", 1)));
    EXPECT_FALSE(looks("{}"));
    EXPECT_FALSE(looks(""));
    EXPECT_FALSE(looks("\xff"));
    EXPECT_TRUE(looks(std::string_view{result_text}.substr(0, 30)));
    EXPECT_TRUE(looks(R"({"tally":1,"tally":2})"));
    EXPECT_TRUE(looks(R"({"\u0074ally":)"));
    EXPECT_FALSE(looks(R"({"tally":1,"tok\u0065n":1)"));
    EXPECT_TRUE(looks(R"({"tally":{"token":1})"));
    EXPECT_FALSE(looks(R"({"x":{"tally":1}})"));
    EXPECT_FALSE(looks(R"(["tally":1])"));
}

TEST(MessagesTest, an_approved_result_is_read) {
    const auto plain = parse_response(as_bytes(approved_text));
    ASSERT_TRUE(plain);
    EXPECT_EQ(to_json(std::get<Approved>(*plain)), approved_text);
    auto text = with(approved_text, "provisionResult", json::parse(result_text));
    text = with(text, "sessionId", "s");
    text = with(text, "expiresInMs", 86'400'000);
    text = with(text, "receipt", json::object{{"n", 1}});
    text = with(text, "unknown", 1);
    const auto parsed = parse_response(as_bytes(text));
    ASSERT_TRUE(parsed);
    const auto& approved = std::get<Approved>(*parsed);
    EXPECT_EQ(approved.provisioned->tally.tally_id, "id");
    EXPECT_EQ(approved.expires_in, 86'400'000ms);
    EXPECT_EQ(json::parse(to_json(approved)), json::parse(with(text, "unknown", {})));
}

TEST(MessagesTest, a_response_is_read_as_strictly) {
    EXPECT_EQ(response_fault("{}"), "approved is missing");
    EXPECT_EQ(response_fault("[]"), "message is not an object");
    EXPECT_EQ(response_fault(with(approved_text, "approved", "true")), "approved is not a boolean");
    EXPECT_EQ(response_fault(with(approved_text, "approved", 1)), "approved is not a boolean");
    EXPECT_EQ(response_fault(with(approved_text, "partyId", {})), "partyId is missing");
    EXPECT_EQ(response_fault(with(approved_text, "cadrePeerAddrs", {})), "cadrePeerAddrs is missing");
    EXPECT_EQ(response_fault(with(approved_text, "partyId", text_of(257))), "partyId is too long");
    EXPECT_EQ(response_fault(with(approved_text, "provisionResult", nullptr)), "provisionResult is not an object");
    EXPECT_EQ(response_fault(with(approved_text, "provisionResult", json::object{})), "tally is missing");
    const auto stock = with(approved_text, "provisionResult", json::parse(result_text));
    EXPECT_EQ(response_fault(with(stock, "provisionResult.draft", object_of(4097))), "draft is too long");
    EXPECT_EQ(response_fault(with(stock, "provisionResult.tally.tallyId", 7)), "tallyId is not a string");
    EXPECT_EQ(response_fault(with(approved_text, "sessionId", "\xc3\xa4")),
              "sessionId has a character that is not allowed");
    EXPECT_EQ(response_fault(with(approved_text, "receipt", object_of(2049))), "receipt is too long");
}

TEST(MessagesTest, a_receipt_is_put_where_it_belongs_and_nothing_else_is_touched) {
    const std::string receipt = R"({"n":1})";
    EXPECT_EQ(with_receipt(approved_text, ""), approved_text);
    const auto foil = parse_response(as_bytes(with_receipt(approved_text, receipt)));
    ASSERT_TRUE(foil);
    EXPECT_EQ(json::serialize(*std::get<Approved>(*foil).receipt), receipt);
    const auto stock_text = with(approved_text, "provisionResult", json::parse(result_text));
    const auto stock = parse_response(as_bytes(with_receipt(stock_text, receipt)));
    ASSERT_TRUE(stock);
    EXPECT_FALSE(std::get<Approved>(*stock).receipt);
    EXPECT_EQ(json::serialize(*std::get<Approved>(*stock).provisioned->receipt), receipt);
    const auto accepted = parse_acknowledgement(as_bytes(with_receipt(accepted_text, receipt)));
    EXPECT_EQ(json::serialize(*std::get<Accepted>(accepted.value()).receipt), receipt);
}

TEST(MessagesTest, times_are_integers_of_a_day_at_most) {
    for (const auto* name : {"expiresInMs", "retryAfterMs"}) {
        const auto& text = std::string_view{name} == "expiresInMs" ? approved_text : refused_text;
        EXPECT_EQ(response_fault(with(text, name, 0)), "");
        EXPECT_EQ(response_fault(with(text, name, 86'400'000)), "");
        for (const auto& value : {json::value(86'400'001), json::value(-1), json::value(UINT64_MAX)})
            EXPECT_EQ(response_fault(with(text, name, value)), std::string{name} + " is out of range");
        for (const auto& value : {json::value(1.0), json::value("1"), json::value(nullptr), json::value(1e30)})
            EXPECT_EQ(response_fault(with(text, name, value)), std::string{name} + " is not an integer");
    }
}

TEST(MessagesTest, a_refusal_is_read_in_either_form) {
    const auto parsed = parse_response(as_bytes(refused_text));
    ASSERT_TRUE(parsed);
    const auto& refusal = std::get<Refusal>(*parsed);
    EXPECT_EQ(refusal.code, Code::conflict);
    EXPECT_EQ(refusal.retry_after, 5ms);
    EXPECT_EQ(to_json(refusal, RefusalForm::result), refused_text);
    const auto other = to_json(refusal, RefusalForm::acknowledgement);
    EXPECT_EQ(other, R"({"accepted":false,"reason":"no","code":"conflict","retryAfterMs":5})");
    for (const auto& text : {refused_text, other}) {
        const auto acknowledgement = parse_acknowledgement(as_bytes(text));
        ASSERT_TRUE(acknowledgement);
        EXPECT_EQ(std::get<Refusal>(*acknowledgement).code, Code::conflict) << text;
    }
}

TEST(MessagesTest, a_refusal_is_read_strictly) {
    EXPECT_EQ(response_fault(R"({"approved":false})"), "reason is missing");
    EXPECT_EQ(response_fault(R"({"approved":false,"code":"timeout"})"), ""); // the code has said why
    EXPECT_EQ(response_fault(with(refused_text, "reason", text_of(512))), "");
    EXPECT_EQ(response_fault(with(refused_text, "reason", text_of(513))), "reason is too long");
    EXPECT_EQ(response_fault(with(refused_text, "reason", 1)), "reason is not a string");
    EXPECT_EQ(response_fault(with(refused_text, "code", text_of(64))), "");
    EXPECT_EQ(response_fault(with(refused_text, "code", text_of(65))), "code is too long");
    EXPECT_EQ(response_fault(with(refused_text, "code", nullptr)), "code is not a string");
    const auto unknown = parse_response(as_bytes(with(refused_text, "code", "unheard_of")));
    EXPECT_EQ(std::get<Refusal>(unknown.value()).code, Code::refused);
}

TEST(MessagesTest, an_acknowledgement_is_read) {
    const auto parsed = parse_acknowledgement(as_bytes(accepted_text));
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(std::get<Accepted>(*parsed).draft_verified);
    EXPECT_EQ(to_json(std::get<Accepted>(*parsed)), accepted_text);
    auto text = with(accepted_text, "draft", "verified");
    text = with(text, "receipt", json::object{{"n", 1}});
    const auto full = parse_acknowledgement(as_bytes(text));
    EXPECT_TRUE(std::get<Accepted>(full.value()).draft_verified);
    EXPECT_EQ(to_json(std::get<Accepted>(full.value())), text);
    const auto none = parse_acknowledgement(as_bytes(with(accepted_text, "draft", "none")));
    EXPECT_FALSE(std::get<Accepted>(none.value()).draft_verified);
}

TEST(MessagesTest, an_acknowledgement_is_read_strictly) {
    EXPECT_EQ(acknowledgement_fault("{}"), "accepted is missing");
    EXPECT_EQ(acknowledgement_fault(R"({"code":"conflict"})"), "accepted is missing");
    EXPECT_EQ(acknowledgement_fault(""), "JSON ends too early");
    EXPECT_EQ(acknowledgement_fault(with(accepted_text, "accepted", nullptr)), "accepted is not a boolean");
    EXPECT_EQ(acknowledgement_fault(with(accepted_text, "tallyId", {})), "tallyId is missing");
    EXPECT_EQ(acknowledgement_fault(with(accepted_text, "tallyId", "")), "tallyId is too short");
    EXPECT_EQ(acknowledgement_fault(with(accepted_text, "tallyId", text_of(257))), "tallyId is too long");
    EXPECT_EQ(acknowledgement_fault(with(accepted_text, "draft", true)), "draft is not a string");
    EXPECT_EQ(acknowledgement_fault(with(accepted_text, "code", "x")), "code contradicts the verdict");
    EXPECT_EQ(acknowledgement_fault(R"({"approved":true,"code":"x"})"), "code contradicts the verdict");
    EXPECT_EQ(acknowledgement_fault(R"({"accepted":false})"), "reason is missing");
}

TEST(MessagesTest, an_approval_where_an_acknowledgement_was_due_acknowledges_nothing) {
    for (const auto& text : {approved_text, std::string{R"({"approved":false,"reason":"Invalid token"})"}}) {
        const auto parsed = parse_acknowledgement(as_bytes(text));
        ASSERT_TRUE(parsed);
        EXPECT_TRUE(std::holds_alternative<NotAcknowledged>(*parsed)) << text;
    }
    const auto both = parse_acknowledgement(as_bytes(with(accepted_text, "approved", true)));
    EXPECT_TRUE(std::holds_alternative<Accepted>(both.value()));
}

json::array zeros(std::size_t count) { return json::array(count, json::value(0)); }

TEST(MessagesTest, values_are_bounded_exactly) {
    const auto empty = with(contact_text, "cadrePeerAddrs", json::array{}); // with its bundle, of five values
    EXPECT_EQ(inbound_fault(with(empty, "identityBundle", zeros(1019))), "");
    EXPECT_EQ(inbound_fault(with(empty, "identityBundle", zeros(1020))), "more than 1024 values");
    EXPECT_EQ(inbound_fault(with(with(empty, "unknown", zeros(1000)), "identityBundle", zeros(19))),
              "more than 1024 values");
    for (const auto* value : {"0", "1.5", "true", "null", "\"\"", "[]", "{}", "[0]", R"({"":0})"}) {
        std::string values;
        while (values.size() < message_bytes_default - 200) values += fmt::format("{},", value);
        EXPECT_EQ(inbound_fault(R"({"token":"t","identityBundle":[)" + values + "0]}"), "more than 1024 values")
            << value;
    }
    EXPECT_EQ(response_fault(with(approved_text, "unknown", zeros(2000))), "more than 1024 values");
    EXPECT_EQ(acknowledgement_fault(with(accepted_text, "unknown", zeros(2000))), "more than 1024 values");
    EXPECT_TRUE(parse_json(as_bytes(json::serialize(zeros(2000))))) << "what is no message";
}

// Counts what is taken of it.
class CountingMemory final : public json::memory_resource {
public:
    std::size_t taken = 0;

private:
    void* do_allocate(std::size_t size, std::size_t) override {
        taken += size;
        return ::operator new(size);
    }
    void do_deallocate(void* place, std::size_t, std::size_t) override { ::operator delete(place); }
    bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }
};

std::size_t bytes_kept(const Contact& contact) {
    CountingMemory memory;
    const json::value bundle(contact.identity_bundle, json::storage_ptr{&memory});
    auto bytes = sizeof contact + memory.taken + contact.token.capacity() + contact.party_id.capacity();
    for (const auto& address : contact.cadre) bytes += sizeof address + address.capacity();
    return bytes;
}

TEST(MessagesTest, what_is_kept_of_the_densest_message_fits_what_a_session_reserves) {
    const std::string text(15, 'x'); // one byte more than a value holds without memory of its own
    const std::vector<std::pair<std::string, std::size_t>> elements{
        {"0", 1},
        {fmt::format("\"{}\"", text), 1},
        {fmt::format("[\"{}\"]", text), 2},
        {fmt::format(R"({{"":"{}"}})", text), 2},
        {R"([[[[[[[[0]]]]]]]])", 9},
        {R"({"":{"":{"":{"":{"":{"":0}}}}}})", 7},
        {fmt::format("\"#\":\"{}\"", text), 1}}; // a member: # is its number
    for (const auto& [element, values] : elements) {
        const bool is_member = element.front() == '"' && element.contains(':');
        std::string bundle;
        for (std::size_t i = 0; i < (1024 - 6) / values; ++i) {
            auto one = element;
            if (is_member) one.replace(1, 1, fmt::format("{:x}", i));
            bundle += one + ",";
        }
        bundle += is_member ? "\"rest\":\"" : "\"";
        auto message = fmt::format(R"({{"token":"t","partyId":"p","cadrePeerAddrs":[],"identityBundle":{}{})",
                                   is_member ? '{' : '[', bundle);
        message.resize(message_bytes_default - 3, 'x');
        message += is_member ? "\"}}" : "\"]}";
        const auto parsed = parse_inbound(as_bytes(message));
        ASSERT_TRUE(parsed) << parsed.error().context;
        EXPECT_LE(bytes_kept(std::get<Contact>(*parsed)), Limits{}.session_bytes()) << element;
    }
}

TEST(MessagesTest, what_is_left_of_the_wait_changes_and_nothing_else) {
    EXPECT_EQ(with_expiry(R"({"s":"\"expiresInMs\":9",  "expiresInMs" : 7 ,"x":{"expiresInMs":8}})", 5ms),
              R"({"s":"\"expiresInMs\":9",  "expiresInMs" : 5 ,"x":{"expiresInMs":8}})");
    EXPECT_EQ(with_expiry(R"({"a":{"expiresInMs":1},"expiresInMs":20000,"z":1})", 1234ms),
              R"({"a":{"expiresInMs":1},"expiresInMs":1234,"z":1})");
    EXPECT_EQ(with_expiry(R"({"sessionId":"s","expiresInMs":20000})", -5ms), R"({"sessionId":"s","expiresInMs":0})");
    EXPECT_EQ(with_expiry(approved_text, 5ms), approved_text);
    EXPECT_EQ(with_expiry(R"({"s":"expiresInMs","expiresInMs":1})", 2ms), R"({"s":"expiresInMs","expiresInMs":2})");
}

TEST(MessagesTest, reasons_are_those_that_were_published) {
    for (const auto code :
         {Code::invalid_token, Code::token_expired, Code::token_used, Code::token_in_use, Code::token_revoked}) {
        EXPECT_EQ(reason_for(code, "detail"), "Invalid token");
        EXPECT_EQ(code_of({.reason = reason_for(code, ""), .code = code, .retry_after = {}}), code);
    }
    EXPECT_EQ(reason_for(Code::invalid_identity, "detail"), "Invalid identity");
    EXPECT_EQ(reason_for(Code::overloaded, ""), "Service temporarily unavailable - too many concurrent sessions");
    EXPECT_EQ(reason_for(Code::malformed, "partyId is missing"), "partyId is missing");
    EXPECT_EQ(reason_for(Code::internal, std::string(511, 'a') + "\xc3\xa4"), std::string(511, 'a'));
    EXPECT_EQ(reason_for(Code::internal, std::string(513, 'a')).size(), 512U);
    for (const auto code : {Code::invalid_token, Code::invalid_identity, Code::overloaded})
        EXPECT_EQ(code_of({.reason = reason_for(code, ""), .code = {}, .retry_after = {}}), code);
    EXPECT_EQ(code_of({.reason = "Invalid Token", .code = {}, .retry_after = {}}), Code::refused);
    EXPECT_EQ(code_of({.reason = "", .code = {}, .retry_after = {}}), Code::refused);
}

TEST(MessagesTest, what_is_written_is_read_again) {
    EXPECT_TRUE(rc::check([](std::uint16_t party, std::uint16_t endpoint, std::uint32_t left, bool stock) {
        Approved out;
        out.party_id = "p\n\"" + std::to_string(party);
        out.cadre = {"", "\xf0\x9f\x98\x82"};
        out.expires_in = std::chrono::milliseconds{left % 86'400'000};
        if (stock) out.provisioned = Provisioned{{"\x01", "stock"}, {std::to_string(endpoint), ""}, {}, {}, {}};
        const auto text = to_json(out);
        RC_ASSERT(to_json(std::get<Approved>(parse_response(as_bytes(text)).value())) == text);
        RC_ASSERT(with_expiry(text, *out.expires_in) == text);
    }));
}

} // namespace
} // namespace taleus::wire
