#pragma once
// Keys of kinds that this program verifies and never has, made and used by OpenSSL for tests.

#include "base/ensure.hpp"
#include "wire/keys.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace taleus::protocol::test {

class ForeignKey {
public:
    static ForeignKey secp256k1() { return ForeignKey{"secp256k1", wire::KeyType::secp256k1}; }
    static ForeignKey p256() { return ForeignKey{"P-256", wire::KeyType::ecdsa}; }

    const wire::PublicKey& public_key() const { return public_key_; }

    Bytes sign(ByteView message) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
        std::size_t size = 128;
        Bytes signature(size);
        ensure(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                   EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1,
               "OpenSSL does not sign");
        signature.resize(size);
        return signature;
    }

private:
    ForeignKey(const char* curve, wire::KeyType type) : key_{EVP_EC_gen(curve), &EVP_PKEY_free} {
        unsigned char* der = nullptr;
        const auto size = static_cast<std::size_t>(i2d_PUBKEY(key_.get(), &der));
        Bytes spki{der, der + size};
        OPENSSL_free(der);
        public_key_.type = type;
        public_key_.data = type == wire::KeyType::ecdsa ? spki : compressed(spki);
    }

    // The uncompressed point is the last 65 bytes of a SubjectPublicKeyInfo.
    static Bytes compressed(const Bytes& spki) {
        const auto point = ByteView{spki}.last(65);
        Bytes out{static_cast<std::uint8_t>(2 + (point[64] & 1))};
        append(out, point.subspan(1, 32));
        return out;
    }

    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
    wire::PublicKey public_key_;
};

} // namespace taleus::protocol::test
