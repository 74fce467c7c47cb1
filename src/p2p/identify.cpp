#include "p2p/identify.hpp"

#include "wire/protobuf.hpp"
#include "wire/varint.hpp"

namespace taleus::p2p {
namespace {

constexpr std::size_t message_size_max = 2000;

enum Field : std::uint32_t {
    public_key = 1,
    listen_addr = 2,
    protocol = 3,
    observed_addr = 4,
    protocol_version = 5,
    agent_version = 6,
};

void add_field(Bytes& message, Field field, ByteView value) {
    wire::ProtobufWriter writer;
    writer.bytes(field, value);
    const auto bytes = writer.take();
    if (message.size() + bytes.size() <= message_size_max) append(message, bytes);
}

} // namespace

Bytes encode_identify(const IdentifyInfo& info) {
    Bytes message;
    add_field(message, public_key, wire::to_protobuf(info.key));
    add_field(message, protocol_version, as_bytes(info.protocol_version));
    add_field(message, agent_version, as_bytes(info.agent));
    add_field(message, observed_addr, info.observed.bytes());
    for (const auto& name : info.protocols) add_field(message, protocol, as_bytes(name));
    for (const auto& address : info.listen_addrs) add_field(message, listen_addr, address.bytes());
    Bytes whole;
    wire::append_varint(whole, message.size());
    append(whole, message);
    return whole;
}

} // namespace taleus::p2p
