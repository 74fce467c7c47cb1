#include "wire/keys.hpp"

#include "base/ensure.hpp"
#include "wire/der.hpp"
#include "wire/protobuf.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <algorithm>
#include <memory>

namespace taleus::wire {
namespace {

constexpr std::size_t key_data_max = 2048;
constexpr std::array<std::uint8_t, 4> ed25519_private_head{0x08, 0x01, 0x12, 64};

struct PkeyDeleter {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct ContextDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

bool is_well_formed(const PublicKey& key) {
    switch (key.type) {
    case KeyType::ed25519: return key.data.size() == 32;
    case KeyType::secp256k1: return key.data.size() == 33 && (key.data[0] == 2 || key.data[0] == 3);
    case KeyType::ecdsa: return is_p256_spki(key.data);
    case KeyType::rsa: return key.data.size() <= key_data_max && is_rsa_spki(key.data);
    }
    return false;
}

bool verify_ed25519(const PublicKey& key, ByteView message, ByteView signature) {
    return signature.size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data.data()) == 0;
}

bool verify_by_openssl(const PublicKey& key, ByteView message, ByteView signature) {
    const auto der = key.type == KeyType::secp256k1 ? secp256k1_spki(key.data) : key.data;
    const auto* at = der.data();
    const std::unique_ptr<EVP_PKEY, PkeyDeleter> loaded{d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()))};
    const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context{EVP_MD_CTX_new()};
    const bool good =
        loaded && context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, loaded.get()) == 1 &&
        EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
    ERR_clear_error(); // the queue belongs to the thread, and TLS on the same thread reads it
    return good;
}

// Type and data of a serialised public or private key, both there, in order; nothing else.
struct StatedKey {
    std::uint64_t type = 0;
    ByteView data;
};
Result<StatedKey> stated_key(ByteView bytes) {
    ProtobufReader reader{bytes};
    const auto type = reader.next();
    if (!type) return fail(type.error());
    const auto data = reader.next();
    if (!data) return fail(data.error());
    const auto end = reader.next();
    if (!end) return fail(end.error());
    if (!*type || !*data || *end || (*type)->number != 1 || (*type)->is_bytes || (*data)->number != 2 ||
        !(*data)->is_bytes)
        return fail(Code::malformed, "key is not a type and its data");
    return StatedKey{(*type)->value, (*data)->bytes};
}

} // namespace

Bytes to_protobuf(const PublicKey& key) {
    ProtobufWriter writer;
    writer.varint(1, static_cast<std::uint64_t>(key.type));
    writer.bytes(2, key.data);
    return writer.take();
}

Result<PublicKey> public_key_from_protobuf(ByteView bytes) {
    const auto stated = stated_key(bytes);
    if (!stated) return fail(stated.error());
    if (stated->type > static_cast<std::uint64_t>(KeyType::ecdsa)) return fail(Code::malformed, "key type is unknown");
    if (stated->data.size() > key_data_max) return fail(Code::malformed, "key is too long");
    PublicKey key{static_cast<KeyType>(stated->type), to_bytes(stated->data)};
    if (!is_well_formed(key)) return fail(Code::malformed, "key is not well formed");
    // One key has one serialised form, else it had several peer ids; a type as a fixed-size field ends here.
    if (!std::ranges::equal(to_protobuf(key), bytes)) return fail(Code::malformed, "key is not in its canonical form");
    return key;
}

bool verify(const PublicKey& key, ByteView message, ByteView signature) {
    if (!is_well_formed(key)) return false;
    return key.type == KeyType::ed25519 ? verify_ed25519(key, message, signature)
                                        : verify_by_openssl(key, message, signature);
}

KeyPair KeyPair::generate(Random& random) {
    ensure(sodium_init() >= 0, "libsodium does not start");
    auto seed = random.bytes<crypto_sign_SEEDBYTES>();
    Bytes secret(crypto_sign_SECRETKEYBYTES);
    PublicKey key{KeyType::ed25519, Bytes(crypto_sign_PUBLICKEYBYTES)};
    ensure(crypto_sign_seed_keypair(key.data.data(), secret.data(), seed.data()) == 0, "no key from a seed");
    wipe(seed);
    return KeyPair{Secret{std::move(secret)}, std::move(key)};
}

Result<KeyPair> KeyPair::from_protobuf(ByteView bytes) {
    ensure(sodium_init() >= 0, "libsodium does not start");
    const auto stated = stated_key(bytes);
    if (!stated) return fail(stated.error());
    if (stated->type != static_cast<std::uint64_t>(KeyType::ed25519))
        return fail(Code::malformed, "private key is not Ed25519");
    const auto data = stated->data;
    if (data.size() != 64 && data.size() != 96) return fail(Code::malformed, "private key has a wrong size");
    Bytes secret(crypto_sign_SECRETKEYBYTES);
    PublicKey key{KeyType::ed25519, Bytes(crypto_sign_PUBLICKEYBYTES)};
    ensure(crypto_sign_seed_keypair(key.data.data(), secret.data(), data.data()) == 0, "no key from a seed");
    Secret kept{std::move(secret)};
    const auto is_public = [&](ByteView half) { return std::ranges::equal(half, key.data); };
    if (!is_public(data.subspan(32, 32)) || (data.size() == 96 && !is_public(data.subspan(64))))
        return fail(Code::malformed, "private key does not match its public half");
    return KeyPair{std::move(kept), std::move(key)};
}

Secret KeyPair::to_protobuf() const {
    Bytes out;
    out.reserve(ed25519_private_head.size() + secret_.reveal().size()); // growing would leave a copy behind
    append(out, ed25519_private_head);
    append(out, secret_.reveal());
    return Secret{std::move(out)};
}

Signature KeyPair::sign(ByteView message) const {
    Signature signature;
    ensure(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.reveal().data()) ==
               0,
           "libsodium does not sign");
    return signature;
}

Secret KeyPair::x25519_secret() const {
    Bytes out(crypto_scalarmult_SCALARBYTES);
    ensure(crypto_sign_ed25519_sk_to_curve25519(out.data(), secret_.reveal().data()) == 0, "no X25519 form of a key");
    return Secret{std::move(out)};
}

} // namespace taleus::wire
