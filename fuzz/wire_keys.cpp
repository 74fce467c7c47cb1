// Any bytes as a key, a private key, a peer id and a protobuf message: what is read has that one serialised form.
#include "base/ensure.hpp"
#include "wire/keys.hpp"
#include "wire/peer_id.hpp"
#include "wire/protobuf.hpp"

#include <algorithm>

namespace {

using namespace taleus;
using namespace taleus::wire;

void check_peer(const PeerId& id) {
    ensure(PeerId::from_bytes(id.bytes()) == id, "the bytes of a peer id read as the id");
    ensure(PeerId::from_text(id.to_text()) == id, "the text of a peer id reads as the id");
    if (const auto key = id.public_key()) ensure(PeerId::of(*key) == id, "a key names the peer that names the key");
}

void check_key(ByteView input) {
    const auto key = public_key_from_protobuf(input);
    if (!key) return;
    ensure(std::ranges::equal(to_protobuf(*key), input), "a key has one serialised form");
    check_peer(PeerId::of(*key));
    const Signature none{};
    ensure(!verify(*key, input, none) && !verify(*key, input, {}), "zeros are no signature");
}

void check_fields(ByteView input) {
    ProtobufReader reader{input};
    std::size_t length = 0;
    for (;;) {
        const auto field = reader.next();
        if (!field || !*field) break;
        length += 1 + (*field)->bytes.size();
        ensure(length <= input.size(), "fields lie within their message");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input{data, size};
    check_key(input);
    check_fields(input);
    if (const auto pair = KeyPair::from_protobuf(input)) {
        const auto written = pair->to_protobuf();
        ensure(written.reveal().size() == 68 && KeyPair::from_protobuf(written.reveal()).has_value(),
               "a key pair is read again");
    }
    if (const auto id = PeerId::from_bytes(input)) check_peer(*id);
    if (const auto id = PeerId::from_text(as_text(input))) check_peer(*id);
    return 0;
}
