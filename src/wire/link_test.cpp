#include "wire/base_text.hpp"
#include "wire/link.hpp"
#include "wire/protobuf.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace taleus::wire {
namespace {

namespace json = boost::json;

KeyPair some_key(std::uint64_t seed = 1) {
    SeededRandom random{seed};
    return KeyPair::generate(random);
}
Multiaddr some_address(std::uint16_t port, std::uint64_t seed = 1) {
    return Multiaddr::tcp("203.0.113.7", port).with_peer(PeerId::of(some_key(seed).public_key()));
}
Link some_link() {
    Link link;
    link.addresses = {some_address(9000), some_address(9001, 2)};
    link.token = "token";
    link.expiry = utc_from_text("2026-12-01T00:00:00.123Z").value();
    link.role = Role::foil;
    link.requirement = "bound";
    return link;
}
bool is_bad(std::string_view text) {
    const auto parsed = parse_link(text);
    return !parsed && parsed.error().code == Code::bad_link;
}
void expect_same(const Result<Link>& parsed, const Link& link) {
    ASSERT_TRUE(parsed) << parsed.error().context;
    EXPECT_EQ(parsed->addresses, link.addresses);
    EXPECT_EQ(parsed->token, link.token);
    EXPECT_EQ(parsed->expiry, link.expiry);
    EXPECT_EQ(parsed->role, link.role);
    EXPECT_EQ(parsed->requirement, link.requirement);
}
// The compact form of any bytes, signed as if they were a link's payload.
std::string signed_uri(const Bytes& payload, const KeyPair& key = some_key()) {
    auto message = to_bytes("taleus-link/1\n");
    append(message, payload);
    auto bytes = payload;
    append(bytes, key.sign(message));
    return "taleus:1" + to_base32(bytes, Case::upper);
}
Bytes payload_of(std::string_view uri) {
    auto bytes = from_base32(uri.substr(8)).value();
    bytes.resize(bytes.size() - 64);
    return bytes;
}
std::string with(const std::string& text, std::string_view name, const std::optional<json::value>& value) {
    auto root = json::parse(text);
    if (value)
        root.as_object()[name] = *value;
    else
        root.as_object().erase(name);
    return json::serialize(root);
}
std::string bare(const Link& link = some_link()) { return with(to_json(link, some_key()), "signed", {}); }
json::array addresses(std::size_t count) {
    json::array out;
    for (std::size_t i = 0; i < count; ++i) out.emplace_back(some_address(static_cast<std::uint16_t>(i)).to_text());
    return out;
}

TEST(LinkTest, a_link_survives_its_compact_form) {
    auto link = some_link();
    const auto uri = to_uri(link, some_key());
    EXPECT_TRUE(uri.starts_with("taleus:1"));
    expect_same(parse_link(uri), link);
    EXPECT_EQ(parse_link(uri)->signer, link.first_peer());
    EXPECT_EQ(to_uri(parse_link(uri).value(), some_key()), uri);
    link.role = Role::stock;
    link.requirement.reset();
    link.expiry = UtcTime{};
    expect_same(parse_link(to_uri(link, some_key())), link);
    link.addresses.pop_back();
    expect_same(parse_link(to_uri(some_link(), some_key(), 1)), [&] {
        auto one = some_link();
        one.addresses.pop_back();
        return one;
    }());
}

TEST(LinkTest, the_compact_form_is_pinned) {
    auto link = some_link();
    link.addresses = {some_address(9000)};
    link.token = "t";
    const auto payload = payload_of(to_uri(link, some_key()));
    EXPECT_EQ(to_hex(payload), "0a31" + to_hex(some_address(9000).bytes()) + "120174" + "18fbe09af7a234" + "2002" +
                                   "2a05" + to_hex(as_bytes("bound")));
}

TEST(LinkTest, case_and_white_space_mean_nothing) {
    const auto uri = to_uri(some_link(), some_key());
    std::string mangled = " \n";
    for (std::size_t i = 0; i < uri.size(); ++i) {
        mangled += static_cast<char>(i % 2 == 0 ? std::tolower(uri[i]) : std::toupper(uri[i]));
        if (i % 5 == 0) mangled += "\r\n\t ";
    }
    expect_same(parse_link(mangled), some_link());
    expect_same(parse_link(" \n" + bare()), some_link());
}

TEST(LinkTest, every_changed_character_of_a_compact_link_is_damage) {
    const auto uri = to_uri(some_link(), some_key());
    for (std::size_t i = 0; i < uri.size(); ++i)
        for (const char c : {'A', 'Q', '7', '1', '{', '\xc3'}) {
            auto changed = uri;
            if (changed[i] == c || std::toupper(changed[i]) == c) continue;
            changed[i] = c;
            EXPECT_TRUE(is_bad(changed)) << i;
        }
    for (std::size_t size = 0; size < uri.size(); ++size) EXPECT_TRUE(is_bad(uri.substr(0, size))) << size;
    EXPECT_TRUE(is_bad(uri + "A"));
    EXPECT_TRUE(is_bad(uri + "AAAAAAAA"));
}

TEST(LinkTest, every_flipped_bit_of_a_compact_link_is_damage) {
    const auto bytes = from_base32(to_uri(some_link(), some_key()).substr(8)).value();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_TRUE(is_bad("taleus:1" + to_base32(flipped, Case::upper))) << bit;
    }
}

