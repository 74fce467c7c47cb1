#include "protocol/did_key.hpp"

#include "wire/base_text.hpp"
#include "wire/varint.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <array>
#include <memory>

namespace taleus::protocol {
namespace {

using wire::KeyType;
using wire::PublicKey;

// https://github.com/multiformats/multicodec, table.csv
constexpr std::uint64_t ed25519_codec = 0xed;
constexpr std::uint64_t secp256k1_codec = 0xe7;
constexpr std::uint64_t p256_codec = 0x1200;

constexpr std::size_t coordinate_size = 32;
constexpr std::size_t compressed_size = 1 + coordinate_size;
constexpr std::size_t uncompressed_size = 1 + 2 * coordinate_size;

// SubjectPublicKeyInfo of an uncompressed P-256 point, up to the point: SEQUENCE, SEQUENCE of the identifiers
// ecPublicKey and prime256v1, BIT STRING.
constexpr std::array<std::uint8_t, 26> p256_head{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

struct GroupDeleter {
    void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
};
struct PointDeleter {
    void operator()(EC_POINT* point) const { EC_POINT_free(point); }
};

std::optional<Bytes> p256_spki(ByteView compressed) {
    const std::unique_ptr<EC_GROUP, GroupDeleter> group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    const std::unique_ptr<EC_POINT, PointDeleter> point{group ? EC_POINT_new(group.get()) : nullptr};
    std::array<std::uint8_t, uncompressed_size> full{};
    const bool good =
        point && EC_POINT_oct2point(group.get(), point.get(), compressed.data(), compressed.size(), nullptr) == 1 &&
        EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, full.data(), full.size(),
                           nullptr) == full.size();
    ERR_clear_error(); // the queue belongs to the thread
    if (!good) return std::nullopt;
    Bytes out{p256_head.begin(), p256_head.end()};
    append(out, full);
    return out;
}

std::optional<Bytes> compressed_p256(ByteView spki) {
    if (spki.size() != p256_head.size() + uncompressed_size ||
        !std::ranges::equal(spki.first(p256_head.size()), p256_head))
        return std::nullopt;
    const auto point = spki.last(uncompressed_size);
    const bool is_odd = (point.back() & 1) != 0;
    Bytes out{static_cast<std::uint8_t>(is_odd ? 3 : 2)};
    append(out, point.subspan(1, coordinate_size));
    return out;
}

std::optional<PublicKey> checked(KeyType type, Bytes data) {
    auto key = wire::public_key_from_protobuf(wire::to_protobuf(PublicKey{type, std::move(data)}));
    if (!key) return std::nullopt;
    return *std::move(key);
}

std::string text_of(std::uint64_t codec, ByteView data) {
    Bytes bytes;
    wire::append_varint(bytes, codec);
    append(bytes, data);
    return std::string{did_key_prefix} + 'z' + wire::to_base58(bytes);
}

} // namespace

std::optional<PublicKey> key_of_did(std::string_view did) {
    if (!did.starts_with(did_key_prefix)) return std::nullopt;
    did.remove_prefix(did_key_prefix.size());
    if (!did.starts_with('z')) return std::nullopt;
    const auto bytes = wire::from_base58(did.substr(1));
    if (!bytes) return std::nullopt;
    const auto codec = wire::read_varint(*bytes);
    if (!codec || !*codec) return std::nullopt;
    auto data = to_bytes(ByteView{*bytes}.subspan((*codec)->size));
    if ((*codec)->value == ed25519_codec) return checked(KeyType::ed25519, std::move(data));
    if ((*codec)->value == secp256k1_codec) return checked(KeyType::secp256k1, std::move(data));
    if ((*codec)->value != p256_codec || data.size() != compressed_size) return std::nullopt;
    auto spki = p256_spki(data);
    if (!spki) return std::nullopt;
    return checked(KeyType::ecdsa, *std::move(spki));
}

std::optional<std::string> did_key_of(const PublicKey& key) {
    switch (key.type) {
    case KeyType::ed25519: return text_of(ed25519_codec, key.data);
    case KeyType::secp256k1: return text_of(secp256k1_codec, key.data);
    case KeyType::ecdsa: {
        const auto point = compressed_p256(key.data);
        if (!point) return std::nullopt;
        return text_of(p256_codec, *point);
    }
    case KeyType::rsa: return std::nullopt;
    }
    return std::nullopt;
}

} // namespace taleus::protocol
