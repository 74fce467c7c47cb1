#include "protocol/store_key.hpp"

#include "base/ensure.hpp"
#include "wire/base_text.hpp"

#include <sodium.h>

#include <utility>

namespace taleus::protocol {
namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;

} // namespace

Secret StoreKey::generate(Random& random) {
    Bytes key(size);
    random.fill(key);
    return Secret{std::move(key)};
}

StoreKey::StoreKey(Secret key) : key_{std::move(key)} {
    ensure(key_.reveal().size() == size, "a store key has 32 bytes");
    ensure(sodium_init() >= 0, "libsodium does not start");
}

std::string StoreKey::keep(const Secret& secret, std::string_view place, Random& random) const {
    const auto plain = secret.reveal();
    Bytes kept(nonce_size + plain.size() + tag_size);
    random.fill(std::span{kept}.first(nonce_size));
    crypto_aead_xchacha20poly1305_ietf_encrypt(kept.data() + nonce_size, nullptr, plain.data(), plain.size(),
                                               as_bytes(place).data(), place.size(), nullptr, kept.data(),
                                               key_.reveal().data());
    return wire::to_base64url(kept);
}

Result<Secret> StoreKey::reveal(std::string_view kept, std::string_view place) const {
    const auto bytes = wire::from_base64url(kept);
    if (!bytes || bytes->size() < nonce_size + tag_size) return fail(Code::internal, "a kept secret is damaged");
    Bytes plain(bytes->size() - nonce_size - tag_size);
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain.data(), nullptr, nullptr, bytes->data() + nonce_size, bytes->size() - nonce_size, as_bytes(place).data(),
        place.size(), bytes->data(), key_.reveal().data());
    if (failed != 0) return fail(Code::internal, "a kept secret does not open with this store's key");
    return Secret{std::move(plain)};
}

} // namespace taleus::protocol