TEST(LinkTest, the_signer_is_the_peer_of_the_first_address) {
    const auto payload = payload_of(to_uri(some_link(), some_key()));
    EXPECT_FALSE(is_bad(signed_uri(payload)));
    EXPECT_TRUE(is_bad(signed_uri(payload, some_key(2)))); // who may sign a link of its own, but not this one
    auto hashed = some_link();
    hashed.addresses = {
        Multiaddr::from_text("/ip4/1.2.3.4/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N").value()};
    ProtobufWriter writer;
    writer.bytes(1, hashed.addresses[0].bytes());
    writer.bytes(2, as_bytes("t"));
    writer.varint(4, 1);
    EXPECT_TRUE(is_bad(signed_uri(writer.take())));
}

TEST(LinkTest, a_payload_that_does_not_re_encode_to_itself_is_damage_even_when_signed) {
    const auto address = some_address(1).bytes();
    const auto payload = [&](auto... writes) {
        ProtobufWriter writer;
        (writes(writer), ...);
        return writer.take();
    };
    const auto a = [&](ProtobufWriter& w) { w.bytes(1, address); };
    const auto t = [](ProtobufWriter& w) { w.bytes(2, as_bytes("t")); };
    const auto e = [](ProtobufWriter& w) { w.varint(3, 1); };
    const auto r = [](ProtobufWriter& w) { w.varint(4, 1); };
    const auto q = [](ProtobufWriter& w) { w.bytes(5, as_bytes("any")); };
    EXPECT_FALSE(is_bad(signed_uri(payload(a, t, e, r, q))));
    EXPECT_FALSE(is_bad(signed_uri(payload(a, a, t, r))));
    for (const auto& bad : {payload(a, e, t, r),
                            payload(t, a, r),
                            payload(a, t, t, r),
                            payload(a, t, r, r),
                            payload(a, t, e, e, r),
                            payload(a, t, r, q, q),
                            payload(t, e, r),
                            payload(a, e, r),
                            payload(a, t, e),
                            payload(),
                            payload(
                                a, t, [](auto& w) { w.varint(3, 0); }, r),     // a default that is not omitted
                            payload(a, t, r, [](auto& w) { w.bytes(5, {}); }), //
                            payload(a, t, [](auto& w) { w.varint(4, 0); }),    //
                            payload(a, t, [](auto& w) { w.varint(4, 3); }),    // an unknown role
                            payload(
                                a, t, [](auto& w) { w.varint(3, 253'402'300'800'000); }, r), // the year 10000
                            payload(a, t, r, [](auto& w) { w.varint(6, 1); }),               // an unknown field
                            payload(
                                a, [](auto& w) { w.varint(2, 1); }, r),           // wrong wire types
                            payload(a, t, [](auto& w) { w.bytes(4, Bytes{1}); }), //
                            payload(
                                a, [](auto& w) { w.bytes(2, as_bytes("\xff")); }, r),                     // no UTF-8
                            payload(a, t, r, [](auto& w) { w.bytes(5, as_bytes("\xff")); }),              //
                            payload([](auto& w) { w.bytes(1, Multiaddr::tcp("::1", 1).bytes()); }, t, r), // no peer
                            payload(a, [](auto& w) { w.bytes(1, Multiaddr::tcp("::1", 1).bytes()); }, t, r)})
        EXPECT_TRUE(is_bad(signed_uri(bad))) << to_hex(bad);
}

