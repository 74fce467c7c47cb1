#include "provision/draft_query.hpp"
#include "provision/external_answer.hpp"
#include "provision/logins.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace taleus::provision {
namespace {

using boost::asio::ip::make_address;

boost::json::object request(const std::string& endpoint, bool only_public) {
    return {{"endpoint", endpoint},      {"login", "l"},    {"secret", "canary"}, {"tallyId", "b1"},
            {"onlyPublic", only_public}, {"tls", "prefer"}, {"rootCert", ""},     {"timeoutMs", 2000}};
}

TEST(DraftQuery, connects_to_an_address_that_was_checked_and_asks_for_it_once) {
    int asked = 0;
    const Resolve rebinding = [&](const std::string&) { // public at first, then the metadata service
        return Addresses{make_address(asked++ == 0 ? "8.8.8.8" : "169.254.169.254")};
    };
    EXPECT_EQ(allowed_address({"rebinding.example", 5432, "t"}, true, rebinding), "8.8.8.8");
    EXPECT_EQ(asked, 1);
}

TEST(DraftQuery, passes_over_addresses_that_are_not_allowed) {
    const Resolve mixed = [](const std::string&) {
        return Addresses{make_address("127.0.0.1"), make_address("fd00::1"), make_address("8.8.8.8")};
    };
    const Endpoint endpoint{"mixed.example", 5432, "t"};
    EXPECT_EQ(allowed_address(endpoint, true, mixed), "8.8.8.8");
    EXPECT_EQ(allowed_address(endpoint, false, mixed), "127.0.0.1");
    EXPECT_EQ(allowed_address(endpoint, false, [](const std::string&) { return Addresses{}; }), std::nullopt);
}

TEST(DraftQuery, of_a_listener_dials_nothing_inside) {
    for (const auto* endpoint : {"postgres://127.0.0.1:1/t", "postgres://localhost:1/t", "postgres://[::1]:1/t",
                                 "postgres://169.254.169.254/t", "postgres://10.0.0.1/t", "postgres://[fd00::1]/t",
                                 "postgres:///t?host=/tmp", "postgres://0/t", "postgres://2130706433/t"})
        EXPECT_EQ(read_draft(request(endpoint, true)), (boost::json::object{{"refused", true}})) << endpoint;
}

TEST(DraftQuery, says_that_nobody_is_there_and_not_with_what) {
    const auto answer = read_draft(request("postgres://127.0.0.1:1/t", false));
    EXPECT_FALSE(answer.at("reached").as_bool());
    EXPECT_EQ(std::string_view{answer.at("error").as_string()}.find("canary"), std::string_view::npos);
}

// --- what the provisioners are made of

TEST(Logins, names_are_of_the_instance_alone) {
    InstanceId instance;
    instance.bytes.fill(0xab);
    const auto names = names_of(instance);
    EXPECT_EQ(names.schema, "taleus_abababababababababababababababab");
    EXPECT_EQ(names.own, names.schema + "_own");
    EXPECT_EQ(names.partner, names.schema + "_partner");
    EXPECT_LE(names.partner.size(), 63U);
}

TEST(Logins, passwords_are_of_the_intent_alone_and_differ) {
    SeededRandom random{1};
    const protocol::StoreKey key{protocol::StoreKey::generate(random)};
    ports::Intent intent{.instance = {}, .tally_id = "b1", .draft = "{}", .secret = {}};
    EXPECT_FALSE(passwords_of(intent, key));
    intent.secret = key.keep(Secret{to_bytes("seed")}, "instance " + to_hex(intent.instance.view()), random);
    const auto first = passwords_of(intent, key);
    const auto again = passwords_of(intent, key);
    ASSERT_TRUE(first && again);
    EXPECT_EQ(as_text(first->own.reveal()), as_text(again->own.reveal()));
    EXPECT_EQ(as_text(first->partner.reveal()), as_text(again->partner.reveal()));
    EXPECT_NE(as_text(first->own.reveal()), as_text(first->partner.reveal()));
    EXPECT_EQ(first->own.reveal().size(), 43U);
    auto other = intent;
    other.instance.bytes.fill(1);
    EXPECT_FALSE(passwords_of(other, key));
}

TEST(ExternalAnswer, is_a_database_or_an_error) {
    const auto parsed = [](const char* text) { return database_of_answer(boost::json::parse(text).as_object()); };
    const auto made = parsed(R"({"endpoint":"wss://x","credentialsRef":"c","ownCredentialsRef":"o","logins":true})");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->access, (wire::DatabaseAccess{"wss://x", "c"}));
    EXPECT_EQ(made->own_login, "o");
    EXPECT_TRUE(made->has_logins);
    EXPECT_FALSE(parsed(R"({"endpoint":"wss://x","credentialsRef":""})")->has_logins);
    EXPECT_EQ(parsed(R"({"error":"no room"})").error().code, Code::provisioning_failed);
    EXPECT_EQ(parsed(R"({"error":"busy","retry":true})").error().code, Code::dependency_unavailable);
    for (const auto* text :
         {"{}", R"({"endpoint":""})", R"({"endpoint":"e"})", R"({"endpoint":1,"credentialsRef":"c"})",
          R"({"endpoint":"e","credentialsRef":"c","logins":1})", R"({"error":1})", R"({"error":""})",
          R"({"endpoint":"e","credentialsRef":"c","ownCredentialsRef":null})"})
        EXPECT_EQ(parsed(text).error().code, Code::dependency_unavailable) << text;
    EXPECT_TRUE(removal_of_answer({{"removed", true}}));
    EXPECT_FALSE(removal_of_answer({{"removed", false}}));
    EXPECT_FALSE(removal_of_answer({}));
    EXPECT_EQ(removal_of_answer({{"error", "later"}, {"retry", true}}).error().code, Code::dependency_unavailable);
}

} // namespace
} // namespace taleus::provision
