// Any bytes as a peer's identify: what is read is within its bounds, and is written and read again unchanged where it
// fits our own, smaller message.
#include "base/ensure.hpp"
#include "p2p/identify.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    using namespace taleus::p2p;
    const auto info = decode_identify({data, size});
    if (!info) return 0;
    ensure(size <= identify_bytes_max, "a peer's message is bounded");
    ensure(info->listen_addrs.size() <= 64 && info->protocols.size() <= 256, "lists are bounded");
    const auto written = encode_identify(*info);
    ensure(written.size() < 2048, "ours is small");
    const auto again = decode_identify(written);
    ensure(again.has_value(), "what we write can be read");
    ensure(again->listen_addrs.size() <= info->listen_addrs.size(), "nothing is made up");
    if (info->key && wire::to_protobuf(*info->key).size() < 1000) ensure(again->key == info->key, "the key is kept");
    return 0;
}
