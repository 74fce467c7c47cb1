#include "p2p/noise_cipher.hpp"

#include "base/ensure.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <new>

namespace taleus::p2p {
namespace {

// Fetched once for the process: a fetch costs more than sealing a short frame. All that is asked for is there: memory
// alone can be missing, and then it is asked for again.
const EVP_CIPHER* cipher() {
    static const EVP_CIPHER* const fetched = [] {
        const auto* const found = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
        return found != nullptr ? found : throw std::bad_alloc{};
    }();
    return fetched;
}

} // namespace

void NoiseCipher::ContextDelete::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

NoiseCipher::NoiseCipher(Direction direction, std::span<const std::uint8_t, key_size> key, std::uint64_t nonce)
    : context_{EVP_CIPHER_CTX_new()}, nonce_{nonce} {
    if (context_ == nullptr || EVP_CipherInit_ex2(context_.get(), cipher(), key.data(), nullptr,
                                                  direction == Direction::seal ? 1 : 0, nullptr) != 1)
        throw std::bad_alloc{};
}

// Sets the nonce (four zero bytes, then the counter least significant byte first) and the associated data.
bool NoiseCipher::begin(ByteView associated) {
    if (nonce_ == std::numeric_limits<std::uint64_t>::max()) return false;
    std::array<std::uint8_t, 12> nonce{};
    for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<std::uint8_t>(nonce_ >> (8 * i));
    ++nonce_;
    int written = 0;
    if (EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), -1, nullptr) != 1) return false;
    return associated.empty() || EVP_CipherUpdate(context_.get(), nullptr, &written, associated.data(),
                                                  static_cast<int>(associated.size())) == 1;
}

bool NoiseCipher::seal(ByteView associated, std::span<std::uint8_t> text, std::span<std::uint8_t, tag_size> tag) {
    int written = 0;
    return begin(associated) &&
           (text.empty() ||
            EVP_CipherUpdate(context_.get(), text.data(), &written, text.data(), static_cast<int>(text.size())) == 1) &&
           EVP_CipherFinal_ex(context_.get(), tag.data(), &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag.data()) == 1;
}

bool NoiseCipher::open(ByteView associated, ByteView sealed, std::span<std::uint8_t> out) {
    if (sealed.size() < tag_size) return false;
    ensure(out.size() == sealed.size() - tag_size, "room for exactly the text");
    std::array<std::uint8_t, tag_size> tag;
    std::copy_n(sealed.end() - tag_size, tag_size, tag.begin());
    int written = 0;
    return begin(associated) && EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1 &&
           (out.empty() ||
            EVP_CipherUpdate(context_.get(), out.data(), &written, sealed.data(), static_cast<int>(out.size())) == 1) &&
           EVP_CipherFinal_ex(context_.get(), tag.data(), &written) == 1;
}

} // namespace taleus::p2p
