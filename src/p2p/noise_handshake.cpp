#include "p2p/noise_handshake.hpp"

#include "base/ensure.hpp"
#include "wire/hash.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace taleus::p2p {
namespace {

// Exactly as long as a hash, so it is the initial hash and chaining key itself.
constexpr std::string_view protocol_name = "Noise_XX_25519_ChaChaPoly_SHA256";
static_assert(protocol_name.size() == std::tuple_size_v<Digest>);

std::unexpected<Error> broken(std::string_view why) { return fail(Code::malformed, "noise: " + std::string{why}); }

// HMAC-SHA256 with a key of 32 bytes, over OpenSSL's hash, which uses the processor's instructions.
Digest hmac(const Digest& key, ByteView first, ByteView second = {}) {
    std::array<std::uint8_t, 64> inner;
    std::array<std::uint8_t, 64> outer;
    inner.fill(0x36);
    outer.fill(0x5c);
    for (std::size_t i = 0; i < key.size(); ++i) {
        inner[i] ^= key[i];
        outer[i] ^= key[i];
    }
    const auto hashed = wire::sha256({inner, first, second});
    const auto result = wire::sha256({outer, hashed});
    wipe(inner);
    wipe(outer);
    return result;
}

struct DerivedKeys {
    Digest first;
    Digest second;
};
DerivedKeys hkdf(const Digest& chaining, ByteView secret) {
    static constexpr std::array<std::uint8_t, 1> one{1};
    static constexpr std::array<std::uint8_t, 1> two{2};
    auto extracted = hmac(chaining, secret);
    const auto first = hmac(extracted, one);
    const auto second = hmac(extracted, first, two);
    wipe(extracted);
    return {first, second};
}

} // namespace

X25519KeyPair X25519KeyPair::generate(Random& random) {
    Bytes secret(crypto_scalarmult_SCALARBYTES);
    random.fill(secret);
    X25519KeyPair pair;
    crypto_scalarmult_base(pair.open.data(), secret.data());
    pair.secret = Secret{std::move(secret)};
    return pair;
}

NoiseHandshake::NoiseHandshake(Side side, const X25519KeyPair& statics, Random& random, ByteView prologue)
    : side_{side}, statics_{&statics}, random_{&random} {
    std::copy_n(protocol_name.begin(), hash_.size(), hash_.begin());
    chaining_ = hash_;
    mix_hash(prologue);
}

NoiseHandshake::~NoiseHandshake() {
    wipe(chaining_);
    if (key_) wipe(*key_);
}

bool NoiseHandshake::is_our_turn() const { return !is_finished() && (next_ == 1) == (side_ == Side::listener); }

Result<Bytes> NoiseHandshake::write(ByteView payload) {
    ensure(is_our_turn(), "a Noise message is written in turn");
    const int message = next_++;
    Bytes out;
    if (message < 2) {
        ephemeral_ = X25519KeyPair::generate(*random_);
        append(out, ephemeral_.open);
        mix_hash(ephemeral_.open);
        if (message == 1 && !mix_key(ephemeral_, their_ephemeral_)) return broken("weak key");
    }
    if (message > 0) {
        seal_into(out, statics_->open);
        if (!mix_key(*statics_, their_ephemeral_)) return broken("weak key");
    }
    seal_into(out, payload);
    return out;
}

Result<Bytes> NoiseHandshake::read(ByteView message) {
    ensure(!is_finished() && !is_our_turn(), "a Noise message is read in turn");
    if (auto keys = read_keys(message); !keys) return fail(std::move(keys.error()));
    ++next_;
    return open_sealed(message);
}

// What the peer's message carries before its payload.
Result<void> NoiseHandshake::read_keys(ByteView& message) {
    if (next_ < 2) {
        if (message.size() < their_ephemeral_.size()) return broken("message too short");
        std::copy_n(message.begin(), their_ephemeral_.size(), their_ephemeral_.begin());
        message = message.subspan(their_ephemeral_.size());
        mix_hash(their_ephemeral_);
        if (next_ == 1 && !mix_key(ephemeral_, their_ephemeral_)) return broken("weak key");
    }
    if (next_ == 0) return {};
    constexpr std::size_t sealed_size = std::tuple_size_v<X25519Public> + NoiseCipher::tag_size;
    if (message.size() < sealed_size) return broken("message too short");
    const auto key = open_sealed(message.first(sealed_size));
    if (!key) return fail(key.error());
    std::copy_n(key->begin(), their_static_.size(), their_static_.begin());
    message = message.subspan(sealed_size);
    if (!mix_key(ephemeral_, their_static_)) return broken("weak key");
    return {};
}

void NoiseHandshake::mix_hash(ByteView bytes) { hash_ = wire::sha256({hash_, bytes}); }

// False for a low-order public key, whose result everybody knows.
bool NoiseHandshake::mix_key(const X25519KeyPair& ours, const X25519Public& theirs) {
    Digest shared;
    if (crypto_scalarmult(shared.data(), ours.secret.reveal().data(), theirs.data()) != 0) return false;
    const auto derived = hkdf(chaining_, shared);
    wipe(shared);
    chaining_ = derived.first;
    key_ = derived.second;
    nonce_ = 0;
    return true;
}

void NoiseHandshake::seal_into(Bytes& message, ByteView text) {
    const auto start = message.size();
    append(message, text);
    if (key_) {
        message.resize(start + text.size() + NoiseCipher::tag_size);
        const auto written = std::span{message}.subspan(start);
        NoiseCipher cipher{NoiseCipher::Direction::seal, *key_, nonce_++};
        ensure(cipher.seal(hash_, written.first(text.size()), written.last<NoiseCipher::tag_size>()),
               "a handshake's nonces do not run out");
    }
    mix_hash(ByteView{message}.subspan(start));
}

Result<Bytes> NoiseHandshake::open_sealed(ByteView sealed) {
    auto text = to_bytes(sealed);
    if (key_) {
        if (sealed.size() < NoiseCipher::tag_size) return broken("message too short");
        text.resize(sealed.size() - NoiseCipher::tag_size);
        NoiseCipher cipher{NoiseCipher::Direction::open, *key_, nonce_++};
        if (!cipher.open(hash_, sealed, text)) return broken("forged message");
    }
    mix_hash(sealed);
    return text;
}

NoiseHandshake::Ciphers NoiseHandshake::split() const {
    ensure(is_finished(), "a Noise handshake is split when finished");
    auto derived = hkdf(chaining_, {});
    if (side_ == Side::listener) std::swap(derived.first, derived.second);
    Ciphers ciphers{.send = {NoiseCipher::Direction::seal, derived.first},
                    .receive = {NoiseCipher::Direction::open, derived.second}};
    wipe(derived.first);
    wipe(derived.second);
    return ciphers;
}

} // namespace taleus::p2p
