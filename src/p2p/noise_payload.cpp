#include "p2p/noise_payload.hpp"

#include "wire/hash.hpp"
#include "wire/protobuf.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace taleus::p2p {
namespace {

constexpr std::string_view signature_prefix = "noise-libp2p-static-key:";
constexpr std::uint32_t key_field = 1;
constexpr std::uint32_t signature_field = 2;
constexpr std::uint32_t extensions_field = 4;
constexpr std::uint32_t muxers_field = 2; // inside the extensions
constexpr std::size_t muxers_max = 100;
constexpr std::size_t muxer_size_max = 256;

Bytes signed_bytes(const X25519Public& key) {
    auto bytes = to_bytes(signature_prefix);
    append(bytes, key);
    return bytes;
}

std::unexpected<Error> damaged(std::string_view why) {
    return fail(Code::malformed, "noise payload: " + std::string{why});
}

Result<std::vector<std::string>> read_muxers(ByteView extensions) {
    std::vector<std::string> muxers;
    wire::ProtobufReader reader{extensions};
    while (true) {
        const auto field = reader.next();
        if (!field) return fail(field.error());
        if (!*field) return muxers;
        if ((*field)->number != muxers_field) continue;
        if (!(*field)->is_bytes || (*field)->bytes.size() > muxer_size_max) return damaged("bad muxer");
        if (muxers.size() == muxers_max) return damaged("too many muxers");
        muxers.push_back(to_text((*field)->bytes));
    }
}

struct Fields {
    std::optional<ByteView> key;
    std::optional<ByteView> signature;
    ByteView extensions;
};

Result<Fields> read_fields(ByteView payload) {
    Fields fields;
    wire::ProtobufReader reader{payload};
    while (true) {
        const auto field = reader.next();
        if (!field) return fail(field.error());
        if (!*field) return fields;
        const auto number = (*field)->number;
        if (number != key_field && number != signature_field && number != extensions_field) continue;
        if (!(*field)->is_bytes) return damaged("wrong type");
        if (number == extensions_field) {
            fields.extensions = (*field)->bytes;
            continue;
        }
        auto& slot = number == key_field ? fields.key : fields.signature;
        if (slot) return damaged("a field twice");
        slot = (*field)->bytes;
    }
}

// Over all that decides whether a signature is good; a static key has one size, and a key's says where it ends.
Digest digest_of(const X25519Public& their_static, ByteView key, ByteView signature) {
    const auto size = std::uint64_t{key.size()};
    std::array<std::uint8_t, sizeof size> length{};
    std::memcpy(length.data(), &size, sizeof size);
    return wire::sha256({their_static, length, key, signature});
}

bool is_proven(const wire::PublicKey& key, const Fields& fields, const X25519Public& their_static, ProvenKeys* proven) {
    const auto verify = [&] { return wire::verify(key, signed_bytes(their_static), *fields.signature); };
    if (proven == nullptr) return verify();
    const auto digest = digest_of(their_static, *fields.key, *fields.signature);
    if (proven->has(digest)) return true;
    if (!verify()) return false;
    proven->remember(digest);
    return true;
}

} // namespace

std::shared_ptr<const NoiseIdentity> NoiseIdentity::make(const wire::KeyPair& identity, Random& random) {
    auto made = std::make_shared<NoiseIdentity>();
    made->statics = X25519KeyPair::generate(random);
    wire::ProtobufWriter writer;
    writer.bytes(key_field, wire::to_protobuf(identity.public_key()));
    writer.bytes(signature_field, identity.sign(signed_bytes(made->statics.open)));
    made->payload = writer.take();
    return made;
}

Bytes noise_payload(const NoiseIdentity& identity, std::span<const std::string_view> muxers) {
    auto payload = identity.payload;
    if (muxers.empty()) return payload;
    wire::ProtobufWriter extensions;
    for (const auto muxer : muxers) extensions.bytes(muxers_field, as_bytes(muxer));
    wire::ProtobufWriter rest;
    rest.bytes(extensions_field, extensions.take());
    append(payload, rest.take());
    return payload;
}

Result<NoisePeer> read_noise_payload(ByteView payload, const X25519Public& their_static, ProvenKeys* proven) {
    const auto fields = read_fields(payload);
    if (!fields) return fail(fields.error());
    if (!fields->key || !fields->signature) return damaged("no identity");
    const auto key = wire::public_key_from_protobuf(*fields->key);
    if (!key) return fail(key.error());
    auto muxers = read_muxers(fields->extensions);
    if (!muxers) return fail(std::move(muxers.error()));
    if (!is_proven(*key, *fields, their_static, proven)) return damaged("bad signature");
    return NoisePeer{.peer = wire::PeerId::of(*key), .muxers = std::move(*muxers)};
}

// The specification gives the choice to the initiator's order; js-libp2p takes the first of the *remote's* list that it
// has, in both roles. "The first of ours" is what a js peer arrives at from its side, and what the specification says
// too wherever we initiate or the peer knows one muxer. Only js is known to have two.
Result<std::optional<std::string>> settle_muxer(std::span<const std::string_view> ours,
                                                const std::vector<std::string>& theirs) {
    if (ours.empty() || theirs.empty()) return std::nullopt;
    for (const auto muxer : ours)
        if (std::ranges::find(theirs, muxer) != theirs.end()) return std::string{muxer};
    return damaged("no muxer in common");
}

} // namespace taleus::p2p
