// Any bytes as text and as binary: what is read has one text and one binary form, and its parts are consistent.
#include "base/ensure.hpp"
#include "wire/multiaddr.hpp"

#include <algorithm>

namespace {

using namespace taleus;
using taleus::wire::Multiaddr;

void check(const Multiaddr& address) {
    const auto from_text = Multiaddr::from_text(address.to_text());
    ensure(from_text && from_text->bytes() == address.bytes(), "the text of an address reads as the address");
    const auto from_bytes = Multiaddr::from_bytes(address.bytes());
    ensure(from_bytes && from_bytes->to_text() == address.to_text(), "the bytes of an address read as the address");
    ensure(!address.parts().empty(), "an address has a part");
    const auto bare = address.without_peer();
    if (const auto peer = address.peer()) ensure(bare.with_peer(*peer) == address, "a peer is taken off and put back");
    if (const auto tcp = address.as_tcp()) ensure(!tcp->host.empty() && bare.parts().size() == 2, "a host and a port");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input{data, size};
    if (const auto address = Multiaddr::from_bytes(input)) {
        ensure(std::ranges::equal(address->bytes(), input), "an address has one binary form");
        check(*address);
    }
    if (const auto address = Multiaddr::from_text(as_text(input))) check(*address);
    return 0;
}
