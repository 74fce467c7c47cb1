#include "wire/peer_id.hpp"

#include "base/ensure.hpp"
#include "wire/base_text.hpp"
#include "wire/hash.hpp"

#include <algorithm>

namespace taleus::wire {
namespace {

constexpr std::uint8_t identity_hash = 0x00;
constexpr std::uint8_t sha2_256_hash = 0x12;
constexpr std::size_t identity_bytes_max = 42;
constexpr std::size_t text_characters_max = 128;

// Multibase base58btc (z) or base32 (b), then CID version 1 and the codec libp2p-key.
Result<Bytes> multihash_of_cid(std::string_view text) {
    const auto digits = text.substr(1);
    const bool upper = std::ranges::any_of(digits, [](char c) { return c >= 'A' && c <= 'Z'; });
    auto cid = text[0] == 'z'             ? from_base58(digits)
               : text[0] == 'b' && !upper ? from_base32(digits)
                                          : fail(Code::malformed, "peer id has an unknown encoding");
    if (!cid) return cid;
    if (cid->size() < 2 || (*cid)[0] != 0x01 || (*cid)[1] != 0x72)
        return fail(Code::malformed, "peer id is no CIDv1 of a libp2p key");
    cid->erase(cid->begin(), cid->begin() + 2);
    return cid;
}

} // namespace

PeerId PeerId::of(const PublicKey& key) {
    const auto serialised = to_protobuf(key);
    Bytes multihash;
    if (serialised.size() <= identity_bytes_max) {
        multihash = {identity_hash, static_cast<std::uint8_t>(serialised.size())};
        append(multihash, serialised);
    } else {
        multihash = {sha2_256_hash, 32};
        append(multihash, sha256(serialised));
    }
    return PeerId{taleus::to_text(multihash)};
}

Result<PeerId> PeerId::from_bytes(ByteView multihash) {
    if (multihash.size() < 2 || multihash[1] != multihash.size() - 2)
        return fail(Code::malformed, "peer id is no multihash");
    if (multihash[0] == sha2_256_hash && multihash[1] == 32) return PeerId{taleus::to_text(multihash)};
    if (multihash[0] != identity_hash || multihash[1] > identity_bytes_max)
        return fail(Code::malformed, "peer id has an unknown hash");
    const auto key = public_key_from_protobuf(multihash.subspan(2));
    if (!key) return fail(key.error());
    return PeerId{taleus::to_text(multihash)};
}

Result<PeerId> PeerId::from_text(std::string_view text) {
    if (text.empty() || text.size() > text_characters_max) return fail(Code::malformed, "peer id has a wrong length");
    const bool bare = text[0] == '1' || text.starts_with("Qm");
    const auto multihash = bare ? from_base58(text) : multihash_of_cid(text);
    if (!multihash) return fail(multihash.error());
    return from_bytes(*multihash);
}

std::string PeerId::to_text() const { return to_base58(bytes()); }

std::optional<PublicKey> PeerId::public_key() const {
    if (empty() || bytes()[0] != identity_hash) return std::nullopt;
    auto key = public_key_from_protobuf(bytes().subspan(2));
    ensure(key.has_value(), "a peer id contains its key");
    return *std::move(key);
}

} // namespace taleus::wire
