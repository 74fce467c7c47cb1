#include "p2p/upgrade.hpp"

#include "base/ensure.hpp"
#include "p2p/muxer.hpp"

#include <array>

namespace taleus::p2p {
namespace {

constexpr std::array<std::string_view, 1> security{"/noise"};
constexpr std::size_t handshake_message_min = 32;
constexpr std::size_t handshake_message_max = 8 * 1024; // room for the largest RSA identity; nobody needs 64 KiB

Agreement advance(std::variant<MultistreamDialer, MultistreamListener>& negotiation, ByteView& input, Bytes& output,
                  std::span<const std::string_view> supported) {
    if (auto* dialer = std::get_if<MultistreamDialer>(&negotiation)) {
        auto agreed = dialer->receive(input, output);
        if (!agreed && agreed.error().code == Code::refused)
            return fail(Code::malformed, "the peer supports none of " + std::string{supported.front()} + "…");
        return agreed;
    }
    return std::get<MultistreamListener>(negotiation).receive(input, output, supported);
}

// Appends `frame`, whose first two bytes are free, sealed; nothing where nothing follows them.
Result<void> seal_into(Bytes& output, SecureChannel& channel, Bytes frame) {
    if (frame.size() == NoiseFrames::prefix_size) return {};
    if (!channel.seal(frame)) return fail(Code::internal, "noise: the nonces of this connection are used up");
    append(output, frame);
    return {};
}

} // namespace

Upgrade::Upgrade(const ConnectionContext& context, Side side, std::optional<wire::PeerId> expected, Bytes& output)
    : side_{side}, expected_{std::move(expected)}, muxers_{muxers_of(context)}, early_muxer_{context.early_muxer},
      random_{context.random},
      identity_{context.noise != nullptr ? context.noise : NoiseIdentity::make(context.identity, context.random)},
      proven_{context.proven}, state_{Securing{negotiate(security, output)}} {}

std::vector<std::string_view> Upgrade::muxers_of(const ConnectionContext& context) {
    std::vector<std::string_view> muxers;
    if (context.yamux) muxers.push_back(yamux_protocol);
    if (context.mplex) muxers.push_back(mplex_protocol);
    ensure(!muxers.empty(), "a connection has a muxer");
    return muxers;
}

Upgrade::Negotiation Upgrade::negotiate(std::span<const std::string_view> protocols, Bytes& output) const {
    if (side_ == Side::listener) return MultistreamListener{};
    MultistreamDialer dialer{{protocols.begin(), protocols.end()}};
    dialer.begin(output);
    return dialer;
}

Upgrade::Progress Upgrade::receive(ByteView& input, Bytes& output) {
    while (true) {
        const auto before = state_.index();
        auto progress = std::visit([&](auto& state) { return on(state, input, output); }, state_);
        if (!progress || *progress || state_.index() == before) return progress;
    }
}

Upgrade::Progress Upgrade::on(Securing& state, ByteView& input, Bytes& output) {
    const auto agreed = advance(state.negotiation, input, output, security);
    if (!agreed) return fail(agreed.error());
    if (!*agreed) return std::nullopt;
    auto& shaking = state_.emplace<Shaking>(NoiseHandshake{side_, identity_->statics, random_}, NoiseFrames{});
    if (!shaking.handshake.is_our_turn()) return std::nullopt;
    if (auto written = write_message(shaking.handshake, output); !written) return fail(std::move(written.error()));
    return std::nullopt;
}

Upgrade::Progress Upgrade::on(Shaking& state, ByteView& input, Bytes& output) {
    auto& handshake = state.handshake;
    while (true) {
        const auto frame = state.frames.next(input, handshake_message_min, handshake_message_max);
        if (!frame) return fail(frame.error());
        if (!*frame) return std::nullopt;
        const auto payload = handshake.read(**frame);
        if (!payload) return fail(payload.error());
        std::vector<std::string> muxers;
        if (side_ == Side::dialer || handshake.is_finished()) {
            auto peer = identify(*payload, handshake.their_static());
            if (!peer) return fail(std::move(peer.error()));
            peer_ = std::move(peer->peer);
            muxers = std::move(peer->muxers);
        } else if (!payload->empty())
            return fail(Code::malformed, "noise: a payload before anything is secret");
        if (handshake.is_our_turn()) {
            if (auto written = write_message(handshake, output); !written) return fail(std::move(written.error()));
        }
        if (handshake.is_finished()) return secured(handshake, muxers, output);
    }
}

// The dialer's first message is the only one without a payload: nothing protects it.
Result<void> Upgrade::write_message(NoiseHandshake& handshake, Bytes& output) const {
    const bool is_first = side_ == Side::dialer && peer_.empty();
    const auto named = early_muxer_ ? std::span<const std::string_view>{muxers_} : std::span<const std::string_view>{};
    const auto message = handshake.write(is_first ? Bytes{} : noise_payload(*identity_, named));
    if (!message) return fail(message.error());
    append_noise_frame(output, *message);
    return {};
}

Result<NoisePeer> Upgrade::identify(ByteView payload, const X25519Public& their_static) const {
    auto peer = read_noise_payload(payload, their_static, proven_);
    if (peer && expected_ && *expected_ != peer->peer) return fail(Code::unreachable, "another peer answered");
    return peer;
}

Upgrade::Progress Upgrade::secured(NoiseHandshake& handshake, const std::vector<std::string>& their_muxers,
                                   Bytes& output) {
    auto muxer = early_muxer_ ? settle_muxer(muxers_, their_muxers) : std::nullopt;
    if (!muxer) return fail(std::move(muxer.error()));
    SecureChannel channel{handshake.split()};
    if (*muxer) return Done{std::move(peer_), std::move(**muxer), std::move(channel), {}};
    Bytes proposal(NoiseFrames::prefix_size);
    auto negotiation = negotiate(muxers_, proposal);
    if (auto sent = seal_into(output, channel, std::move(proposal)); !sent) return fail(std::move(sent.error()));
    state_.emplace<ChoosingMuxer>(std::move(channel), std::move(negotiation));
    return std::nullopt;
}

Upgrade::Progress Upgrade::on(ChoosingMuxer& state, ByteView& input, Bytes& output) {
    while (true) {
        Bytes plain;
        const auto opened = state.channel.receive(input, plain);
        if (!opened) return fail(opened.error());
        if (!*opened) return std::nullopt;
        ByteView text{plain};
        Bytes answer(NoiseFrames::prefix_size);
        auto agreed = advance(state.negotiation, text, answer, muxers_);
        if (!agreed) return fail(std::move(agreed.error()));
        if (auto sent = seal_into(output, state.channel, std::move(answer)); !sent)
            return fail(std::move(sent.error()));
        if (*agreed) return Done{std::move(peer_), std::move(**agreed), std::move(state.channel), to_bytes(text)};
    }
}

} // namespace taleus::p2p
