#include "wire/link.hpp"

#include "base/ensure.hpp"
#include "wire/base_text.hpp"
#include "wire/members.hpp"
#include "wire/protobuf.hpp"
#include "wire/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace taleus::wire {
namespace {

namespace json = boost::json;

constexpr std::string_view compact_prefix = "TALEUS:1";
constexpr std::string_view signature_domain = "taleus-link/1\n";
constexpr std::size_t text_bytes_max = 64 * 1024; // the longest link of either form is well below
constexpr Bounds address_count{1, 16};
constexpr Bounds address_bytes{1, 512};
constexpr Bounds token_bytes{1, 512};
constexpr Bounds requirement_bytes{0, 1024};

enum Field : std::uint8_t {
    address_field = 1,
    token_field = 2,
    expiry_field = 3,
    role_field = 4,
    requirement_field = 5
};

std::unexpected<Error> bad(std::string context) { return fail(Code::bad_link, std::move(context)); }

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// By its first character that is no white space.
bool is_json(std::string_view text) {
    const auto* const first = std::ranges::find_if_not(text, is_space);
    return first != text.end() && *first == '{';
}

bool is_within(std::string_view text, Bounds bounds) { return text.size() >= bounds.min && text.size() <= bounds.max; }

Bytes payload_of(const Link& link, std::size_t address_max) {
    ProtobufWriter writer;
    for (std::size_t i = 0; i < std::min(link.addresses.size(), address_max); ++i)
        writer.bytes(address_field, link.addresses[i].bytes());
    if (!link.token.empty()) writer.bytes(token_field, as_bytes(link.token));
    if (const auto expiry = link.expiry.time_since_epoch().count(); expiry != 0)
        writer.varint(expiry_field, static_cast<std::uint64_t>(expiry));
    writer.varint(role_field, link.role == Role::stock ? 1 : 2);
    if (link.requirement && !link.requirement->empty()) writer.bytes(requirement_field, as_bytes(*link.requirement));
    return writer.take();
}

Bytes signed_bytes(ByteView payload) {
    auto out = to_bytes(signature_domain);
    append(out, payload);
    return out;
}

// One field of a payload into the link. A field of another wire type, doubled or out of order does not re-encode.
Result<void> read_field(const ProtobufField& field, Link& link) {
    switch (field.number) {
    case address_field: {
        auto address = Multiaddr::from_bytes(field.bytes);
        if (!address || link.addresses.size() == address_count.max) return bad("a responder address is malformed");
        link.addresses.push_back(*std::move(address));
        return {};
    }
    case token_field: link.token = taleus::to_text(field.bytes); return {};
    case expiry_field:
        if (field.value > static_cast<std::uint64_t>(link_expiry_max.time_since_epoch().count()))
            return bad("the expiry is out of range");
        link.expiry = UtcTime{std::chrono::milliseconds{field.value}};
        return {};
    case role_field:
        if (field.value != 1 && field.value != 2) return bad("the role is unknown");
        link.role = field.value == 1 ? Role::stock : Role::foil;
        return {};
    case requirement_field: link.requirement = taleus::to_text(field.bytes); return {};
    default: return bad("an unknown field is in the link");
    }
}

// What both forms promise of their values, checked after reading either.
Result<Link> checked(Link link) {
    if (link.addresses.empty()) return bad("responderPeerAddrs is empty");
    for (const auto& address : link.addresses)
        if (!address.peer()) return bad("a responder address names no peer");
    if (!is_within(link.token, token_bytes) || !is_utf8(link.token)) return bad("the token is malformed");
    if (link.requirement && (!is_within(*link.requirement, requirement_bytes) || !is_utf8(*link.requirement)))
        return bad("the identity requirement is malformed");
    if (link.expiry < UtcTime{} || link.expiry > link_expiry_max) return bad("the expiry is out of range");
    return link;
}

Result<Link> link_of_payload(ByteView payload) {
    Link link;
    ProtobufReader reader{payload};
    for (;;) {
        const auto field = reader.next();
        if (!field) return bad("the link is damaged");
        if (!*field) break;
        if (const auto read = read_field(**field, link); !read) return fail(read.error());
    }
    if (!std::ranges::equal(payload_of(link, address_count.max), payload)) return bad("the link is damaged");
    return checked(std::move(link));
}

// Case and white space are lost on the way through chats and QR readers, so they mean nothing.
Result<Link> parse_compact(std::string_view text) {
    std::string digits;
    for (const char c : text)
        if (!is_space(c)) digits.push_back(upper(c));
    if (!digits.starts_with(compact_prefix)) return bad("this is no invitation link");
    const auto bytes = from_base32(std::string_view{digits}.substr(compact_prefix.size()));
    if (!bytes || bytes->size() <= sizeof(Signature)) return bad("the link is damaged");
    const auto payload = ByteView{*bytes}.first(bytes->size() - sizeof(Signature));
    auto link = link_of_payload(payload);
    if (!link) return link;
    const auto key = link->first_peer().public_key();
    if (!key || key->type != KeyType::ed25519 ||
        !verify(*key, signed_bytes(payload), ByteView{*bytes}.last(sizeof(Signature))))
        return bad("the link's signature does not hold");
    link->signer = link->first_peer();
    return link;
}

Result<Link> link_of_members(const Members& from, Fault& fault) {
    const auto addresses = from.texts("responderPeerAddrs", address_count, address_bytes);
    Link link;
    link.token = from.text("token", token_bytes);
    const auto expiry = utc_from_text(from.text("tokenExpiryUtc", {1, 64}));
    const auto role = role_from_text(from.text("initiatorRole", {1, 64}));
    link.requirement = from.optional_text("identityRequirements", requirement_bytes);
    if (link.requirement && link.requirement->empty()) link.requirement.reset(); // as in the compact form
    if (!expiry) fault.set("tokenExpiryUtc", "is not an RFC 3339 time in UTC");
    if (!role) fault.set("initiatorRole", "is unknown");
    for (const auto& text : addresses) {
        auto address = Multiaddr::from_text(text);
        if (!address) return bad("a responder address is malformed");
        link.addresses.push_back(*std::move(address));
    }
    if (!fault.empty()) return bad(fault.text);
    link.expiry = *expiry;
    link.role = *role;
    return checked(std::move(link));
}

bool agree(const Link& a, const Link& b) {
    return a.addresses == b.addresses && a.token == b.token && a.expiry == b.expiry && a.role == b.role &&
           a.requirement == b.requirement;
}

Result<Link> parse_link_json(std::string_view text) {
    const auto value = parse_json(as_bytes(text));
    if (!value) return bad(value.error().context);
    if (!value->is_object()) return bad("the link is not an object");
    Fault fault;
    const Members from{value->get_object(), fault};
    const auto compact = from.optional_text("signed", {1, text_bytes_max});
    auto link = link_of_members(from, fault);
    if (!link || !compact) return link;
    auto signed_link = parse_compact(*compact);
    if (signed_link && !agree(*signed_link, *link)) return bad("signed disagrees with the rest of the link");
    return signed_link;
}

} // namespace

