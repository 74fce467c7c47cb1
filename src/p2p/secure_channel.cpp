#include "p2p/secure_channel.hpp"

#include "base/ensure.hpp"

#include <algorithm>

namespace taleus::p2p {
namespace {

constexpr std::size_t message_max = 65535;

std::size_t length_of(ByteView prefix) { return static_cast<std::size_t>(prefix[0]) << 8 | prefix[1]; }

} // namespace

Result<std::optional<ByteView>> NoiseFrames::next(ByteView& input, std::size_t size_min, std::size_t size_max) {
    if (std::exchange(handed_out_, false)) partial_ = {};
    while (true) {
        const auto known = partial_.empty() ? input : ByteView{partial_};
        std::size_t whole = prefix_size;
        if (known.size() >= prefix_size) {
            const auto length = length_of(known);
            if (length < size_min || length > size_max) return fail(Code::malformed, "noise: bad frame length");
            whole += length;
        }
        if (partial_.empty() && whole > prefix_size && input.size() >= whole) {
            const auto frame = input.subspan(prefix_size, whole - prefix_size);
            input = input.subspan(whole);
            return frame;
        }
        if (partial_.size() == whole && whole > prefix_size) {
            handed_out_ = true;
            return ByteView{partial_}.subspan(prefix_size);
        }
        if (input.empty()) return std::nullopt;
        const auto count = std::min(whole - partial_.size(), input.size());
        append(partial_, input.first(count));
        input = input.subspan(count);
    }
}

void append_noise_frame(Bytes& to, ByteView message) {
    ensure(message.size() <= message_max, "a Noise message fits its length");
    to.push_back(static_cast<std::uint8_t>(message.size() >> 8));
    to.push_back(static_cast<std::uint8_t>(message.size()));
    append(to, message);
}

Result<bool> SecureChannel::receive(ByteView& input, Bytes& plain) {
    const auto frame = frames_.next(input, NoiseCipher::tag_size, message_max);
    if (!frame) return fail(frame.error());
    if (!*frame) return false;
    plain.resize((*frame)->size() - NoiseCipher::tag_size);
    if (!ciphers_.receive.open({}, **frame, plain)) return fail(Code::malformed, "noise: forged frame");
    return true;
}

bool SecureChannel::seal(Bytes& frame) {
    const auto text_size = frame.size() - NoiseFrames::prefix_size;
    ensure(text_size <= plaintext_max, "a Noise frame's plaintext fits");
    const auto length = text_size + NoiseCipher::tag_size;
    frame.resize(NoiseFrames::prefix_size + length);
    frame[0] = static_cast<std::uint8_t>(length >> 8);
    frame[1] = static_cast<std::uint8_t>(length);
    const auto body = std::span{frame}.subspan(NoiseFrames::prefix_size);
    return ciphers_.send.seal({}, body.first(text_size), body.last<NoiseCipher::tag_size>());
}

} // namespace taleus::p2p
