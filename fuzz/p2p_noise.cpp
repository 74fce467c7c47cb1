// Any bytes as each message of a handshake and as its payload: nothing that the other side did not write is accepted.
#include "base/ensure.hpp"
#include "p2p/noise_payload.hpp"
#include "p2p/secure_channel.hpp"

namespace {

using namespace taleus;
using namespace taleus::p2p;

struct Ends {
    SeededRandom random{1};
    X25519KeyPair a = X25519KeyPair::generate(random);
    X25519KeyPair b = X25519KeyPair::generate(random);
    NoiseHandshake dialer{Side::dialer, a, random};
    NoiseHandshake listener{Side::listener, b, random};
};

void check_first(ByteView input) {
    Ends ends;
    if (ends.listener.read(input)) (void)ends.listener.write({});
}
void check_second(ByteView input) {
    Ends ends;
    ensure(ends.dialer.write({}).has_value(), "a first message is written");
    ensure(!ends.dialer.read(input), "nobody forges a second message");
}
void check_third(ByteView input) {
    Ends ends;
    ensure(ends.listener.read(*ends.dialer.write({})) && ends.listener.write({}), "two messages pass");
    ensure(!ends.listener.read(input), "nobody forges a third message");
}
void check_frames(ByteView input) {
    NoiseFrames frames;
    const auto size = input.size();
    std::size_t read = 0;
    for (;;) {
        const auto frame = frames.next(input, 16, 8192);
        if (!frame || !*frame) break;
        read += (*frame)->size() + NoiseFrames::prefix_size;
    }
    ensure(read <= size, "frames are made of the input");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView input{data + 1, size - 1};
    switch (data[0] % 5) {
    case 0: check_first(input); break;
    case 1: check_second(input); break;
    case 2: check_third(input); break;
    case 3: check_frames(input); break;
    default: ensure(!read_noise_payload(input, X25519Public{1}), "nobody signed this key"); break;
    }
    return 0;
}