bool looks_like_link(std::string_view text) {
    constexpr std::string_view scheme = "TALEUS:";
    text.remove_prefix(static_cast<std::size_t>(std::ranges::find_if_not(text, is_space) - text.begin()));
    return is_json(text) || std::ranges::equal(text.substr(0, scheme.size()), scheme, {}, upper);
}

Result<Link> parse_link(std::string_view text) {
    if (text.size() > text_bytes_max) return bad("the link is too long");
    return is_json(text) ? parse_link_json(text) : parse_compact(text);
}

std::string to_uri(const Link& link, const KeyPair& signer, std::size_t address_max) {
    ensure(!link.addresses.empty() && address_max > 0, "a link has an address");
    ensure(PeerId::of(signer.public_key()) == link.first_peer(), "a link is signed by the peer of its first address");
    auto bytes = payload_of(link, address_max);
    append(bytes, signer.sign(signed_bytes(bytes)));
    return "taleus:1" + to_base32(bytes, Case::upper);
}

std::string to_json(const Link& link, const KeyPair& signer) {
    json::array addresses;
    for (const auto& address : link.addresses) addresses.emplace_back(address.to_text());
    json::object out{{"responderPeerAddrs", std::move(addresses)},
                     {"token", link.token},
                     {"tokenExpiryUtc", taleus::to_text(link.expiry)},
                     {"initiatorRole", to_text(link.role)}};
    if (link.requirement && !link.requirement->empty()) out.emplace("identityRequirements", *link.requirement);
    out.emplace("signed", to_uri(link, signer));
    return json::serialize(out);
}

} // namespace taleus::wire
