#include "wire/multiaddr.hpp"

#include "base/ensure.hpp"
#include "wire/multiaddr_protocols.hpp"
#include "wire/varint.hpp"

#include <limits>

namespace taleus::wire {
namespace {

constexpr std::size_t address_bytes_max = 512; // of the text and of the binary form
constexpr std::uint64_t p2p_code = 421;

Result<std::uint64_t> take_varint(ByteView& rest) {
    const auto read = read_varint(rest);
    if (!read) return fail(read.error());
    if (!*read) return fail(Code::malformed, "multiaddr is cut short");
    rest = rest.subspan((*read)->size);
    return (*read)->value;
}

struct PartView {
    const AddressProtocol* protocol;
    ByteView value;
};

// The part at the front of `rest`, which moves behind it.
Result<PartView> take_part(ByteView& rest) {
    const auto code = take_varint(rest);
    if (!code) return fail(code.error());
    const auto* const protocol = protocol_of(*code);
    if (protocol == nullptr) return fail(Code::malformed, "multiaddr has an unknown protocol");
    const auto size = protocol->size ? Result<std::uint64_t>{*protocol->size} : take_varint(rest);
    if (!size) return fail(size.error());
    if (*size > rest.size()) return fail(Code::malformed, "multiaddr is cut short");
    const auto value = rest.first(static_cast<std::size_t>(*size));
    rest = rest.subspan(value.size());
    return PartView{protocol, value};
}

void append_part(Bytes& to, const AddressProtocol& protocol, ByteView value) {
    append_varint(to, protocol.code);
    if (!protocol.size) append_varint(to, value.size());
    append(to, value);
}

// Up to the next slash, which goes with it.
std::string_view take_word(std::string_view& rest) {
    const auto slash = rest.find('/');
    const auto word = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
    return word;
}

std::optional<Multiaddr::Host> host_of(std::uint64_t code) {
    switch (code) {
    case 4: return Multiaddr::Host::ip4;
    case 41: return Multiaddr::Host::ip6;
    case 53: return Multiaddr::Host::dns;
    case 54: return Multiaddr::Host::dns4;
    case 55: return Multiaddr::Host::dns6;
    default: return std::nullopt;
    }
}

} // namespace

Result<Multiaddr> Multiaddr::from_text(std::string_view text) {
    if (text.size() > address_bytes_max) return fail(Code::malformed, "multiaddr is too long");
    if (text.size() < 2 || text[0] != '/' || text.ends_with('/'))
        return fail(Code::malformed, "multiaddr does not begin, or does end, with a slash");
    Bytes bytes;
    for (auto rest = text.substr(1); !rest.empty();) {
        const auto* const protocol = protocol_named(take_word(rest));
        if (protocol == nullptr) return fail(Code::malformed, "multiaddr has an unknown protocol");
        auto word = std::string_view{};
        if (protocol->shape == Shape::path)
            word = std::exchange(rest, {}); // a path has slashes of its own and so is the last part
        else if (protocol->shape != Shape::none)
            word = take_word(rest);
        const auto value = value_from_text(protocol->shape, word);
        if (!value) return fail(value.error());
        append_part(bytes, *protocol, *value);
    }
    return from_bytes(bytes);
}

Result<Multiaddr> Multiaddr::from_bytes(ByteView bytes) {
    if (bytes.empty() || bytes.size() > address_bytes_max) return fail(Code::malformed, "multiaddr has a wrong length");
    Multiaddr out;
    std::uint64_t before = 0;
    for (auto rest = bytes; !rest.empty();) {
        const auto part = take_part(rest);
        if (!part) return fail(part.error());
        if (part->protocol->code == p2p_code && before == p2p_code)
            return fail(Code::malformed, "multiaddr names two peers at one place");
        before = part->protocol->code;
        const auto value = value_to_text(part->protocol->shape, part->value);
        if (!value) return fail(value.error());
        // What followed a path would read as its continuation.
        if (part->protocol->shape == Shape::path && !rest.empty())
            return fail(Code::malformed, "multiaddr goes on after a path");
        out.text_.append("/").append(part->protocol->name);
        if (part->protocol->shape != Shape::none) out.text_.append("/").append(*value);
    }
    if (out.text_.size() > address_bytes_max) return fail(Code::malformed, "multiaddr is too long");
    out.bytes_ = taleus::to_bytes(bytes);
    return out;
}

Multiaddr Multiaddr::tcp(std::string_view ip_literal, std::uint16_t port) {
    std::string text{ip_literal.contains(':') ? "/ip6/" : "/ip4/"};
    text.append(ip_literal).append("/tcp/").append(std::to_string(port));
    auto out = from_text(text);
    ensure(out.has_value(), "an address of ours is no IP literal");
    return *std::move(out);
}

std::vector<Multiaddr::Part> Multiaddr::parts() const {
    std::vector<Part> out;
    for (ByteView rest = bytes_; !rest.empty();) {
        const auto part = take_part(rest);
        ensure(part.has_value(), "a multiaddr is well formed");
        out.push_back({part->protocol->code, taleus::to_bytes(part->value)});
    }
    return out;
}

std::optional<PeerId> Multiaddr::peer() const {
    const auto all = parts();
    if (all.empty() || all.back().code != p2p_code) return std::nullopt;
    auto id = PeerId::from_bytes(all.back().value);
    ensure(id.has_value(), "a multiaddr is well formed");
    return *std::move(id);
}

Multiaddr Multiaddr::with_peer(const PeerId& peer) const {
    auto out = without_peer();
    append_part(out.bytes_, *protocol_of(p2p_code), peer.bytes());
    out.text_.append("/p2p/").append(peer.to_text());
    return out;
}

Multiaddr Multiaddr::without_peer() const {
    auto out = *this;
    if (const auto last = peer()) {
        Bytes part;
        append_part(part, *protocol_of(p2p_code), last->bytes());
        out.bytes_.resize(out.bytes_.size() - part.size());
        out.text_.resize(out.text_.rfind("/p2p/"));
    }
    return out;
}

std::optional<Multiaddr::Tcp> Multiaddr::as_tcp() const {
    const auto all = parts();
    if (all.size() < 2 || all.size() > 3 || all[1].code != 6) return std::nullopt;
    if (all.size() == 3 && all[2].code != p2p_code) return std::nullopt;
    const auto kind = host_of(all[0].code);
    if (!kind) return std::nullopt;
    auto host = value_to_text(protocol_of(all[0].code)->shape, all[0].value);
    ensure(host.has_value(), "a multiaddr is well formed");
    return Tcp{*kind, *std::move(host), static_cast<std::uint16_t>(all[1].value[0] << 8U | all[1].value[1])};
}

} // namespace taleus::wire
