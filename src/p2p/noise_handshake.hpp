#pragma once
// Noise_XX_25519_ChaChaPoly_SHA256 (noiseprotocol.org, revision 34), message by message: who may write next is in the
// state, what the payloads mean is the caller's. The three messages leave both sides with a cipher for each direction
// and with the other's static key. Any failure is final. Pure but for the ephemeral key, which comes from `Random`.

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "p2p/noise_cipher.hpp"
#include "p2p/stream_id.hpp"

#include <array>
#include <optional>

namespace taleus::p2p {

using X25519Public = std::array<std::uint8_t, 32>;

struct X25519KeyPair {
    Secret secret;
    X25519Public open{};

    static X25519KeyPair generate(Random& random);
};

class NoiseHandshake {
public:
    // `statics` outlives the handshake.
    NoiseHandshake(Side side, const X25519KeyPair& statics, Random& random, ByteView prologue = {});
    ~NoiseHandshake();
    NoiseHandshake(NoiseHandshake&&) = default;
    NoiseHandshake& operator=(NoiseHandshake&&) = delete;

    bool is_our_turn() const; // to write; never once finished
    bool is_finished() const { return next_ == 3; }

    Result<Bytes> write(ByteView payload);
    Result<Bytes> read(ByteView message); // its payload; `malformed` where it is forged, cut or made of weak keys

    const X25519Public& their_static() const { return their_static_; } // after their message that carries it
    const Digest& hash() const { return hash_; }

    struct Ciphers {
        NoiseCipher send;
        NoiseCipher receive;
    };
    Ciphers split() const; // once finished

private:
    void mix_hash(ByteView bytes);
    [[nodiscard]] bool mix_key(const X25519KeyPair& ours, const X25519Public& theirs);
    void seal_into(Bytes& message, ByteView text);
    Result<Bytes> open_sealed(ByteView sealed);
    Result<void> read_keys(ByteView& message);

    Side side_;
    const X25519KeyPair* statics_;
    Random* random_;
    int next_ = 0; // the message that comes next, of three
    X25519KeyPair ephemeral_;
    X25519Public their_ephemeral_{};
    X25519Public their_static_{};
    Digest hash_{};
    Digest chaining_{};
    std::optional<Digest> key_; // none before the first Diffie-Hellman
    std::uint64_t nonce_ = 0;
};

} // namespace taleus::p2p
