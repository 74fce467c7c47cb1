#include "p2p/identify.hpp"

#include "wire/protobuf.hpp"
#include "wire/varint.hpp"

namespace taleus::p2p {
namespace {

constexpr std::size_t message_size_max = 2000;
constexpr int parts_max = 10;
constexpr std::size_t addresses_max = 64;
constexpr std::size_t protocols_max = 256;
constexpr std::size_t text_size_max = 256;

enum Field : std::uint32_t {
    public_key = 1,
    listen_addr = 2,
    protocol = 3,
    observed_addr = 4,
    protocol_version = 5,
    agent_version = 6,
};

std::unexpected<Error> damaged(std::string_view why) { return fail(Code::malformed, "identify: " + std::string{why}); }

void add_field(Bytes& message, Field field, ByteView value) {
    wire::ProtobufWriter writer;
    writer.bytes(field, value);
    const auto bytes = writer.take();
    if (message.size() + bytes.size() <= message_size_max) append(message, bytes);
}

Result<void> read_field(const wire::ProtobufField& field, IdentifyInfo& info) {
    if (field.number < public_key || field.number > agent_version) return {};
    if (!field.is_bytes) return damaged("wrong type");
    if (field.number == public_key) {
        auto key = wire::public_key_from_protobuf(field.bytes);
        if (!key) return fail(std::move(key.error()));
        info.key = std::move(*key);
    } else if (field.number == listen_addr) {
        auto address = wire::Multiaddr::from_bytes(field.bytes);
        if (!address) return {}; // newer peers know codes that we do not
        if (info.listen_addrs.size() == addresses_max) return damaged("too many addresses");
        info.listen_addrs.push_back(std::move(*address));
    } else if (field.number == observed_addr) {
        if (auto address = wire::Multiaddr::from_bytes(field.bytes)) info.observed = std::move(*address);
    } else {
        if (field.bytes.size() > text_size_max) return damaged("a text is too long");
        if (field.number == protocol) {
            if (info.protocols.size() == protocols_max) return damaged("too many protocols");
            info.protocols.push_back(to_text(field.bytes));
        } else
            (field.number == agent_version ? info.agent : info.protocol_version) = to_text(field.bytes);
    }
    return {};
}

Result<void> read_part(ByteView part, IdentifyInfo& info) {
    wire::ProtobufReader reader{part};
    while (true) {
        const auto field = reader.next();
        if (!field) return fail(field.error());
        if (!*field) return {};
        if (auto read = read_field(**field, info); !read) return read;
    }
}

} // namespace

Bytes encode_identify(const IdentifyInfo& info) {
    Bytes message;
    if (info.key) add_field(message, public_key, wire::to_protobuf(*info.key));
    add_field(message, protocol_version, as_bytes(info.protocol_version));
    add_field(message, agent_version, as_bytes(info.agent));
    if (info.observed) add_field(message, observed_addr, info.observed->bytes());
    for (const auto& name : info.protocols) add_field(message, protocol, as_bytes(name));
    for (const auto& address : info.listen_addrs) add_field(message, listen_addr, address.bytes());
    Bytes whole;
    wire::append_varint(whole, message.size());
    append(whole, message);
    return whole;
}

Result<IdentifyInfo> decode_identify(ByteView bytes) {
    if (bytes.size() > identify_bytes_max) return damaged("too large");
    IdentifyInfo info;
    for (int parts = 0; !bytes.empty(); ++parts) {
        if (parts == parts_max) return damaged("too many parts");
        const auto length = wire::read_varint(bytes, 2);
        if (!length || !*length || (*length)->value > bytes.size() - (*length)->size) return damaged("bad length");
        bytes = bytes.subspan((*length)->size);
        if (auto read = read_part(bytes.first((*length)->value), info); !read) return fail(std::move(read.error()));
        bytes = bytes.subspan((*length)->value);
    }
    return info;
}

bool is_from(const IdentifyInfo& info, const wire::PeerId& peer) {
    return info.key && wire::PeerId::of(*info.key) == peer;
}

} // namespace taleus::p2p