TEST(LinkTest, the_bounds_of_a_compact_link_are_exact) {
    auto link = some_link();
    link.addresses.assign(16, some_address(1));
    link.token = std::string(512, 't');
    link.requirement = std::string(1024, 'r');
    link.expiry = utc_from_text("9999-12-31T23:59:59.999Z").value();
    expect_same(parse_link(to_uri(link, some_key())), link);
    expect_same(parse_link(to_json(link, some_key())), link);
    const auto is_bad_with = [](auto change) {
        auto changed = some_link();
        change(changed);
        return is_bad(to_uri(changed, some_key(), 100));
    };
    EXPECT_TRUE(is_bad_with([](Link& l) { l.addresses.assign(17, some_address(1)); }));
    EXPECT_TRUE(is_bad_with([](Link& l) { l.token.clear(); }));
    EXPECT_TRUE(is_bad_with([](Link& l) { l.token = std::string(513, 't'); }));
    EXPECT_TRUE(is_bad_with([](Link& l) { l.requirement = std::string(1025, 'r'); }));
    EXPECT_TRUE(is_bad_with([](Link& l) { l.expiry += std::chrono::years{9000}; }));
    EXPECT_FALSE(is_bad_with([](Link&) {}));
    EXPECT_TRUE(is_bad("taleus:1" + std::string(64UZ * 1024, ' ')));
}

TEST(LinkTest, a_link_survives_its_json_form) {
    const auto text = to_json(some_link(), some_key());
    expect_same(parse_link(text), some_link());
    EXPECT_EQ(parse_link(text)->signer, some_link().first_peer());
    const auto unsigned_link = parse_link(bare());
    expect_same(unsigned_link, some_link());
    EXPECT_FALSE(unsigned_link->signer);
    auto empty_requirement = some_link();
    empty_requirement.requirement = "";
    EXPECT_FALSE(parse_link(to_json(empty_requirement, some_key()))->requirement);
    EXPECT_FALSE(parse_link(with(bare(), "identityRequirements", ""))->requirement);
    expect_same(parse_link(with(bare(), "unknown", 1)), some_link());
}

TEST(LinkTest, json_that_was_altered_beside_its_signed_member_is_damage) {
    const auto text = to_json(some_link(), some_key());
    EXPECT_TRUE(is_bad(with(text, "token", "other")));
    EXPECT_TRUE(is_bad(with(text, "tokenExpiryUtc", "2026-12-01T00:00:00.124Z")));
    EXPECT_TRUE(is_bad(with(text, "initiatorRole", "stock")));
    EXPECT_TRUE(is_bad(with(text, "identityRequirements", "any")));
    EXPECT_TRUE(is_bad(with(text, "identityRequirements", {})));
    EXPECT_TRUE(is_bad(with(text, "responderPeerAddrs", addresses(2))));
    EXPECT_TRUE(is_bad(with(text, "responderPeerAddrs", json::array{some_address(9000).to_text()})));
    EXPECT_TRUE(is_bad(with(text, "signed", "")));
    EXPECT_TRUE(is_bad(with(text, "signed", nullptr)));
    EXPECT_TRUE(is_bad(with(text, "signed", json::value(text)))); // the compact form only
    EXPECT_TRUE(is_bad(with(text, "signed", json::value(to_uri(some_link(), some_key(), 1)))));
}

