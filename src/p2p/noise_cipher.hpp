#pragma once
// One direction of ChaCha20-Poly1305 as Noise uses it: a key, a counting nonce, and an OpenSSL context that is keyed
// once. A failed `open` or a used-up nonce is final: the caller ends the connection.

#include "base/bytes.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>

struct evp_cipher_ctx_st;

namespace taleus::p2p {

class NoiseCipher {
public:
    enum class Direction : std::uint8_t { seal, open };
    static constexpr std::size_t key_size = 32;
    static constexpr std::size_t tag_size = 16;

    // Throws bad_alloc.
    NoiseCipher(Direction direction, std::span<const std::uint8_t, key_size> key, std::uint64_t nonce = 0);

    // Encrypts `text` in place. False: the nonce is used up (2^64-1 is never used).
    [[nodiscard]] bool seal(ByteView associated, std::span<std::uint8_t> text, std::span<std::uint8_t, tag_size> tag);
    // Decrypts text‖tag into `out`, which is as long as the text. False: forged, or the nonce is used up.
    [[nodiscard]] bool open(ByteView associated, ByteView sealed, std::span<std::uint8_t> out);

private:
    struct ContextDelete {
        void operator()(evp_cipher_ctx_st* context) const;
    };
    bool begin(ByteView associated);

    std::unique_ptr<evp_cipher_ctx_st, ContextDelete> context_;
    std::uint64_t nonce_;
};

} // namespace taleus::p2p
