// A first byte `p`: the rest is a payload, which is signed here, since no fuzzer forges a signature. Anything else is
// a link's text. A compact link that is read is the only text of its link; JSON survives being written again.
#include "base/ensure.hpp"
#include "wire/base_text.hpp"
#include "wire/keys.hpp"
#include "wire/link.hpp"

namespace {

using namespace taleus;
using namespace taleus::wire;

const KeyPair& key() { // the peer of the addresses in the seeds
    static const auto kept = [] {
        SeededRandom random{1};
        return KeyPair::generate(random);
    }();
    return kept;
}

bool is_same(const Link& a, const Link& b) {
    return a.addresses == b.addresses && a.token == b.token && a.expiry == b.expiry && a.role == b.role &&
           a.requirement == b.requirement;
}

void check_payload(ByteView payload) {
    auto message = to_bytes("taleus-link/1\n");
    append(message, payload);
    auto bytes = to_bytes(payload);
    append(bytes, key().sign(message));
    const auto uri = "taleus:1" + to_base32(bytes, Case::upper);
    if (const auto link = parse_link(uri)) ensure(to_uri(*link, key()) == uri, "a link has one compact form");
}

void check_text(std::string_view text) {
    const auto link = parse_link(text);
    if (!link || link->first_peer() != PeerId::of(key().public_key())) return;
    const auto again = parse_link(to_json(*link, key()));
    ensure(again && is_same(*again, *link), "a link is read again");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input{data, size};
    if (size > 0 && data[0] == 'p')
        check_payload(input.subspan(1));
    else
        check_text(as_text(input));
    return 0;
}