TEST(LinkTest, damaged_json_is_a_bad_link) {
    EXPECT_TRUE(is_bad(""));
    EXPECT_TRUE(is_bad("https://example.com"));
    EXPECT_TRUE(is_bad("taleus:2AAAA"));
    EXPECT_TRUE(is_bad("[]"));
    EXPECT_TRUE(is_bad("{}"));
    EXPECT_TRUE(is_bad(bare() + "x"));
    for (const auto* name : {"responderPeerAddrs", "token", "tokenExpiryUtc", "initiatorRole"}) {
        EXPECT_TRUE(is_bad(with(bare(), name, {}))) << name;
        EXPECT_TRUE(is_bad(with(bare(), name, 1))) << name;
        EXPECT_TRUE(is_bad(with(bare(), name, ""))) << name;
    }
    EXPECT_TRUE(is_bad(with(bare(), "identityRequirements", 1)));
    EXPECT_TRUE(is_bad(with(bare(), "tokenExpiryUtc", "2026-12-01")));
    EXPECT_TRUE(is_bad(with(bare(), "tokenExpiryUtc", "1969-12-31T23:59:59.999Z")));
    EXPECT_TRUE(is_bad(with(bare(), "initiatorRole", "Stock")));
    EXPECT_TRUE(is_bad(with(bare(), "responderPeerAddrs", json::array{})));
    EXPECT_TRUE(is_bad(with(bare(), "responderPeerAddrs", json::array{"/ip4/1.2.3.4/tcp/1"})));
    EXPECT_TRUE(is_bad(with(bare(), "responderPeerAddrs", json::array{"example.com"})));
}

TEST(LinkTest, the_bounds_of_a_json_link_are_exact) {
    EXPECT_FALSE(is_bad(with(bare(), "responderPeerAddrs", addresses(16))));
    EXPECT_TRUE(is_bad(with(bare(), "responderPeerAddrs", addresses(17))));
    EXPECT_FALSE(is_bad(with(bare(), "token", json::value(std::string(512, 't')))));
    EXPECT_TRUE(is_bad(with(bare(), "token", json::value(std::string(513, 't')))));
    EXPECT_FALSE(is_bad(with(bare(), "identityRequirements", json::value(std::string(1024, 't')))));
    EXPECT_TRUE(is_bad(with(bare(), "identityRequirements", json::value(std::string(1025, 't')))));
}

TEST(LinkTest, any_link_survives_both_forms) {
    EXPECT_TRUE(rc::check(
        [](std::uint8_t count, const std::string& token, std::uint32_t expiry, bool foil, bool has_requirement) {
            Link link;
            for (std::size_t i = 0; i <= count % 16U; ++i)
                link.addresses.push_back(some_address(static_cast<std::uint16_t>(i)));
            link.token = "t" + to_hex(as_bytes(token).first(std::min<std::size_t>(token.size(), 255)));
            link.expiry = UtcTime{std::chrono::milliseconds{std::int64_t{expiry} * 1000 + 7}};
            link.role = foil ? Role::foil : Role::stock;
            if (has_requirement) link.requirement = link.token;
            expect_same(parse_link(to_uri(link, some_key())), link);
            expect_same(parse_link(to_json(link, some_key())), link);
        }));
}

TEST(LinkTest, a_link_is_told_from_the_name_of_a_file) {
    for (const auto* text : {"taleus:1ABC", "TALEUS:1abc", " \nTaleus:1", "{", "\t{\"token\""})
        EXPECT_TRUE(looks_like_link(text));
    for (const auto* text : {"", " ", "taleus", "taleus.txt", "./taleus:1", "invite.txt", "-"})
        EXPECT_FALSE(looks_like_link(text));
}

} // namespace
} // namespace taleus::wire
